#include "command_line.h"

#include <cstring>

namespace tailrace {

namespace {

Status TakePath(std::span<const std::string>& arguments, std::string& out) {
  if (arguments.size() < 2 || arguments[1].empty()) return Invalid(arguments[0] + " needs a path; try --help");
  out = arguments[1];
  arguments = arguments.subspan(1);
  return Status::Ok();
}

Status ParseOptionsCommand(std::span<const std::string> arguments, CommandLine& line) {
  line.action = CommandLine::Action::kOptions;
  if (arguments.empty()) return Status::Ok();
  if (arguments.size() > 1 || arguments[0] != "--markdown") {
    return Invalid("`tailrace options` takes nothing but --markdown; try --help");
  }
  line.action = CommandLine::Action::kOptionsMarkdown;
  return Status::Ok();
}

}  // namespace

Result<CommandLine> ParseCommandLine(std::span<const std::string> arguments, const Environment& environment) {
  CommandLine line;
  for (const auto& [name, value] : environment) {
    if (name == "TAILRACE_SOCKET" && !value.empty()) line.socket = value;
    if (name == "TAILRACE_ROOT" && !value.empty()) line.root = value;
  }
  if (!arguments.empty() && arguments[0] == "options") {
    RETURN_IF_ERROR(ParseOptionsCommand(arguments.subspan(1), line));
    return line;
  }
  for (; !arguments.empty(); arguments = arguments.subspan(1)) {
    const std::string& argument = arguments[0];
    if (argument == "--socket") {
      RETURN_IF_ERROR(TakePath(arguments, line.socket));
    } else if (argument == "--root") {
      RETURN_IF_ERROR(TakePath(arguments, line.root));
    } else if (argument == "--help" || argument == "-h") {
      line.action = CommandLine::Action::kHelp;
    } else if (argument == "--version") {
      line.action = CommandLine::Action::kVersion;
    } else {
      return Invalid("unknown argument '" + argument + "'; try --help");
    }
  }
  while (line.root.size() > 1 && line.root.ends_with('/')) line.root.pop_back();
  return line;
}

Environment EnvironmentOf(const char* const* entries) {
  Environment environment;
  for (; *entries != nullptr; ++entries) {
    const char* equals = std::strchr(*entries, '=');
    if (equals != nullptr) environment.emplace_back(std::string(*entries, equals), std::string(equals + 1));
  }
  return environment;
}

std::string_view HelpText() {
  return "tailrace: a logging driver for Docker that keeps every line on local disk\n"
         "\n"
         "usage: tailrace [--socket PATH] [--root DIR]   serve\n"
         "       tailrace options [--markdown]           list all options\n"
         "       tailrace --version | --help\n"
         "\n"
         "  --socket PATH  where the Docker Engine finds it (TAILRACE_SOCKET; /run/docker/plugins/tailrace.sock)\n"
         "  --root DIR     the spool (TAILRACE_ROOT; /var/lib/tailrace)\n"
         "\n"
         "Further environment: TAILRACE_OPTS and the entries that `tailrace options` names.\n";
}

}  // namespace tailrace
