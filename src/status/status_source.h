// StatusSource: gathers a snapshot from all who know. Owned by App; any thread. Takes no lock of its own; what delivery
// says is of one moment, the rest of the same tenth of a second.
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "base/disk.h"
#include "delivery/delivery.h"
#include "intake/intake_stats.h"
#include "journal/housekeeper.h"
#include "journal/journal.h"
#include "status/snapshot.h"

namespace tailrace {

class StatusSource {
 public:
  struct Parts {
    Disk& disk;
    Clock& clock;
    Journal& journal;
    const IntakeStats& intake;
    Housekeeper& housekeeper;
    Delivery& delivery;
  };
  struct Settings {
    std::string version;
    std::optional<uint64_t> spool_limit;  // absent: by the size of the file system
    uint64_t dead_letters_limit_bytes = 0;
  };
  StatusSource(Settings settings, const Parts& parts)
      : settings_(std::move(settings)), parts_(parts), started_(parts.clock.WallNow()) {}
  StatusSource(const StatusSource&) = delete;
  StatusSource& operator=(const StatusSource&) = delete;

  StatusSnapshot Take() const;

 private:
  SpoolStats Spool() const;

  const Settings settings_;
  const Parts parts_;
  const WallTime started_;
};

// Slots by container and way, with the live streams of those that have none; by name, then by id.
std::vector<ContainerStats> GroupByContainer(const std::vector<SlotStats>& slots,
                                             const std::vector<ContainerStats>& live);

}  // namespace tailrace
