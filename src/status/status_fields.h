// StatusFields: which key of /status stands for which member: one table for writing and reading. Values; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "status/snapshot.h"

namespace tailrace {

template <typename Struct, typename Member>
struct StatusField {
  std::string_view key;
  Member Struct::* member;
};
template <typename Struct>
using StatusCount = StatusField<Struct, uint64_t>;
template <typename Struct>
using StatusText = StatusField<Struct, std::string>;
template <typename Struct>
using StatusSpan = StatusField<Struct, double>;  // seconds here, milliseconds there
template <typename Struct>
using StatusCounts = StatusField<Struct, std::map<std::string, uint64_t>>;

inline constexpr std::array<StatusCount<SpoolStats>, 9> kSpoolCounts{{
    {"bytes", &SpoolStats::bytes},
    {"limit_bytes", &SpoolStats::limit_bytes},
    {"free_bytes", &SpoolStats::free_bytes},
    {"streams", &SpoolStats::streams},
    {"ended_streams", &SpoolStats::ended_streams},
    {"lines_taken", &SpoolStats::lines_taken},
    {"bytes_taken", &SpoolStats::bytes_taken},
    {"io_errors", &SpoolStats::io_errors},
    {"sync_errors", &SpoolStats::sync_errors},
}};

inline constexpr std::array<StatusCount<DeliveryStats>, 4> kDeliveryCounts{{
    {"memory_bytes", &DeliveryStats::budget_bytes},
    {"memory_limit_bytes", &DeliveryStats::budget_limit_bytes},
    {"dead_letter_bytes", &DeliveryStats::dead_letter_bytes},
    {"cursor_errors", &DeliveryStats::cursor_errors},
}};

// Sizes of things in memory and counters are one type on every machine that we run on.
static_assert(sizeof(size_t) == sizeof(uint64_t));
inline constexpr std::array<StatusField<DestinationStats, size_t>, 5> kDestinationSizes{{
    {"containers", &DestinationStats::containers},
    {"streams", &DestinationStats::streams},
    {"held_streams", &DestinationStats::held_streams},
    {"in_flight", &DestinationStats::in_flight},
    {"concurrency_limit", &DestinationStats::concurrency_limit},
}};

inline constexpr std::array<StatusCount<DestinationStats>, 18> kDestinationCounts{{
    {"taken", &DestinationStats::taken},
    {"delivered", &DestinationStats::delivered},
    {"duplicate", &DestinationStats::duplicate},
    {"foreign_duplicate", &DestinationStats::foreign_duplicate},
    {"diverted", &DestinationStats::diverted},
    {"dead", &DestinationStats::dead},
    {"dropped", &DestinationStats::dropped},
    {"corrupt", &DestinationStats::corrupt},
    {"waiting", &DestinationStats::waiting},
    {"waiting_bytes", &DestinationStats::waiting_bytes},
    {"requests_ok", &DestinationStats::requests_ok},
    {"requests_refused", &DestinationStats::requests_refused},
    {"requests_failed", &DestinationStats::requests_failed},
    {"sent", &DestinationStats::sent},
    {"retries", &DestinationStats::retries},
    {"splits", &DestinationStats::splits},
    {"rewinds", &DestinationStats::rewinds},
    {"bytes_sent", &DestinationStats::bytes_sent},
}};

inline constexpr std::array<StatusCounts<DestinationStats>, 3> kDestinationCountsBy{{
    {"dead_by", &DestinationStats::dead_by},
    {"dropped_by", &DestinationStats::dropped_by},
    {"retries_by", &DestinationStats::retries_by},
}};

inline constexpr std::array<StatusText<DestinationStats>, 4> kDestinationTexts{{
    {"label", &DestinationStats::label},
    {"kind", &DestinationStats::kind},
    {"last_error", &DestinationStats::last_error},
    {"next_step", &DestinationStats::next_step},
}};

inline constexpr std::array<StatusSpan<DestinationStats>, 2> kDestinationSpans{{
    {"oldest_waiting_ms", &DestinationStats::oldest_waiting_seconds},
    {"backoff_ms", &DestinationStats::backoff_seconds},
}};

inline constexpr std::array<StatusText<ContainerRoute>, 4> kRouteTexts{{
    {"slot", &ContainerRoute::slot},
    {"destination", &ContainerRoute::destination},
    {"problem", &ContainerRoute::problem},
    {"next_step", &ContainerRoute::next_step},
}};

inline constexpr std::array<StatusCount<ContainerRoute>, 2> kRouteCounts{{
    {"waiting", &ContainerRoute::waiting},
    {"waiting_bytes", &ContainerRoute::waiting_bytes},
}};

inline constexpr std::array<StatusSpan<ContainerRoute>, 1> kRouteSpans{{
    {"oldest_waiting_ms", &ContainerRoute::oldest_waiting_seconds},
}};

}  // namespace tailrace
