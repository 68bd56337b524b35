#include "config/tag_template.h"

#include <array>
#include <optional>

namespace tailrace {

namespace {

constexpr int kLiteral = -1;
constexpr int kLabel = -2;
constexpr size_t kShortIdChars = 12;

std::string ShortId(std::string_view id) {
  constexpr std::string_view kAlgorithm = "sha256:";
  if (id.starts_with(kAlgorithm)) id.remove_prefix(kAlgorithm.size());
  return std::string(id.substr(0, kShortIdChars));
}

std::string WithoutSlash(std::string_view name) {
  if (name.starts_with('/')) name.remove_prefix(1);
  return std::string(name);
}

struct Field {
  std::string_view name;
  std::string (*value)(const TagFields&);
};
constexpr std::array<Field, 15> kFields{{
    {"ID", [](const TagFields& f) { return f.container_id.substr(0, kShortIdChars); }},
    {"FullID", [](const TagFields& f) { return f.container_id; }},
    {"Name", [](const TagFields& f) { return WithoutSlash(f.container_name); }},
    {"ImageID", [](const TagFields& f) { return ShortId(f.image_id); }},
    {"ImageFullID", [](const TagFields& f) { return f.image_id; }},
    {"ImageName", [](const TagFields& f) { return f.image_name; }},
    {"Command", [](const TagFields& f) { return f.command; }},
    {"Hostname", [](const TagFields& f) { return f.host_name; }},
    {"DaemonName", [](const TagFields& f) { return f.daemon_name; }},
    {"ContainerID", [](const TagFields& f) { return f.container_id; }},
    {"ContainerName", [](const TagFields& f) { return f.container_name; }},
    {"ContainerImageID", [](const TagFields& f) { return f.image_id; }},
    {"ContainerImageName", [](const TagFields& f) { return f.image_name; }},
    {"ContainerCreated", [](const TagFields& f) { return f.created; }},
    {"LogPath", [](const TagFields&) { return std::string(); }},
}};

std::string_view Trim(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

// The key of `index .ContainerLabels "key"`.
std::optional<std::string> LabelKey(std::string_view action) {
  for (std::string_view word : {"index", ".ContainerLabels"}) {
    if (!action.starts_with(word)) return std::nullopt;
    action = Trim(action.substr(word.size()));
  }
  if (action.size() < 2 || action.front() != '"' || action.back() != '"') return std::nullopt;
  action = action.substr(1, action.size() - 2);
  if (action.find_first_of("\"\\") != std::string_view::npos) return std::nullopt;
  return std::string(action);
}

}  // namespace

TagTemplate::TagTemplate() : pieces_{{"", 0}} {}

Result<TagTemplate::Piece> TagTemplate::ParseAction(std::string_view action) {
  for (size_t i = 0; i < kFields.size(); ++i) {
    if (action.starts_with('.') && action.substr(1) == kFields[i].name) return Piece{"", static_cast<int>(i)};
  }
  if (std::optional<std::string> key = LabelKey(action)) return Piece{std::move(*key), kLabel};
  std::string message = "a tag takes plain fields only: {{index .ContainerLabels \"name\"}}";
  for (const Field& field : kFields) message += ", {{." + std::string(field.name) + "}}";
  return Invalid(std::move(message));
}

Result<TagTemplate> TagTemplate::Parse(std::string_view text) {
  TagTemplate result;
  if (text.empty()) return result;
  result.pieces_.clear();
  while (!text.empty()) {
    size_t open = text.find("{{");
    if (open != 0) result.pieces_.push_back({std::string(text.substr(0, open)), kLiteral});
    if (open == std::string_view::npos) break;
    size_t close = text.find("}}", open);
    if (close == std::string_view::npos) return Invalid("a tag's {{ has no }}; write for example {{.Name}}");
    ASSIGN_OR_RETURN(Piece piece, ParseAction(Trim(text.substr(open + 2, close - open - 2))));
    result.pieces_.push_back(std::move(piece));
    text.remove_prefix(close + 2);
  }
  return result;
}

Status TagTemplate::Check(std::string_view text) { return Parse(text).status(); }

std::string TagTemplate::Render(const TagFields& fields) const {
  std::string tag;
  for (const Piece& piece : pieces_) {
    if (piece.field == kLiteral) {
      tag += piece.text;
    } else if (piece.field != kLabel) {
      tag += kFields[static_cast<size_t>(piece.field)].value(fields);
    } else if (fields.labels != nullptr) {
      auto label = fields.labels->find(piece.text);
      if (label != fields.labels->end()) tag += label->second;
    }
  }
  if (tag.size() > kRenderedBytesMax) tag.resize(kRenderedBytesMax);
  return tag;
}

}  // namespace tailrace
