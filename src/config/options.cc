#include "config/options.h"

#include "base/check.h"
#include "config/option_value.h"

namespace tailrace {

namespace {

constexpr size_t kShownValueBytesMax = 100;

std::string ShownValue(const OptionRow& row, std::string_view value) {
  if (row.secret) return {};
  std::string shown = "='";
  for (char c : value.substr(0, kShownValueBytesMax)) shown += c < ' ' || c > '~' ? '?' : c;
  if (value.size() > kShownValueBytesMax) shown += "...";
  return shown + "'";
}

class Reader {
 public:
  Reader(const OptionTable& table, const PluginOptions& plugin) : table_(table), plugin_(plugin) {}

  ReadOptionsOutcome Read(const std::map<std::string, std::string>& config) {
    for (const auto& [name, value] : plugin_.defaults) {
      outcome_.options.frozen[name] = {value, true};
      taken_[name] = value;
    }
    for (const auto& [name, value] : config) {
      if (!IsDockerdOption(name)) TakeOwn(name, value);
    }
    SetNumbers();
    SetCompress();
    SetTexts();
    return std::move(outcome_);
  }

 private:
  void TakeOwn(const std::string& name, const std::string& value) {
    outcome_.options.frozen[name] = {value, false};
    const OptionRow* row = table_.Find(name);
    if (row == nullptr) return Refuse(table_.UnknownSentence("log-opt", name));
    if (row->scope == OptionScope::kPlugin) {
      return Refuse("log-opt '" + name + "' is an option of the whole plugin, not of a container; set it by `docker " +
                    "plugin set tailrace " + EnvironmentName(name) + "=...`");
    }
    Result<uint64_t> number = ParseOptionValue(*row, value);
    if (!number.ok()) {
      return Refuse("log-opt " + name + ShownValue(*row, value) + ": " + number.status().message());
    }
    taken_[name] = value;
  }

  void Refuse(std::string sentence) { outcome_.problems.push_back(std::move(sentence)); }

  const OptionRow& RowOf(std::string_view name) const {
    const OptionRow* row = table_.Find(name);
    CHECK(row != nullptr);
    return *row;
  }

  std::string_view TextOf(std::string_view name) const {
    auto own = taken_.find(name);
    return own != taken_.end() ? std::string_view(own->second) : RowOf(name).default_value;
  }

  uint64_t NumberOf(std::string_view name) const {
    Result<uint64_t> number = ParseOptionValue(RowOf(name), TextOf(name));
    CHECK(number.ok());  // Only what its row takes is here.
    return *number;
  }

  void SetNumbers() {
    ContainerOptions& options = outcome_.options;
    options.max_size_bytes = NumberOf("max-size");
    options.max_file = NumberOf("max-file");
    options.spool_backlog_bytes = NumberOf("spool-backlog");
    options.spool_full = static_cast<WhenFull>(NumberOf("spool-full"));
    options.spool_block_max = Nanos(static_cast<int64_t>(NumberOf("spool-block-max")));
  }

  // As Docker's local driver, save that the plugin's own default must not keep a container from starting.
  void SetCompress() {
    ContainerOptions& options = outcome_.options;
    options.compress = NumberOf("compress") != 0;
    if (!options.compress || options.max_file >= 2) return;
    options.compress = false;
    if (options.frozen["compress"].inherited) return;
    Refuse(
        "log-opt compress needs max-file of 2 or more, since the newest file is never compressed; write "
        "max-file=2 or compress=false");
  }

  void SetTexts() {
    ContainerOptions& options = outcome_.options;
    Result<TagTemplate> tag = TagTemplate::Parse(TextOf("tag"));
    CHECK(tag.ok());
    options.tag = std::move(*tag);
    auto text = [this](std::string_view name) { return std::string(TextOf(name)); };
    Result<LabelFilter> filter =
        LabelFilter::Make({text("labels"), text("labels-regex")}, {text("env"), text("env-regex")});
    CHECK(filter.ok());
    options.filter = std::move(*filter);
  }

  const OptionTable& table_;
  const PluginOptions& plugin_;
  std::map<std::string, std::string, std::less<>> taken_;  // what its row takes
  ReadOptionsOutcome outcome_;
};

}  // namespace

ReadOptionsOutcome ReadContainerOptions(const OptionTable& table, const std::map<std::string, std::string>& config,
                                        const PluginOptions& plugin) {
  return Reader(table, plugin).Read(config);
}

Result<ContainerOptions> ParseContainerOptions(const OptionTable& table,
                                               const std::map<std::string, std::string>& config,
                                               const PluginOptions& plugin) {
  ReadOptionsOutcome outcome = ReadContainerOptions(table, config, plugin);
  if (!outcome.problems.empty()) return Invalid(outcome.problems.front());
  return std::move(outcome.options);
}

}  // namespace tailrace
