#include "command_line.h"

#include <cstring>
#include <optional>

#include "base/bytes.h"

namespace tailrace {

namespace {

using Arguments = std::span<const std::string>;

// Where the plugin is, as far as anybody says.
struct Places {
  std::optional<std::string> socket;
  std::optional<std::string> root;
};

Status Unknown(const std::string& argument) { return Invalid("unknown argument '" + argument + "'; try --help"); }

// Takes "NAME VALUE" from the head of `arguments`, but for NAME, which the loop takes.
Status TakeValue(Arguments& arguments, std::string_view what, std::string& out) {
  if (arguments.size() < 2 || arguments[1].empty()) {
    return Invalid(arguments[0] + " needs " + std::string(what) + "; try --help");
  }
  out = arguments[1];
  arguments = arguments.subspan(1);
  return Status::Ok();
}

std::string WithoutSlashes(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

// False: it is another argument.
Result<bool> TakePlace(Arguments& arguments, Places& places) {
  std::optional<std::string>& place = arguments[0] == "--socket" ? places.socket : places.root;
  if (arguments[0] != "--socket" && arguments[0] != "--root") return false;
  RETURN_IF_ERROR(TakeValue(arguments, "a path", place.emplace()));
  return true;
}

Status ParseServe(Arguments arguments, Places places, CommandLine& line) {
  for (; !arguments.empty(); arguments = arguments.subspan(1)) {
    const std::string& argument = arguments[0];
    ASSIGN_OR_RETURN(const bool is_place, TakePlace(arguments, places));
    if (is_place) continue;
    if (argument == "--help" || argument == "-h") {
      line.action = CommandLine::Action::kHelp;
    } else if (argument == "--version") {
      line.action = CommandLine::Action::kVersion;
    } else {
      return Unknown(argument);
    }
  }
  line.socket = places.socket.value_or(line.socket);
  line.root = WithoutSlashes(places.root.value_or(line.root));
  return Status::Ok();
}

Status ParseOptionsCommand(Arguments arguments, CommandLine& line) {
  line.action = CommandLine::Action::kOptions;
  if (arguments.empty()) return Status::Ok();
  if (arguments.size() > 1 || arguments[0] != "--markdown") {
    return Invalid("`tailrace options` takes nothing but --markdown; try --help");
  }
  line.action = CommandLine::Action::kOptionsMarkdown;
  return Status::Ok();
}

Status ParseStatusCommand(Arguments arguments, Places places, CommandLine& line) {
  line.action = CommandLine::Action::kStatus;
  for (; !arguments.empty(); arguments = arguments.subspan(1)) {
    if (arguments[0] == "--json") {
      line.status.is_json = true;
    } else if (arguments[0] == "--socket") {
      ASSIGN_OR_RETURN([[maybe_unused]] const bool is_place, TakePlace(arguments, places));
    } else {
      return Unknown(arguments[0]);
    }
  }
  line.status.socket = places.socket;
  return Status::Ok();
}

Status TakeLimit(Arguments& arguments, DeadCommand& dead) {
  std::string text;
  RETURN_IF_ERROR(TakeValue(arguments, "a number", text));
  const std::optional<uint64_t> limit = ParseDecimal(text);
  if (!limit) return Invalid("--limit needs a number, 0 for all; try --help");
  dead.limit = *limit;
  return Status::Ok();
}

Status TakeFormat(Arguments& arguments, DeadCommand& dead) {
  std::string text;
  RETURN_IF_ERROR(TakeValue(arguments, "ndjson or bulk", text));
  if (text != "ndjson" && text != "bulk") return Invalid("--format needs ndjson or bulk; try --help");
  dead.format = text == "bulk" ? ExportFormat::kBulk : ExportFormat::kNdjson;
  return Status::Ok();
}

Status ParseDeadAction(Arguments arguments, DeadCommand& dead) {
  const std::string action = arguments.empty() ? "" : arguments[0];
  if (action != "list" && action != "show" && action != "export") {
    return Invalid("`tailrace dead` needs list, show or export; try --help");
  }
  dead.action = action == "list"   ? DeadCommand::Action::kList
                : action == "show" ? DeadCommand::Action::kShow
                                   : DeadCommand::Action::kExport;
  return Status::Ok();
}

Status ParseDeadCommand(Arguments arguments, Places places, CommandLine& line) {
  line.action = CommandLine::Action::kDead;
  DeadCommand& dead = line.dead;
  RETURN_IF_ERROR(ParseDeadAction(arguments, dead));
  for (arguments = arguments.subspan(1); !arguments.empty(); arguments = arguments.subspan(1)) {
    const std::string& argument = arguments[0];
    ASSIGN_OR_RETURN(const bool is_place, TakePlace(arguments, places));
    if (is_place) continue;
    if (argument == "--slot") {
      RETURN_IF_ERROR(TakeValue(arguments, "the name of a slot, such as es", dead.query.slot));
    } else if (argument == "--limit" && dead.action == DeadCommand::Action::kShow) {
      RETURN_IF_ERROR(TakeLimit(arguments, dead));
    } else if (argument == "--format" && dead.action == DeadCommand::Action::kExport) {
      RETURN_IF_ERROR(TakeFormat(arguments, dead));
    } else {
      return Unknown(argument);
    }
  }
  dead.query.socket = places.socket;
  if (places.root) dead.query.root = WithoutSlashes(*places.root);
  return Status::Ok();
}

}  // namespace

Result<CommandLine> ParseCommandLine(std::span<const std::string> arguments, const Environment& environment) {
  CommandLine line;
  Places places;
  for (const auto& [name, value] : environment) {
    if (name == "TAILRACE_SOCKET" && !value.empty()) places.socket = value;
    if (name == "TAILRACE_ROOT" && !value.empty()) places.root = value;
  }
  const std::string command = arguments.empty() ? "" : arguments[0];
  if (command == "options") {
    RETURN_IF_ERROR(ParseOptionsCommand(arguments.subspan(1), line));
  } else if (command == "status") {
    RETURN_IF_ERROR(ParseStatusCommand(arguments.subspan(1), places, line));
  } else if (command == "dead") {
    RETURN_IF_ERROR(ParseDeadCommand(arguments.subspan(1), places, line));
  } else {
    RETURN_IF_ERROR(ParseServe(arguments, places, line));
  }
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
  return R"(tailrace: a logging driver for Docker that keeps every line on local disk

usage: tailrace [--socket PATH] [--root DIR]   serve
       tailrace status [--json]                what a plugin on this machine is doing
       tailrace dead list                      what destinations refused for good, summed up
       tailrace dead show [--limit N]          the newest of it (20; 0: all)
       tailrace dead export [--format ndjson|bulk]
                                               all of it, ready to be posted again
       tailrace options [--markdown]           list all options
       tailrace --version | --help

serve:
  --socket PATH  where the Docker Engine finds it (TAILRACE_SOCKET; /run/docker/plugins/tailrace.sock)
  --root DIR     the spool (TAILRACE_ROOT; /var/lib/tailrace)

status, dead:
  --socket PATH  the plugin's socket (TAILRACE_SOCKET); without it the plugin is found by itself, as root
  --root DIR     dead only: the spool (TAILRACE_ROOT); without it the plugin's
  --slot NAME    dead only: one destination of the containers, such as es, http or http.audit

status ends with 0: all is well; 1: something is held, or lines were lost while it looked (1 s); 2: wrong arguments;
3: no plugin was found.

Further environment: TAILRACE_OPTS and the entries that `tailrace options` names.
)";
}

}  // namespace tailrace
