// Options: any set of log-opts and any environment is answered with options or a sentence; never with a crash, never with
// a secret. The input: lines of name=value, those that begin with "!" for the environment.
#include <map>
#include <string>

#include "config/options.h"
#include "sinks/registry.h"
#include "tests/fuzz/fuzz_target.h"

namespace tailrace {
namespace {

struct Settings {
  std::map<std::string, std::string> config;
  Environment environment;
};

Settings Split(std::string_view text) {
  Settings settings;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const bool is_environment = line.starts_with('!');
    if (is_environment) line.remove_prefix(1);
    const size_t equals = std::min(line.find('='), line.size());
    std::string name(line.substr(0, equals));
    std::string value(line.substr(std::min(equals + 1, line.size())));
    if (is_environment) {
      settings.environment.emplace_back(std::move(name), std::move(value));
    } else {
      settings.config[std::move(name)] = std::move(value);
    }
  }
  return settings;
}

void CheckOptions(const ContainerOptions& options) {
  CHECK_GT(options.max_size_bytes, 0u);
  CHECK_GT(options.max_file, 0u);
  const std::map<std::string, std::string> labels = {{"a", "1"}, {"b", "2"}};
  CHECK_LE(options.filter.ChooseLabels(labels).size(), 2u);
  CHECK_LE(options.filter.ChooseEnv({"A=1", "B=2", "no equals"}).size(), 2u);
  TagFields fields;
  fields.container_id = std::string(64, 'c');
  fields.labels = &labels;
  CHECK_LE(options.tag.Render(fields).size(), TagTemplate::kRenderedBytesMax);
}

}  // namespace
}  // namespace tailrace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tailrace;
  static const OptionTable table(SinkOptionRows());
  const Settings settings = Split(FuzzInput(data, size));
  const PluginOptions plugin = ParsePluginOptions(table, settings.environment);
  for (const std::string& warning : plugin.warnings) CHECK(!warning.empty());
  const Result<ContainerOptions> parsed = ParseContainerOptions(table, settings.config, plugin);
  const ReadOptionsOutcome read = ReadContainerOptions(table, settings.config, plugin);
  CHECK_EQ(parsed.ok(), read.problems.empty());
  if (parsed.ok()) {
    CheckOptions(*parsed);
  } else {
    CHECK(parsed.status().message() == read.problems.front());
  }
  CheckOptions(read.options);
  return 0;
}
