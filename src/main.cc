// tailrace: argv, environment, signals; builds App; nothing else.
#include <csignal>
#include <cstdio>
#include <string>
#include <vector>

#include "app.h"
#include "base/mutex.h"
#include "base/posix_disk.h"
#include "command_line.h"
#include "config/reference.h"
#include "process.h"
#include "sinks/registry.h"

namespace tailrace {

namespace {

int Print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  return std::fflush(stdout) == 0 ? 0 : 1;
}

void Complain(std::string_view text) {
  std::fprintf(stderr, "tailrace: %.*s\n", static_cast<int>(text.size()), text.data());
}

int Serve(const CommandLine& line, const Environment& environment) {
  PrepareProcess();
  StopSignal stop;
  App app({line.socket, line.root, environment}, [&stop](Nanos timeout) { return stop.Wait(timeout); });
  Status status = app.Start();
  if (status.code() == StatusCode::kGone) return 0;
  if (!status.ok()) {
    app.log().Write(LogLevel::kError, "cannot-serve", {{"why", status.message()}});
    return 1;
  }
  while (!stop.Wait(std::chrono::hours(1))) continue;
  app.Stop();
  return 0;
}

ToolExit RunTool(const CommandLine& line) {
  // A reader that has gone (`| head`) ends it quietly.
  std::signal(SIGPIPE, SIG_DFL);
  SystemClock clock;
  PosixDisk disk;
  Mutex mu;
  CondVar never;
  const Tool tool{
      .disk = disk,
      .clock = clock,
      .out = [](std::string_view text) { return Print(text) == 0; },
      .err = [](std::string_view text) { Complain(text); },
      .wait =
          [&](Nanos timeout) {
            MutexLock lock(mu);
            never.WaitFor(mu, timeout);
          },
  };
  return line.action == CommandLine::Action::kStatus ? RunStatus(tool, line.status) : RunDead(tool, line.dead);
}

int Run(const std::vector<std::string>& arguments, const Environment& environment) {
  Result<CommandLine> line = ParseCommandLine(arguments, environment);
  if (!line.ok()) {
    Complain(line.status().message());
    return 2;
  }
  OptionTable table(SinkOptionRows());
  switch (line->action) {
    case CommandLine::Action::kServe: return Serve(*line, environment);
    case CommandLine::Action::kHelp: return Print(HelpText());
    case CommandLine::Action::kVersion: return Print("tailrace " TAILRACE_VERSION "\n");
    case CommandLine::Action::kOptions: return Print(ReferenceText(table));
    case CommandLine::Action::kOptionsMarkdown: return Print(ReferenceMarkdown(table));
    case CommandLine::Action::kStatus:
    case CommandLine::Action::kDead: return static_cast<int>(RunTool(*line));
  }
  return 2;
}

}  // namespace

}  // namespace tailrace

int main(int argc, char** argv, char** environment) {
  return tailrace::Run({argv + (argc > 0 ? 1 : 0), argv + argc}, tailrace::EnvironmentOf(environment));
}
