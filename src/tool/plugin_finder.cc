#include "tool/plugin_finder.h"

#include <utility>

#include "status/status_json.h"
#include "tool/docker_places.h"
#include "tool/plugin_call.h"

namespace tailrace {

namespace {

std::string Joined(const std::vector<std::string>& paths) {
  std::string text;
  for (const std::string& path : paths) text += "\n  " + path;
  return text;
}

Status NoneAnswers(const std::vector<std::string>& sockets, const Status& last) {
  if (sockets.empty()) {
    return NotFound(
        "no tailrace plugin is on this machine, or this user may not see it; run it as root, look at docker plugin ls, "
        "or name its socket with --socket PATH");
  }
  const std::string next = last.code() == StatusCode::kDenied ? "; run it as root" : "; look at docker plugin ls";
  return NotFound("no tailrace plugin answers: " + last.message() + next + ". Sockets:" + Joined(sockets));
}

}  // namespace

Result<FoundPlugin> AskPlugin(const Tool& tool, const std::string& socket) {
  ASSIGN_OR_RETURN(PluginAnswer answer, CallPlugin(socket, "/status", tool.clock));
  Result<StatusSnapshot> snapshot = DecodeStatus(answer.body);
  if (!snapshot.ok()) return snapshot.status().Wrap("ask " + socket);
  return FoundPlugin{socket, std::move(answer.body), std::move(*snapshot), static_cast<int>(answer.plugin)};
}

Result<FoundPlugin> FindPlugin(const Tool& tool, const std::optional<std::string>& socket) {
  if (socket) {
    Result<FoundPlugin> plugin = AskPlugin(tool, *socket);
    if (plugin.ok() || plugin.status().code() == StatusCode::kInvalid) return plugin;
    return NotFound("no tailrace plugin answers: " + plugin.status().message() + "; look at docker plugin ls");
  }
  const std::vector<std::string> sockets = FindPluginSockets(tool.disk, FindDockerRoots(tool.disk));
  std::vector<FoundPlugin> found;
  Status last;
  for (const std::string& candidate : sockets) {
    Result<FoundPlugin> plugin = AskPlugin(tool, candidate);
    if (plugin.ok() && candidate == kUsualSocket) return plugin;
    if (plugin.ok()) found.push_back(std::move(*plugin));
    if (!plugin.ok()) last = plugin.status();
  }
  if (found.empty()) return NoneAnswers(sockets, last);
  if (found.size() == 1) return std::move(found[0]);
  std::vector<std::string> answering;
  for (const FoundPlugin& plugin : found) answering.push_back(plugin.socket);
  return Invalid("several tailrace plugins answer; name one with --socket PATH:" + Joined(answering));
}

ToolExit ExitFor(const Status& status) {
  if (status.ok()) return ToolExit::kFine;
  if (status.code() == StatusCode::kInvalid) return ToolExit::kUsage;
  return status.code() == StatusCode::kNotFound ? ToolExit::kNoPlugin : ToolExit::kTrouble;
}

}  // namespace tailrace
