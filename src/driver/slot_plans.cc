#include "driver/slot_plans.h"

#include <algorithm>

namespace tailrace {

namespace {

OptionValues ValuesOf(const std::map<std::string, OptionValue>& frozen, bool own_only) {
  OptionValues values;
  for (const auto& [name, option] : frozen) {
    if (!own_only || !option.inherited) values[name] = option.value;
  }
  return values;
}

}  // namespace

Result<std::string> DiskFileSource::Read(const std::string& path) {
  return ReadWholeFile(disk_, path, kFileBytesMax);
}

std::vector<std::string> SlotPlans::SlotsOf(const std::map<std::string, OptionValue>& frozen) const {
  return SlotsIn(kinds_, ValuesOf(frozen, false));
}

Result<std::vector<std::string>> SlotPlans::Check(const std::map<std::string, OptionValue>& frozen) const {
  const OptionValues values = ValuesOf(frozen, false);
  std::vector<std::string> slots = SlotsIn(kinds_, values);
  DiskFileSource files(disk_);
  for (const std::string& slot : slots) {
    const SinkKind& kind = *KindOfSlot(kinds_, slot);
    const SlotOptions options = OptionsOfSlot(kind, slot, values);
    RETURN_IF_ERROR(kind.connect(options, files).status());
    RETURN_IF_ERROR(kind.make(options).status());
  }
  // A default that the plugin's environment gives to all containers is no mistake of this one.
  const OptionValues own = ValuesOf(frozen, true);
  for (const std::string& slot : UnfinishedSlotsIn(kinds_, own)) {
    const SinkKind& kind = *KindOfSlot(kinds_, slot);
    if (std::find(slots.begin(), slots.end(), slot) != slots.end()) continue;
    const std::string name = NameInSlot(kind, slot, kind.activating_option);
    return Invalid("log-opt '" + slot + "-…' is set, but '" + name + "' is not; write " + name +
                   "=http://host:port, or leave the others out");
  }
  return slots;
}

OptionValues SlotPlans::PresentValues(const StreamFacts& facts) const {
  OptionValues values(plugin_.defaults.begin(), plugin_.defaults.end());
  for (const auto& [name, option] : facts.options) {
    if (!option.inherited) values[name] = option.value;
  }
  return values;
}

Result<SlotPlan> SlotPlans::Make(const StreamFacts& facts, const std::string& slot) const {
  const SinkKind* kind = KindOfSlot(kinds_, slot);
  if (kind == nullptr) return Status(StatusCode::kUnsupported, "slot " + slot + ": no such kind of destination");
  const SlotOptions options = OptionsOfSlot(*kind, slot, PresentValues(facts));
  if (!options.values.contains(std::string(kind->activating_option))) {
    return Invalid("slot " + slot + ": the plugin's environment no longer has its address; set " +
                   EnvironmentName(kind->activating_option) + " again");
  }
  DiskFileSource files(disk_);
  SlotPlan plan;
  plan.kind = kind->name;
  ASSIGN_OR_RETURN(plan.settings, kind->connect(options, files));
  ASSIGN_OR_RETURN(plan.sink, kind->make(options));
  plan.description = DescribeStream(facts, options, *kind);
  return plan;
}

StreamDescription DescribeStream(const StreamFacts& facts, const SlotOptions& options, const SinkKind& kind) {
  StreamDescription description;
  description.stream_id = facts.id.value;
  description.container_id = facts.container_id;
  description.container_name = facts.container_name;
  description.image_name = facts.image_name;
  description.image_id = facts.image_id;
  description.host_name = facts.host_name;
  description.tag = facts.tag;
  description.labels = facts.labels;
  description.env = facts.env;
  for (const OptionRow& row : kind.options) {
    auto value = options.values.find(std::string(row.name));
    if (value != options.values.end() && !row.secret) description.options.insert(*value);
  }
  return description;
}

}  // namespace tailrace
