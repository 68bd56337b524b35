#include "tool/dead_export.h"

#include "base/json.h"

namespace tailrace {

namespace {

// What was sent for a record: an action and a document, or a document alone.
struct Sent {
  std::string_view action;  // empty: none
  std::string_view document;
};

bool IsAction(const JsonView& view) {
  return view.Members().size() == 1 && (view.Member("create").is_object() || view.Member("index").is_object());
}

Sent SplitSent(std::string_view text) {
  // The end of a line, or the comma between the elements of an array.
  if (text.ends_with('\n') || text.ends_with("},")) text.remove_suffix(1);
  const size_t line = text.find('\n');
  if (line != text.npos) {
    const Result<JsonDocument> first = JsonDocument::Parse(text.substr(0, line));
    if (first.ok() && IsAction(first->root())) return {text.substr(0, line), text.substr(line + 1)};
  }
  return {{}, text};
}

}  // namespace

std::optional<std::string> ExportedLetter(const DeadLetter& letter, ExportFormat format) {
  const Sent sent = SplitSent(letter.document);
  if (sent.document.empty()) return std::nullopt;
  std::string document = std::string(sent.document) + "\n";
  if (format == ExportFormat::kNdjson) return document;
  if (!sent.action.empty()) return std::string(sent.action) + "\n" + document;
  const Result<JsonDocument> json = JsonDocument::Parse(sent.document);
  if (!json.ok() || !json->root().is_object()) return std::nullopt;
  const std::optional<std::string> id = json->root().Member("id").AsString();
  if (!id) return std::nullopt;
  JsonWriter action;
  action.BeginObject().Key("create").BeginObject().Key("_id").String(*id).EndObject().EndObject();
  return action.Take() + "\n" + document;
}

}  // namespace tailrace
