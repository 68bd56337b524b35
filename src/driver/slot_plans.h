// SlotPlans: from a container's frozen options to its destinations: the check at StartLogging, and the plan by which
// delivery works. What was inherited from the plugin's environment is looked up anew (rule R5), files are read anew.
// Immutable; any thread.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/disk.h"
#include "config/options.h"
#include "delivery/delivery.h"
#include "journal/stream_facts.h"
#include "sinks/slots.h"

namespace tailrace {

// Reads the files that options name, through the Disk.
class DiskFileSource final : public FileSource {
 public:
  static constexpr size_t kFileBytesMax = 1_MiB;
  explicit DiskFileSource(Disk& disk) : disk_(disk) {}
  Result<std::string> Read(const std::string& path) override;

 private:
  Disk& disk_;
};

class SlotPlans {
 public:
  SlotPlans(Disk& disk, std::span<const SinkKind> kinds, const PluginOptions& plugin)
      : disk_(disk), kinds_(kinds), plugin_(plugin) {}

  // The slots of these options; kInvalid with a sentence when one cannot work as it is written. No network.
  Result<std::vector<std::string>> Check(const std::map<std::string, OptionValue>& frozen) const;
  // The slots, right or wrong.
  std::vector<std::string> SlotsOf(const std::map<std::string, OptionValue>& frozen) const;

  // How delivery reaches the destination of that slot now.
  Result<SlotPlan> Make(const StreamFacts& facts, const std::string& slot) const;

 private:
  OptionValues PresentValues(const StreamFacts& facts) const;

  Disk& disk_;
  const std::span<const SinkKind> kinds_;
  const PluginOptions& plugin_;
};

// What documents show of a stream.
StreamDescription DescribeStream(const StreamFacts& facts, const SlotOptions& options, const SinkKind& kind);

}  // namespace tailrace
