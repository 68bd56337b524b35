#include "sinks/document.h"

#include <algorithm>

#include "base/json_escape.h"
#include "base/utf8.h"
#include "sinks/timestamp.h"

namespace tailrace {

namespace {

constexpr std::string_view kEcsVersion = "8.11.0";
constexpr std::string_view kLabelsCutTag = "tailrace-labels-cut";

// At most `bytes_max` bytes of valid text, cut between characters.
std::string Cut(std::string_view text, size_t bytes_max) {
  if (text.size() <= bytes_max) return std::string(text);
  text = text.substr(0, bytes_max);
  // A character that was cut in two at the end goes; what was never valid is repaired later.
  for (size_t back = 1; back <= 3 && back < text.size(); ++back) {
    const auto byte = static_cast<unsigned char>(text[text.size() - back]);
    if (byte < 0x80) break;
    if (byte < 0xc0) continue;
    if (Utf8CharacterBytes(text.substr(text.size() - back)) == 0) text.remove_suffix(back);
    break;
  }
  return std::string(text);
}

std::string FieldName(std::string_view label) {
  std::string name = Cut(label, kLabelNameBytesMax);
  std::replace(name.begin(), name.end(), '.', '_');
  // No server takes a field without a name, and some take none of blanks.
  const bool is_blank = std::all_of(name.begin(), name.end(), [](char c) { return c == ' '; });
  return is_blank ? "_" : name;
}

// "name":{…}, or nothing. Stops when `budget` is used up.
std::string Members(std::string_view name, const std::map<std::string, std::string>& labels, size_t& budget,
                    bool& is_cut) {
  std::string text;
  for (const auto& [field, value] : FieldsOfLabels(labels)) {
    const std::string member = JsonQuoted(field) + ":" + JsonQuoted(Cut(value, kLabelValueBytesMax));
    if (member.size() + 1 > budget) {
      is_cut = true;
      break;
    }
    budget -= member.size() + 1;
    if (!text.empty()) text += ',';
    text += member;
  }
  return text.empty() ? text : "\"" + std::string(name) + "\":{" + text + "}";
}

std::string ContainerMembers(const StreamDescription& stream) {
  const ImageName image = SplitImageName(stream.image_name);
  std::string text = "\"id\":" + JsonQuoted(stream.container_id) + ",\"name\":" + JsonQuoted(stream.container_name) +
                     ",\"runtime\":\"docker\",\"image\":{\"name\":" + JsonQuoted(image.name);
  if (!image.tag.empty()) text += ",\"tag\":[" + JsonQuoted(image.tag) + "]";
  return text + "}";
}

std::string StyleMembers(const DocumentStyle& style) {
  std::string text = "\"event\":{\"dataset\":" + JsonQuoted(style.dataset) + "},";
  if (!style.data_stream_type.empty()) {
    text += "\"data_stream\":{\"type\":" + JsonQuoted(style.data_stream_type) +
            ",\"dataset\":" + JsonQuoted(style.dataset) +
            ",\"namespace\":" + JsonQuoted(style.data_stream_namespace) + "},";
  }
  return text + "\"ecs\":{\"version\":\"" + std::string(kEcsVersion) + "\"},";
}

}  // namespace

std::map<std::string, std::string> FieldsOfLabels(const std::map<std::string, std::string>& labels) {
  std::map<std::string, std::string> fields;
  // Names without dots first: they keep their own.
  for (const auto& [label, value] : labels) {
    if (FieldName(label) == label) fields[label] = value;
  }
  for (const auto& [label, value] : labels) {
    const std::string name = FieldName(label);
    if (name == label) continue;
    std::string free = name;
    for (size_t n = 2; fields.contains(free); ++n) free = name + "_" + std::to_string(n);
    fields[free] = value;
  }
  return fields;
}

ImageName SplitImageName(std::string_view image) {
  const size_t digest = image.find('@');
  const std::string_view name = image.substr(0, digest);
  if (name.starts_with("sha256:")) return {std::string(name), {}};  // An image's id.
  const size_t colon = name.rfind(':');
  const size_t slash = name.rfind('/');
  const bool is_tag = colon != name.npos && (slash == name.npos || colon > slash);  // Else a registry's port.
  if (is_tag) return {std::string(name.substr(0, colon)), std::string(name.substr(colon + 1))};
  const bool is_latest = digest == image.npos && !name.empty();
  return {std::string(name), is_latest ? "latest" : ""};
}

std::string RenderConstants(const StreamDescription& stream, const DocumentStyle& style, bool is_stderr) {
  size_t budget = kConstantsBytesMax;
  bool is_cut = false;
  const std::string labels = Members("labels", stream.labels, budget, is_cut);
  const std::string env = Members("labels", stream.env, budget, is_cut);
  std::string text = is_stderr ? "},\"stream\":\"stderr\"," : "},\"stream\":\"stdout\",";
  text += "\"container\":{" + ContainerMembers(stream) + (labels.empty() ? "" : "," + labels) + "},";
  if (!env.empty()) text += env + ",";
  std::string tags = stream.tag.empty() ? "" : JsonQuoted(stream.tag);
  if (is_cut) tags += (tags.empty() ? "" : ",") + JsonQuoted(kLabelsCutTag);
  if (!tags.empty()) text += "\"tags\":[" + tags + "],";
  // Servers sort by it: always a plain string.
  text += "\"host\":{\"name\":" + JsonQuoted(stream.host_name) + "},";
  return text + StyleMembers(style) + "\"message\":\"";
}

char* AppendHead(std::string& body, std::string_view head, const RecordView& record) {
  constexpr size_t kTimeAt = std::string_view("\"@timestamp\":\"").size();
  body += head;
  char* begin = body.data() + body.size() - kDocumentHead.size();
  WriteTimestamp(begin + kTimeAt, record.time_nano);
  return begin;
}

void AppendOffset(std::string& body, const RecordView& record) {
  AppendDecimal(body, record.first);
  if (record.lost_lines > 0) {
    body += ",\"lost\":";
    AppendDecimal(body, record.lost_lines);
  }
  if (record.is_part) body += ",\"flags\":[\"partial\"]";
}

void AppendDocumentEnd(std::string& body, std::string_view text, char separator) {
  AppendJsonEscaped(body, text);
  const char end[] = {'"', '}', separator};
  body.append(end, sizeof(end));
}

}  // namespace tailrace
