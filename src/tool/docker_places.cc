#include "tool/docker_places.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/json.h"

namespace tailrace {

namespace {

constexpr size_t kCmdlineBytesMax = 256 * 1024;
constexpr size_t kConfigBytesMax = 1024 * 1024;
constexpr std::string_view kUsualConfig = "/etc/docker/daemon.json";

void AddOnce(std::string path, std::vector<std::string>& paths) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  if (path.starts_with('/') && std::find(paths.begin(), paths.end(), path) == paths.end()) paths.push_back(std::move(path));
}

// The value of "--name value" and "--name=value" at the head of `words`; empty: it is another option.
std::string_view ValueOf(std::string_view name, const std::vector<std::string_view>& words, size_t at) {
  std::string_view word = words[at];
  if (word == name) return at + 1 < words.size() ? words[at + 1] : std::string_view();
  if (!word.starts_with(name) || word.size() <= name.size() || word[name.size()] != '=') return {};
  return word.substr(name.size() + 1);
}

void AddRootsOfConfig(Disk& disk, const std::string& path, DockerRoots& roots) {
  if (!path.starts_with('/')) return;
  const Result<std::string> text = ReadWholeFile(disk, path, kConfigBytesMax);
  if (!text.ok()) return;
  const Result<JsonDocument> config = JsonDocument::Parse(*text);
  if (!config.ok()) return;
  AddOnce(config->root().Member("exec-root").AsString().value_or(""), roots.exec);
  AddOnce(config->root().Member("data-root").AsString().value_or(""), roots.data);
}

bool IsThere(Disk& disk, const std::string& path) { return disk.Stat(path).ok(); }

// Folders below `parent`, sorted; none when it cannot be read.
std::vector<std::string> FoldersOf(Disk& disk, const std::string& parent) {
  std::vector<std::string> folders;
  const Result<std::vector<DirEntry>> entries = disk.List(parent);
  if (!entries.ok()) return folders;
  for (const DirEntry& entry : *entries) {
    if (entry.kind == DirEntry::Kind::kDirectory) folders.push_back(parent + "/" + entry.name);
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

}  // namespace

void AddRootsOf(Disk& disk, std::string_view cmdline, DockerRoots& roots) {
  std::vector<std::string_view> words;
  for (size_t end = cmdline.find('\0'); end != cmdline.npos; end = cmdline.find('\0')) {
    words.push_back(cmdline.substr(0, end));
    cmdline.remove_prefix(end + 1);
  }
  if (words.empty() || words[0].substr(words[0].rfind('/') + 1) != "dockerd") return;
  for (size_t i = 1; i < words.size(); ++i) {
    AddRootsOfConfig(disk, std::string(ValueOf("--config-file", words, i)), roots);
    AddOnce(std::string(ValueOf("--exec-root", words, i)), roots.exec);
    for (std::string_view name : {"--data-root", "-g", "--graph"}) {
      AddOnce(std::string(ValueOf(name, words, i)), roots.data);
    }
  }
}

DockerRoots FindDockerRoots(Disk& disk) {
  DockerRoots roots{.exec = {"/run/docker"}, .data = {"/var/lib/docker"}};
  AddRootsOfConfig(disk, std::string(kUsualConfig), roots);
  for (const std::string& process : FoldersOf(disk, "/proc")) {
    if (!ParseDecimal(std::string_view(process).substr(process.rfind('/') + 1))) continue;
    const Result<std::string> cmdline = ReadWholeFile(disk, process + "/cmdline", kCmdlineBytesMax);
    if (cmdline.ok()) AddRootsOf(disk, *cmdline, roots);
  }
  return roots;
}

std::vector<std::string> FindPluginSockets(Disk& disk, const DockerRoots& roots) {
  std::vector<std::string> sockets;
  for (const std::string& root : roots.exec) {
    std::vector<std::string> folders = FoldersOf(disk, root + "/plugins");
    folders.insert(folders.begin(), root + "/plugins");
    for (const std::string& folder : folders) {
      if (IsThere(disk, folder + "/tailrace.sock")) sockets.push_back(folder + "/tailrace.sock");
    }
  }
  return sockets;
}

std::vector<std::string> FindPluginSpools(Disk& disk, const DockerRoots& roots) {
  std::vector<std::string> spools;
  for (const std::string& root : roots.data) {
    for (const std::string& plugin : FoldersOf(disk, root + "/plugins")) {
      const std::string spool = plugin + "/propagated-mount/spool";
      if (IsThere(disk, spool + "/lock")) spools.push_back(spool);
    }
  }
  return spools;
}

}  // namespace tailrace
