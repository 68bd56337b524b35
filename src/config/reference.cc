#include "config/reference.h"

#include <algorithm>
#include <array>
#include <utility>

namespace tailrace {

namespace {

constexpr size_t kTextColumns = 110;

std::string FormOf(const OptionRow& row) {
  switch (row.type) {
    case OptionType::kBytes: return "size";
    case OptionType::kCount: return "number";
    case OptionType::kDuration: return "time";
    case OptionType::kBool: return "true|false";
    case OptionType::kEnum: {
      std::string form;
      for (std::string_view choice : row.choices) form += (form.empty() ? "" : "|") + std::string(choice);
      return form;
    }
    case OptionType::kText: return row.secret ? "secret" : "text";
    case OptionType::kList: return "names";
    case OptionType::kRegex: return "pattern";
    case OptionType::kTag: return "template";
    case OptionType::kUrl: return "URL";
    case OptionType::kAddress: return "address:port";
    case OptionType::kPath: return "path";
  }
  return "text";
}

std::string DefaultOf(const OptionRow& row) {
  if (!row.default_value.empty()) return std::string(row.default_value);
  return row.default_words.empty() ? "none" : std::string(row.default_words);
}

struct Part {
  OptionScope scope;
  std::string_view title;
  std::string_view words;
};
constexpr std::array<Part, 2> kParts{{
    {OptionScope::kContainer, "Options of a container",
     "docker run --log-driver tailrace --log-opt NAME=VALUE; a default for all containers is set by\n"
     "docker plugin set tailrace TAILRACE_OPTS=\"NAME=VALUE NAME2=VALUE2\", or by the entry in brackets where the\n"
     "plugin declares it (docker plugin inspect) or runs outside Docker."},
    {OptionScope::kPlugin, "Options of the plugin",
     "docker plugin set tailrace TAILRACE_OPTS=\"NAME=VALUE NAME2=VALUE2\", or by the entry in brackets likewise."},
}};

constexpr std::string_view kForms =
    "Sizes: 20m is 20,000,000 bytes, as with Docker (k, m, g, t); 20MiB is 20,971,520 (KiB, MiB, GiB, TiB).\n"
    "Times: 100ms, 5s, 1m30s. Patterns: RE2, matching anywhere in a name.\n";

// Breaks at blanks; every line after the first begins with `indent` blanks.
std::string Wrapped(const std::string& text, size_t indent) {
  std::string out;
  size_t column = indent;
  size_t at = 0;
  while (at < text.size()) {
    size_t blank = std::min(text.find(' ', at), text.size());
    size_t word = blank - at;
    if (column > indent && column + 1 + word > kTextColumns) {
      out += "\n" + std::string(indent, ' ');
      column = indent;
    } else if (column > indent) {
      out += ' ';
      ++column;
    }
    out += text.substr(at, word);
    column += word;
    at = blank + 1;
  }
  return out;
}

std::string Padded(std::string text, size_t width) {
  if (text.size() < width) text.resize(width, ' ');
  return text;
}

}  // namespace

std::string ReferenceText(const OptionTable& table) {
  size_t name_width = 0;
  for (const OptionRow& row : table.rows()) name_width = std::max(name_width, row.name.size() + 4);
  std::string out;
  for (const Part& part : kParts) {
    out += std::string(part.title) + "\n" + std::string(part.words) + "\n\n";
    for (const OptionRow& row : table.rows()) {
      if (row.scope != part.scope) continue;
      std::string words = std::string(row.help) + ". " + FormOf(row) + "; default: " + DefaultOf(row) + " [" +
                          EnvironmentName(row.name) + "]";
      out += Padded("  " + std::string(row.name), name_width) + Wrapped(words, name_width) + "\n";
    }
    out += "\n";
  }
  return out + std::string(kForms);
}

std::string ReferenceMarkdown(const OptionTable& table) {
  auto cell = [](std::string text) {
    for (size_t at = text.find('|'); at != std::string::npos; at = text.find('|', at + 2)) text.insert(at, "\\");
    return text;
  };
  std::string out;
  for (const Part& part : kParts) {
    out += "## " + std::string(part.title) + "\n\n";
    out += "| option | value | default | meaning | environment |\n| --- | --- | --- | --- | --- |\n";
    for (const OptionRow& row : table.rows()) {
      if (row.scope != part.scope) continue;
      out += "| `" + std::string(row.name) + "` | " + cell(FormOf(row)) + " | " + cell(DefaultOf(row)) + " | " +
             cell(std::string(row.help)) + " | `" + EnvironmentName(row.name) + "` |\n";
    }
    out += "\n";
  }
  return out + std::string(kForms);
}

}  // namespace tailrace
