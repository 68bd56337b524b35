#include "delivery/dead_letter.h"

#include <array>

#include "base/base64.h"
#include "base/bytes.h"
#include "base/json.h"
#include "base/utf8.h"

namespace tailrace {

namespace {

constexpr int kVersion = 1;

void PutBytes(JsonWriter& json, const std::string& key, std::string_view bytes) {
  if (Utf8ValidBytes(bytes) == bytes.size()) {
    json.Key(key).String(bytes);
  } else {
    json.Key(key).String(Utf8Repaired(bytes)).Key(key + "_base64").String(Base64(bytes));
  }
}

std::string GetText(const JsonView& root, std::string_view key) { return root.Member(key).AsString().value_or(""); }

std::string GetBytes(const JsonView& root, const std::string& key) {
  const std::optional<std::string> base64 = root.Member(key + "_base64").AsString();
  if (!base64) return GetText(root, key);
  return DecodeBase64(*base64).value_or("");
}

int64_t GetInt(const JsonView& root, std::string_view key) { return root.Member(key).AsInt64().value_or(0); }

}  // namespace

std::string EncodeDeadLetter(const DeadLetter& letter) {
  JsonWriter json;
  json.BeginObject().Key("version").Int(kVersion);
  json.Key("slot").String(letter.slot).Key("url").String(letter.url);
  json.Key("container_id").String(letter.container_id).Key("container_name").String(letter.container_name);
  json.Key("stream").String(Hex64(letter.stream_id)).Key("offset").Int(static_cast<int64_t>(letter.offset));
  json.Key("source").String(letter.source).Key("time_ns").Int(letter.time_nano);
  json.Key("status").Int(letter.status).Key("type").String(letter.type);
  json.Key("reason").String(letter.reason.substr(0, DeadLetter::kReasonBytesMax));
  json.Key("attempts").Int(letter.attempts);
  json.Key("first_attempt_ns").Int(letter.first_attempt.ns).Key("last_attempt_ns").Int(letter.last_attempt.ns);
  PutBytes(json, "text", letter.text);
  PutBytes(json, "document", letter.document);
  json.EndObject();
  return json.Take() + "\n";
}

std::optional<DeadLetter> DecodeDeadLetter(std::string_view line) {
  if (!line.ends_with('\n')) return std::nullopt;
  const Result<JsonDocument> document = JsonDocument::Parse(line.substr(0, line.size() - 1));
  if (!document.ok() || !document->root().is_object()) return std::nullopt;
  const JsonView root = document->root();
  if (root.Member("version").AsInt64() != kVersion) return std::nullopt;
  const std::optional<uint64_t> stream = ParseHex64(GetText(root, "stream"));
  if (!stream) return std::nullopt;
  DeadLetter letter;
  letter.stream_id = *stream;
  letter.offset = static_cast<uint64_t>(GetInt(root, "offset"));
  letter.slot = GetText(root, "slot");
  letter.url = GetText(root, "url");
  letter.container_id = GetText(root, "container_id");
  letter.container_name = GetText(root, "container_name");
  letter.source = GetText(root, "source");
  letter.time_nano = GetInt(root, "time_ns");
  letter.status = static_cast<int>(GetInt(root, "status"));
  letter.type = GetText(root, "type");
  letter.reason = GetText(root, "reason");
  letter.attempts = static_cast<int>(GetInt(root, "attempts"));
  letter.first_attempt.ns = GetInt(root, "first_attempt_ns");
  letter.last_attempt.ns = GetInt(root, "last_attempt_ns");
  letter.text = GetBytes(root, "text");
  letter.document = GetBytes(root, "document");
  return letter;
}

}  // namespace tailrace
