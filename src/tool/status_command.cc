#include "tool/status_command.h"

#include "tool/plugin_finder.h"
#include "tool/status_view.h"

namespace tailrace {

ToolExit RunStatus(const Tool& tool, const StatusCommand& command) {
  Result<FoundPlugin> before = FindPlugin(tool, command.socket);
  if (before.ok()) tool.wait(kStatusInterval);
  const Result<FoundPlugin> now = before.ok() ? AskPlugin(tool, before->socket) : std::move(before);
  if (!now.ok()) {
    tool.err(now.status().message());
    return ExitFor(now.status());
  }
  tool.out(command.is_json ? now->json : RenderStatus(now->socket, before->snapshot, now->snapshot));
  const StatusVerdict verdict = JudgeStatus(before->snapshot, now->snapshot);
  return verdict.is_held || verdict.is_losing ? ToolExit::kTrouble : ToolExit::kFine;
}

}  // namespace tailrace
