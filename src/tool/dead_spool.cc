#include "tool/dead_spool.h"

#include <set>
#include <tuple>

#include "tool/docker_places.h"
#include "tool/plugin_finder.h"

namespace tailrace {

namespace {

constexpr std::string_view kUsualRoot = "/var/lib/tailrace";
constexpr std::string_view kFolder = "/dead";

bool IsSpool(const Tool& tool, const std::string& root) { return tool.disk.Stat(root + "/lock").ok(); }

// A plugin tells its root as it sees it, in a file system of its own.
std::optional<std::string> RootSeenFromHere(const Tool& tool, const FoundPlugin& plugin) {
  const std::string& root = plugin.snapshot.spool.root;
  if (plugin.process > 0) {
    std::string inside = "/proc/" + std::to_string(plugin.process) + "/root" + root;
    if (IsSpool(tool, inside)) return inside;
  }
  if (IsSpool(tool, root)) return root;
  return std::nullopt;
}

Result<std::string> OnlySpool(const Tool& tool) {
  std::vector<std::string> spools = FindPluginSpools(tool.disk, FindDockerRoots(tool.disk));
  if (IsSpool(tool, std::string(kUsualRoot))) spools.emplace_back(kUsualRoot);
  if (spools.empty()) {
    return NotFound("no spool of tailrace is on this machine, or this user may not see it; run it as root, or name it "
                    "with --root DIR");
  }
  if (spools.size() == 1) return spools[0];
  std::string sentence = "several spools of tailrace are on this machine; name one with --root DIR:";
  for (const std::string& spool : spools) sentence += "\n  " + spool;
  return Invalid(sentence);
}

}  // namespace

Result<std::string> FindDeadLetters(const Tool& tool, const DeadSpoolQuery& query) {
  if (query.root) {
    if (!IsSpool(tool, *query.root)) return NotFound(*query.root + " is no spool of tailrace: it has no file named lock");
    return *query.root + std::string(kFolder);
  }
  const Result<FoundPlugin> plugin = FindPlugin(tool, query.socket);
  const bool is_undecided = !plugin.ok() && plugin.status().code() == StatusCode::kInvalid;
  if (!plugin.ok() && (query.socket || is_undecided)) return plugin.status();
  if (plugin.ok()) {
    const std::optional<std::string> root = RootSeenFromHere(tool, *plugin);
    if (root) return *root + std::string(kFolder);
  }
  // It does not run, or its root cannot be seen by its process.
  ASSIGN_OR_RETURN(const std::string root, OnlySpool(tool));
  return root + std::string(kFolder);
}

Status ForEachDeadLetter(const Tool& tool, const std::string& directory, const std::string& slot,
                         const std::function<bool(const DeadLetter&)>& take) {
  ASSIGN_OR_RETURN(const std::vector<DeadLetterFile> files, ListDeadLetters(tool.disk, directory));
  // A marker of lost lines has the offset of the line behind it; their texts tell them apart.
  using Identity = std::tuple<std::string, uint64_t, uint64_t, size_t>;
  std::set<Identity> seen;
  Status first_error;
  bool goes_on = true;
  for (const DeadLetterFile& file : files) {
    if (!goes_on || (!slot.empty() && file.slot != slot)) continue;
    const Status status = ReadDeadLetters(tool.disk, file.path, [&](const DeadLetter& letter) {
      const Identity identity{letter.slot, letter.stream_id, letter.offset, std::hash<std::string>()(letter.text)};
      if (seen.insert(identity).second) goes_on = take(letter);
      return goes_on;
    });
    // A file may have been removed since it was listed.
    if (status.ok() || status.code() == StatusCode::kNotFound) continue;
    tool.err(status.message());
    if (first_error.ok()) first_error = status;
  }
  return first_error;
}

}  // namespace tailrace
