#include "tests/wire/entry_oracle.h"

#include <cstdint>
#include <optional>
#include <vector>

#include <google/protobuf/stubs/logging.h>

#include "base/utf8.h"
#include "entry.pb.h"
#include "wire/log_entry.h"

namespace tailrace {
namespace {

struct RawField {
  uint32_t number = 0;
  uint32_t wire_type = 0;
  std::string_view bytes;  // of a length-delimited field
};

// A second, slow splitter of messages into fields. Nothing when the message ends inside one.
class RawFields {
 public:
  explicit RawFields(std::string_view message) : rest_(message) {}

  std::optional<std::vector<RawField>> All() {
    std::vector<RawField> fields;
    while (!rest_.empty()) {
      uint64_t tag = 0;
      RawField field;
      if (!Varint(tag)) return std::nullopt;
      field.number = static_cast<uint32_t>(tag) >> 3;
      field.wire_type = tag & 7;
      if (!Value(field)) return std::nullopt;
      fields.push_back(field);
    }
    return fields;
  }

 private:
  bool Varint(uint64_t& value) {
    value = 0;
    for (int shift = 0; shift < 70 && !rest_.empty(); shift += 7) {
      auto byte = static_cast<unsigned char>(rest_[0]);
      rest_.remove_prefix(1);
      if (shift < 64) value |= uint64_t{byte & 0x7fU} << shift;
      if (byte < 0x80) return true;
    }
    return false;
  }
  bool Take(uint64_t n, std::string_view& bytes) {
    if (n > rest_.size()) return false;
    bytes = rest_.substr(0, n);
    rest_.remove_prefix(n);
    return true;
  }
  bool Value(RawField& field) {
    uint64_t number = 0;
    std::string_view ignored;
    switch (field.wire_type) {
      case 0: return Varint(number);
      case 1: return Take(8, ignored);
      case 2: return Varint(number) && Take(number, field.bytes);
      case 5: return Take(4, ignored);
      default: return true;  // A group; the caller sees it.
    }
  }

  std::string_view rest_;
};

struct Oddities {
  bool wrong_type = false;  // of a known field, or a group
  bool not_utf8 = false;
};

void LookAt(std::string_view message, const std::vector<uint32_t>& types, Oddities& odd) {
  auto fields = RawFields(message).All();
  if (!fields) {
    odd.wrong_type = true;  // Only a group can hide its end from us.
    return;
  }
  const bool is_metadata = types.size() == 4;
  for (const RawField& field : *fields) {
    if (field.wire_type == 3 || field.wire_type == 4) odd.wrong_type = true;
    if (field.number < types.size() && field.wire_type != types[field.number]) odd.wrong_type = true;
    const bool is_text = field.number == (is_metadata ? 2U : 1U) && field.wire_type == 2;
    if (is_text && Utf8ValidBytes(field.bytes) != field.bytes.size()) odd.not_utf8 = true;
    if (!is_metadata && field.number == 5 && field.wire_type == 2) LookAt(field.bytes, {9, 0, 2, 0}, odd);
  }
}

std::string CompareFields(const LogEntry& ours, const proto::LogEntry& theirs) {
  if (ours.has_known_source != (theirs.source() == "stdout" || theirs.source() == "stderr")) return "known source";
  if ((ours.source == Source::kStderr) != (theirs.source() == "stderr")) return "source";
  if (ours.time_nano != theirs.time_nano()) return "time";
  if (ours.line != theirs.line()) return "line";
  if (ours.partial != theirs.partial()) return "partial";
  if (ours.last != theirs.partial_log_metadata().last()) return "last";
  if (ours.partial_id != theirs.partial_log_metadata().id()) return "id";
  if (ours.ordinal != theirs.partial_log_metadata().ordinal()) return "ordinal";
  return "";
}

}  // namespace

std::string DisagreementAbout(std::string_view body) {
  LogEntry ours;
  EntrySummary summary;
  const bool we_accept = DecodeLogEntry(body, ours);
  if (SummarizeLogEntry(body, summary) != we_accept) return "summary accepts other bodies than the decoder";
  if (we_accept) {
    if (summary.source != ours.source) return "summary: source";
    if (summary.time_nano != ours.time_nano) return "summary: time";
    if (summary.ends_line != ours.ends_line()) return "summary: end of line";
    if (!MayBeginLogEntry(body, body.size())) return "a valid entry is said to be impossible";
  }
  // Its own complaints about text that is not UTF-8 would fill the terminal.
  [[maybe_unused]] static const auto handler = google::protobuf::SetLogHandler(nullptr);
  proto::LogEntry theirs;
  const bool they_accept = theirs.ParseFromArray(body.data(), static_cast<int>(body.size()));
  if (we_accept && they_accept) return CompareFields(ours, theirs);
  if (we_accept == they_accept) return "";
  Oddities odd;
  LookAt(body, {9, 2, 0, 2, 0, 2}, odd);
  if (we_accept) return odd.not_utf8 ? "" : "we accept what protobuf refuses";
  return odd.wrong_type ? "" : "we refuse what protobuf accepts";
}

}  // namespace tailrace
