#include "wire/log_entry.h"

#include <iterator>

#include "base/bytes.h"

namespace tailrace {
namespace {

// Wire types of protobuf; 3 and 4 (groups) do not occur in proto3.
enum WireType : uint32_t { kVarint = 0, kFixed64 = 1, kLengthDelimited = 2, kFixed32 = 5 };

constexpr size_t kVarintBytesMax = 10;
constexpr size_t kTagBytesMax = 5;     // A tag is 32 bits wide; so is a length.
constexpr size_t kLengthBytesMax = 5;

constexpr uint32_t Tag(uint32_t field, WireType type) { return field << 3 | type; }

// The first eight bytes of every body that dockerd writes: field 1 with six letters, in the order of a load.
constexpr uint64_t PrefixWord(std::string_view name) {
  uint64_t word = 0x060aU;
  for (size_t i = 0; i < 6; ++i) word |= uint64_t{static_cast<unsigned char>(name[i])} << (8 * (i + 2));
  return word;
}
constexpr uint64_t kStdoutPrefix = PrefixWord("stdout");
constexpr uint64_t kStderrPrefix = PrefixWord("stderr");

// What is still to be decoded.
struct Input {
  const char* at;
  const char* end;
  size_t left() const { return static_cast<size_t>(end - at); }
};

bool ReadVarint(Input& in, size_t bytes_max, uint64_t& value) {
  value = 0;
  for (size_t i = 0; i < bytes_max && in.at < in.end; ++i) {
    uint64_t byte = static_cast<unsigned char>(*in.at++);
    value |= (byte & 0x7f) << (7 * i);
    if (byte < 0x80) return true;
  }
  return false;
}

// A time of our century takes nine bytes: eight with the continuation bit, then one without. The seven-bit groups of
// the eight are moved together pairwise, without a loop.
bool ReadTime(Input& in, uint64_t& value) {
  constexpr uint64_t kContinues = 0x8080808080808080U;
  if (in.left() < 9) return ReadVarint(in, kVarintBytesMax, value);
  uint64_t word = LoadLittle<uint64_t>(in.at);
  uint64_t ninth = static_cast<unsigned char>(in.at[8]);
  if ((word & kContinues) != kContinues || ninth >= 0x80) return ReadVarint(in, kVarintBytesMax, value);
  word &= ~kContinues;
  word = (word & 0x007f007f007f007fU) | (word & 0x7f007f007f007f00U) >> 1;
  word = (word & 0x00003fff00003fffU) | (word & 0x3fff00003fff0000U) >> 2;
  word = (word & 0x000000000fffffffU) | (word & 0x0fffffff00000000U) >> 4;
  value = word | ninth << 56;
  in.at += 9;
  return true;
}

bool ReadBytes(Input& in, std::string_view& bytes) {
  uint64_t length_untrusted;
  if (!ReadVarint(in, kLengthBytesMax, length_untrusted)) return false;
  if (length_untrusted > in.left()) return false;
  bytes = {in.at, static_cast<size_t>(length_untrusted)};
  in.at += bytes.size();
  return true;
}

bool ReadBool(Input& in, bool& value) {
  uint64_t number;
  if (!ReadVarint(in, kVarintBytesMax, number)) return false;
  value = number != 0;
  return true;
}

bool ReadTag(Input& in, uint32_t& tag) {
  uint64_t number = 0;
  if (!ReadVarint(in, kTagBytesMax, number)) return false;
  tag = static_cast<uint32_t>(number);
  return tag >> 3 != 0;  // There is no field 0.
}

bool Skip(Input& in, size_t bytes) {
  if (bytes > in.left()) return false;
  in.at += bytes;
  return true;
}

// Skips a field that we do not know. One that we know (up to `known_max`) has come with a wrong wire type.
bool SkipField(Input& in, uint32_t tag, uint32_t known_max) {
  if (tag >> 3 <= known_max) return false;
  uint64_t number;
  std::string_view bytes;
  switch (tag & 7) {
    case kVarint: return ReadVarint(in, kVarintBytesMax, number);
    case kFixed64: return Skip(in, 8);
    case kLengthDelimited: return ReadBytes(in, bytes);
    case kFixed32: return Skip(in, 4);
    default: return false;
  }
}

void SetSource(std::string_view name, LogEntry& entry) {
  entry.source = name == "stderr" ? Source::kStderr : Source::kStdout;
  entry.has_known_source = entry.source == Source::kStderr || name == "stdout";
}

// Does not clear the fields first: a message field that comes twice is merged.
bool DecodeMetadata(std::string_view bytes, LogEntry& entry) {
  constexpr uint32_t kKnownMax = 3;
  Input in{bytes.data(), bytes.data() + bytes.size()};
  while (in.at < in.end) {
    uint32_t tag;
    uint64_t number = 0;
    bool ok = ReadTag(in, tag);
    if (!ok) return false;
    switch (tag) {
      case Tag(1, kVarint): ok = ReadBool(in, entry.last); break;
      case Tag(2, kLengthDelimited): ok = ReadBytes(in, entry.partial_id); break;
      case Tag(3, kVarint):
        ok = ReadVarint(in, kVarintBytesMax, number);
        entry.ordinal = static_cast<int32_t>(static_cast<uint32_t>(number));
        break;
      default: ok = SkipField(in, tag, kKnownMax);
    }
    if (!ok) return false;
  }
  return true;
}

bool DecodeField(Input& in, uint32_t tag, LogEntry& entry) {
  constexpr uint32_t kKnownMax = 5;
  std::string_view bytes;
  uint64_t number;
  switch (tag) {
    case Tag(1, kLengthDelimited):
      if (!ReadBytes(in, bytes)) return false;
      SetSource(bytes, entry);
      return true;
    case Tag(2, kVarint):
      if (!ReadTime(in, number)) return false;
      entry.time_nano = static_cast<int64_t>(number);
      return true;
    case Tag(3, kLengthDelimited): return ReadBytes(in, entry.line);
    case Tag(4, kVarint): return ReadBool(in, entry.partial);
    case Tag(5, kLengthDelimited): return ReadBytes(in, bytes) && DecodeMetadata(bytes, entry);
    default: return SkipField(in, tag, kKnownMax);
  }
}

bool DecodeFields(Input in, LogEntry& entry) {
  while (in.at < in.end) {
    uint32_t tag;
    if (!ReadTag(in, tag) || !DecodeField(in, tag, entry)) return false;
  }
  return true;
}

// The common case: source, time and line in dockerd's order and nothing behind them.
// False: it is something else (perhaps nothing valid), and `entry` is unspecified.
bool DecodePlain(std::string_view body, LogEntry& entry) {
  if (body.size() < 9) return false;
  uint64_t prefix = LoadLittle<uint64_t>(body.data());
  if (prefix != kStdoutPrefix && prefix != kStderrPrefix) return false;
  Input in{body.data() + 8, body.data() + body.size()};
  uint64_t time;
  if (*in.at++ != char{Tag(2, kVarint)} || !ReadTime(in, time)) return false;
  entry.source = prefix == kStderrPrefix ? Source::kStderr : Source::kStdout;
  entry.has_known_source = true;
  entry.time_nano = static_cast<int64_t>(time);
  if (in.at == in.end) return true;  // An empty line has no field 3.
  return *in.at++ == char{Tag(3, kLengthDelimited)} && ReadBytes(in, entry.line) && in.at == in.end;
}

// A field as far as it is visible: kCut when the bytes end inside it.
enum class Visible { kWhole, kCut, kWrong };

Visible SkipVisible(Input& in, uint64_t bytes_untrusted, size_t hidden_bytes) {
  if (bytes_untrusted > in.left() + hidden_bytes) return Visible::kWrong;
  return Skip(in, static_cast<size_t>(bytes_untrusted)) ? Visible::kWhole : Visible::kCut;
}

bool IsKnownWithOtherType(uint32_t tag) {
  constexpr uint32_t kTypes[] = {kVarint, kLengthDelimited, kVarint, kLengthDelimited, kVarint, kLengthDelimited};
  return tag >> 3 < std::size(kTypes) && (tag & 7) != kTypes[tag >> 3];
}

Visible SkipVisibleField(Input& in, size_t hidden_bytes) {
  uint64_t number;
  if (!ReadVarint(in, kTagBytesMax, number)) return in.left() == 0 ? Visible::kCut : Visible::kWrong;
  const auto tag = static_cast<uint32_t>(number);
  if (tag >> 3 == 0 || IsKnownWithOtherType(tag)) return Visible::kWrong;
  switch (tag & 7) {
    case kVarint:
    case kLengthDelimited: break;
    case kFixed64: return SkipVisible(in, 8, hidden_bytes);
    case kFixed32: return SkipVisible(in, 4, hidden_bytes);
    default: return Visible::kWrong;
  }
  const size_t bytes_max = (tag & 7) == kVarint ? kVarintBytesMax : kLengthBytesMax;
  if (!ReadVarint(in, bytes_max, number)) return in.left() == 0 ? Visible::kCut : Visible::kWrong;
  return (tag & 7) == kVarint ? Visible::kWhole : SkipVisible(in, number, hidden_bytes);
}

}  // namespace

bool MayBeginLogEntry(std::string_view prefix, size_t body_bytes) {
  if (prefix.size() > body_bytes) return false;
  Input in{prefix.data(), prefix.data() + prefix.size()};
  size_t hidden_bytes = body_bytes - prefix.size();
  while (in.at < in.end) {
    switch (SkipVisibleField(in, hidden_bytes)) {
      case Visible::kWhole: break;
      case Visible::kCut: return true;
      case Visible::kWrong: return false;
    }
  }
  return true;
}

bool DecodeLogEntry(std::string_view body, LogEntry& entry) {
  entry = {};
  if (DecodePlain(body, entry)) return true;
  entry = {};
  return DecodeFields({body.data(), body.data() + body.size()}, entry);
}

bool SummarizeLogEntry(std::string_view body, EntrySummary& summary) {
  LogEntry entry;
  if (!DecodePlain(body, entry)) {
    entry = {};
    if (!DecodeFields({body.data(), body.data() + body.size()}, entry)) return false;
  }
  summary = {entry.source, entry.ends_line(), entry.time_nano};
  return true;
}

}  // namespace tailrace
