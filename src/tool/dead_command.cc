#include "tool/dead_command.h"

#include "tool/plugin_finder.h"
#include "tool/text.h"

namespace tailrace {

namespace {

ToolExit Tell(const Tool& tool, const Status& status) {
  tool.err(status.message());
  return ExitFor(status);
}

// Nothing there is worth a word, but not on the way into a file.
void TellNone(const Tool& tool, const std::string& directory) { tool.err("no dead letters in " + directory); }

Status List(const Tool& tool, const std::string& directory, const std::string& slot) {
  DeadSummary summary;
  const Status status = ForEachDeadLetter(tool, directory, slot, [&](const DeadLetter& letter) {
    summary.Add(letter);
    return true;
  });
  if (summary.letters() == 0) {
    TellNone(tool, directory);
  } else {
    tool.out(summary.Render() + "\n" + ShownCount(summary.letters()) + " letters in " + directory + "\n");
  }
  return status;
}

Status Show(const Tool& tool, const std::string& directory, const DeadCommand& command) {
  NewestDead newest(command.limit);
  const Status status = ForEachDeadLetter(tool, directory, command.query.slot, [&](const DeadLetter& letter) {
    newest.Add(letter);
    return true;
  });
  const std::string text = newest.Render();
  if (text.empty()) TellNone(tool, directory);
  tool.out(text);
  return status;
}

Status Export(const Tool& tool, const std::string& directory, const DeadCommand& command) {
  uint64_t exported = 0;
  uint64_t left_out = 0;
  const Status status = ForEachDeadLetter(tool, directory, command.query.slot, [&](const DeadLetter& letter) {
    const std::optional<std::string> text = ExportedLetter(letter, command.format);
    ++(text ? exported : left_out);
    return !text || tool.out(*text);
  });
  if (exported + left_out == 0) TellNone(tool, directory);
  if (left_out == 0) return status;
  return Corrupt(ShownCount(left_out) + " letters have no such form and were left out; try --format ndjson");
}

}  // namespace

ToolExit RunDead(const Tool& tool, const DeadCommand& command) {
  const Result<std::string> directory = FindDeadLetters(tool, command.query);
  if (!directory.ok()) return Tell(tool, directory.status());
  Status status;
  switch (command.action) {
    case DeadCommand::Action::kList: status = List(tool, *directory, command.query.slot); break;
    case DeadCommand::Action::kShow: status = Show(tool, *directory, command); break;
    case DeadCommand::Action::kExport: status = Export(tool, *directory, command); break;
  }
  if (status.ok()) return ToolExit::kFine;
  tool.err(status.message());
  return ToolExit::kTrouble;
}

}  // namespace tailrace
