// The core's rows. Names are for ever: Compose files hold them.
#include <array>
#include <chrono>

#include "base/bytes.h"
#include "config/option_table.h"

namespace tailrace {

namespace {

constexpr uint64_t kMega = 1'000'000;
constexpr uint64_t kPeta = kMega * kMega * 1000;
// max-size × max-file stays within 64 bits.
constexpr uint64_t kFilesMax = 10'000;
static_assert(kPeta <= UINT64_MAX / kFilesMax);

constexpr uint64_t Hours(int hours) {
  return static_cast<uint64_t>(std::chrono::nanoseconds(std::chrono::hours(hours)).count());
}

constexpr std::array<std::string_view, 3> kSpoolFull{"drop-oldest", "drop-newest", "block"};
constexpr std::array<std::string_view, 2> kDeadLettersFull{"drop", "hold"};
constexpr std::array<std::string_view, 4> kLogLevels{"debug", "info", "warn", "error"};

constexpr std::array kRows{
    OptionRow{.name = "max-size",
              .type = OptionType::kBytes,
              .default_value = "20m",
              .min = 1,
              .max = kPeta,
              .help = "how large a file of a container's history grows, for docker logs"},
    OptionRow{.name = "max-file",
              .type = OptionType::kCount,
              .default_value = "5",
              .min = 1,
              .max = kFilesMax,
              .help = "how many such files are kept: the history is max-size times max-file"},
    OptionRow{.name = "compress",
              .type = OptionType::kBool,
              .default_value = "false",
              .help = "taken as Docker's local driver takes it (true needs max-file of 2 or more); without effect"},
    OptionRow{.name = "spool-backlog",
              .type = OptionType::kBytes,
              .default_value = "1GiB",
              .min = kMega,
              .max = kPeta,
              .help = "most bytes of a container that wait for a destination"},
    OptionRow{.name = "spool-full",
              .type = OptionType::kEnum,
              .default_value = "drop-oldest",
              .choices = kSpoolFull,
              .help =
                  "what gives way when the disk or a limit is full: the oldest lines, the newest, or the container, "
                  "which then waits"},
    OptionRow{.name = "spool-block-max",
              .type = OptionType::kDuration,
              .default_value = "60s",
              .max = Hours(24 * 365),
              .help = "how long spool-full=block lets a container wait before lines are dropped; 0: for ever, and "
                      "docker stop hangs meanwhile"},
    OptionRow{.name = "tag",
              .use = OptionUse::kRecord,
              .type = OptionType::kTag,
              .default_value = "{{.ID}}",
              .help = "a name for the container's lines, made of fields such as {{.Name}} or {{.ImageName}}"},
    OptionRow{.name = "labels",
              .use = OptionUse::kRecord,
              .type = OptionType::kList,
              .help = "labels of the container that go with its lines: names, separated by commas"},
    OptionRow{.name = "labels-regex",
              .use = OptionUse::kRecord,
              .type = OptionType::kRegex,
              .help = "the same for labels whose names match"},
    OptionRow{.name = "env",
              .use = OptionUse::kRecord,
              .type = OptionType::kList,
              .help = "entries of the container's environment that go with its lines: names, separated by commas"},
    OptionRow{.name = "env-regex",
              .use = OptionUse::kRecord,
              .type = OptionType::kRegex,
              .help = "the same for entries whose names match"},
    OptionRow{.name = "spool-limit",
              .scope = OptionScope::kPlugin,
              .type = OptionType::kBytes,
              .default_words = "20 GiB, or a quarter of the file system if that is less",
              .min = 10 * kMega,
              .max = kPeta,
              .help = "most bytes that the spool takes on disk, all containers together"},
    OptionRow{.name = "spool-free",
              .scope = OptionScope::kPlugin,
              .type = OptionType::kBytes,
              .default_words = "1 GiB or 5 % of the file system, whichever is more, but no more than 10 %",
              .max = kPeta,
              .help = "bytes of the file system that the spool leaves free"},
    OptionRow{.name = "spool-sync",
              .scope = OptionScope::kPlugin,
              .type = OptionType::kDuration,
              .default_value = "5s",
              .max = Hours(1),
              .help = "how often the spool is synced, so that a power failure costs no more than that; 0: never, as "
                      "Docker's own drivers"},
    OptionRow{.name = "dead-letters-limit",
              .scope = OptionScope::kPlugin,
              .type = OptionType::kBytes,
              .default_value = "256MiB",
              .min = kMega,
              .max = kPeta,
              .help = "most bytes kept of records that a destination refused for good"},
    OptionRow{.name = "dead-letters-full",
              .scope = OptionScope::kPlugin,
              .type = OptionType::kEnum,
              .default_value = "drop",
              .choices = kDeadLettersFull,
              .help = "what happens to a refused record beyond that: drop it, and count it, or hold its container's "
                      "delivery until there is room"},
    OptionRow{.name = "delivery-memory",
              .scope = OptionScope::kPlugin,
              .type = OptionType::kBytes,
              .default_value = "24MiB",
              .min = 4 * kMega,
              .max = 4096 * kMega,
              .help = "most bytes of requests under way, all destinations together"},
    OptionRow{.name = "metrics-address",
              .scope = OptionScope::kPlugin,
              .type = OptionType::kAddress,
              .help = "where /metrics and /status are served by TCP, besides the plugin's socket, to whoever connects: "
                      "127.0.0.1:9123, or :9123 on all interfaces"},
    OptionRow{.name = "log-level",
              .scope = OptionScope::kPlugin,
              .type = OptionType::kEnum,
              .default_value = "info",
              .choices = kLogLevels,
              .help = "how much the plugin says about itself in the daemon's log"},
};

}  // namespace

std::span<const OptionRow> CoreOptionRows() { return kRows; }

}  // namespace tailrace
