#include "journal/stream_facts.h"

#include <algorithm>
#include <cstdio>

#include "base/crc32c.h"
#include "base/json.h"

namespace tailrace {

namespace {

constexpr uint64_t kSegmentBytesMin = 64_KiB;
constexpr uint64_t kSegmentBytesMax = 16_MiB;
constexpr size_t kSumDigits = 8;  // then a blank, the JSON, and a newline

std::string_view SpoolFullName(SpoolFull policy) {
  switch (policy) {
    case SpoolFull::kDropOldest: return "drop-oldest";
    case SpoolFull::kDropNewest: return "drop-newest";
    case SpoolFull::kBlock: return "block";
  }
  return "drop-oldest";
}

std::optional<SpoolFull> ParseSpoolFull(std::string_view name) {
  for (SpoolFull policy : {SpoolFull::kDropOldest, SpoolFull::kDropNewest, SpoolFull::kBlock}) {
    if (SpoolFullName(policy) == name) return policy;
  }
  return std::nullopt;
}

std::string SumOf(std::string_view json) {
  char digits[kSumDigits + 1];
  std::snprintf(digits, sizeof(digits), "%08x", Crc32c(json));
  return digits;
}

void WriteMap(JsonWriter& json, std::string_view key, const std::map<std::string, std::string>& map) {
  json.Key(key).BeginObject();
  for (const auto& [name, value] : map) json.Key(name).String(value);
  json.EndObject();
}

// Whole numbers are read back as signed ones; more than that is "without limit" all the same.
int64_t Readable(uint64_t value) { return static_cast<int64_t>(std::min<uint64_t>(value, INT64_MAX)); }

void WriteSpool(JsonWriter& json, const SpoolSettings& spool) {
  json.Key("spool").BeginObject();
  json.Key("max_size").Int(Readable(spool.max_size_bytes)).Key("max_file").Int(Readable(spool.max_file));
  json.Key("backlog").Int(Readable(spool.backlog_bytes)).Key("full").String(SpoolFullName(spool.spool_full));
  json.Key("block_max_ns").Int(spool.block_max.count()).EndObject();
}

void WriteOptions(JsonWriter& json, const StreamFacts& facts) {
  json.Key("options").BeginObject();
  for (const auto& [name, option] : facts.options) {
    json.Key(name).BeginObject().Key("value").String(option.value);
    json.Key("inherited").Bool(option.inherited).EndObject();
  }
  json.EndObject().Key("slots").BeginArray();
  for (const std::string& slot : facts.slots) json.String(slot);
  json.EndArray();
}

// A member of the wrong type is damage: the checksum says that we wrote it.
class FactsReader {
 public:
  explicit FactsReader(JsonView view) : view_(view) {}
  std::string String(std::string_view key) { return Keep(view_.Member(key).AsString()); }
  uint64_t Uint(std::string_view key) { return static_cast<uint64_t>(Keep(view_.Member(key).AsInt64())); }
  int64_t Int(std::string_view key) { return Keep(view_.Member(key).AsInt64()); }
  std::map<std::string, std::string> Map(std::string_view key) {
    std::map<std::string, std::string> map;
    for (const auto& [name, value] : view_.Member(key).Members()) map[name] = Keep(value.AsString());
    return map;
  }
  template <typename T>
  T Keep(std::optional<T> value) {
    if (!value) ok_ = false;
    return value.value_or(T{});
  }
  bool ok() const { return ok_; }

 private:
  JsonView view_;
  bool ok_ = true;
};

bool ReadSpool(JsonView view, SpoolSettings& spool) {
  FactsReader reader(view);
  spool.max_size_bytes = reader.Uint("max_size");
  spool.max_file = reader.Uint("max_file");
  spool.backlog_bytes = reader.Uint("backlog");
  spool.spool_full = reader.Keep(ParseSpoolFull(reader.String("full")));
  spool.block_max = Nanos(reader.Int("block_max_ns"));
  return reader.ok();
}

bool ReadOptions(JsonView root, StreamFacts& facts) {
  FactsReader reader(root);
  for (const auto& [name, value] : root.Member("options").Members()) {
    FrozenOption& option = facts.options[name];
    option.value = reader.Keep(value.Member("value").AsString());
    option.inherited = reader.Keep(value.Member("inherited").AsBool());
  }
  for (JsonView slot : root.Member("slots").Elements()) facts.slots.push_back(reader.Keep(slot.AsString()));
  return reader.ok();
}

bool ReadFacts(JsonView root, StreamFacts& facts) {
  FactsReader reader(root);
  facts.id.value = reader.Keep(ParseHex64(reader.String("id")));
  facts.run = reader.Uint("run");
  facts.started.ns = reader.Int("started_ns");
  facts.fifo = reader.String("fifo");
  facts.container_id = reader.String("container_id");
  facts.container_name = reader.String("container_name");
  facts.image_id = reader.String("image_id");
  facts.image_name = reader.String("image_name");
  facts.container_created = reader.String("container_created");
  facts.daemon_name = reader.String("daemon_name");
  facts.host_name = reader.String("host_name");
  facts.tag = reader.String("tag");
  facts.labels = reader.Map("labels");
  facts.env = reader.Map("env");
  return reader.ok() && ReadSpool(root.Member("spool"), facts.spool) && ReadOptions(root, facts);
}

}  // namespace

uint64_t SpoolSettings::segment_bytes() const {
  return std::clamp(max_size_bytes, kSegmentBytesMin, kSegmentBytesMax);
}

uint64_t SpoolSettings::history_bytes() const {
  uint64_t bytes = 0;
  return __builtin_mul_overflow(max_size_bytes, max_file, &bytes) ? UINT64_MAX : bytes;
}

std::string EncodeFacts(const StreamFacts& facts) {
  JsonWriter json;
  json.BeginObject().Key("version").Int(kFormatVersion);
  json.Key("id").String(facts.id.ToString()).Key("run").Uint(facts.run);
  json.Key("started_ns").Int(facts.started.ns).Key("fifo").String(facts.fifo);
  json.Key("container_id").String(facts.container_id).Key("container_name").String(facts.container_name);
  json.Key("image_id").String(facts.image_id).Key("image_name").String(facts.image_name);
  json.Key("container_created").String(facts.container_created);
  json.Key("daemon_name").String(facts.daemon_name).Key("host_name").String(facts.host_name);
  json.Key("tag").String(facts.tag);
  WriteMap(json, "labels", facts.labels);
  WriteMap(json, "env", facts.env);
  WriteSpool(json, facts.spool);
  WriteOptions(json, facts);
  json.EndObject();
  const std::string text = json.Take();
  return SumOf(text) + " " + text + "\n";
}

Result<StreamFacts> DecodeFacts(std::string_view bytes) {
  if (bytes.size() < kSumDigits + 2 || bytes[kSumDigits] != ' ' || bytes.back() != '\n') {
    return Corrupt("read facts: not a checksummed line");
  }
  const std::string_view text = bytes.substr(kSumDigits + 1, bytes.size() - kSumDigits - 2);
  if (SumOf(text) != bytes.substr(0, kSumDigits)) return Corrupt("read facts: the checksum does not fit");
  Result<JsonDocument> document = JsonDocument::Parse(text);
  if (!document.ok()) return Corrupt(document.status().message());
  const JsonView root = document->root();
  const std::optional<int64_t> version = root.Member("version").AsInt64();
  if (!version) return Corrupt("read facts: no version");
  if (*version > kFormatVersion) {
    return Status(StatusCode::kUnsupported, "read facts: written by a newer tailrace (format version " +
                                                std::to_string(*version) + "; this one knows " +
                                                std::to_string(kFormatVersion) + ")");
  }
  StreamFacts facts;
  if (!ReadFacts(root, facts)) return Corrupt("read facts: a field is missing or of the wrong type");
  return facts;
}

}  // namespace tailrace
