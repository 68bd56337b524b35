// CommandLine: what argv and the environment ask for. A value; pure.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/status.h"
#include "config/plugin_options.h"
#include "tool/dead_command.h"
#include "tool/status_command.h"

namespace tailrace {

struct CommandLine {
  enum class Action { kServe, kHelp, kVersion, kOptions, kOptionsMarkdown, kStatus, kDead };
  Action action = Action::kServe;
  std::string socket = "/run/docker/plugins/tailrace.sock";
  std::string root = "/var/lib/tailrace";
  StatusCommand status = {};
  DeadCommand dead = {};
};

// `arguments` without the program's name. Arguments win over TAILRACE_SOCKET and TAILRACE_ROOT. kInvalid: a sentence.
Result<CommandLine> ParseCommandLine(std::span<const std::string> arguments, const Environment& environment);

// The entries of a process's environment; those without "=" are passed over.
Environment EnvironmentOf(const char* const* entries);

std::string_view HelpText();

}  // namespace tailrace
