#include "sinks/spool/log_encoder.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "base/bytes.h"
#include "base/check.h"
#include "entry.pb.h"
#include "wire/frame.h"

namespace tailrace {
namespace {

constexpr size_t kFirstCapacity = 16_KiB;
constexpr std::string_view kStdoutStart = "\x0a\x06stdout";
constexpr std::string_view kStderrStart = "\x0a\x06stderr";
constexpr size_t kStartBytes = 8;
constexpr char kTimeTag = 0x10;
constexpr char kLineTag = 0x1a;
constexpr size_t kVarintBytesMax = 10;
// Everything in a frame but the text.
constexpr size_t kOverheadBytesMax = kFrameHeaderBytes + kStartBytes + 2 * (1 + kVarintBytesMax);

char* PutVarint(char* out, uint64_t value) {
  while (value >= 0x80) {
    *out++ = static_cast<char>(value | 0x80);
    value >>= 7;
  }
  *out++ = static_cast<char>(value);
  return out;
}

// A time of our century takes nine bytes: eight groups of seven bits, spread pairwise without a loop, and one more.
char* PutTime(char* out, uint64_t time) {
  if (time >> 56 == 0 || time >> 63 != 0) return PutVarint(out, time);
  uint64_t word = time & 0x00ffffffffffffffU;
  word = (word & 0x000000000fffffffU) | (word & 0x00fffffff0000000U) << 4;
  word = (word & 0x00003fff00003fffU) | (word & 0x0fffc0000fffc000U) << 2;
  word = (word & 0x007f007f007f007fU) | (word & 0x3f803f803f803f80U) << 1;
  StoreLittle<uint64_t>(out, word | 0x8080808080808080U);
  out[8] = static_cast<char>(time >> 56);
  return out + 9;
}

}  // namespace

// Doubles what is there, so that a buffer is copied a few times in its life.
char* LogEncoder::Room(size_t bytes) {
  if (capacity_ - size_ >= bytes) return buffer_.get() + size_;
  capacity_ = std::max({kFirstCapacity, 2 * capacity_, size_ + bytes});
  auto larger = std::make_unique_for_overwrite<char[]>(capacity_);
  if (size_ > 0) std::memcpy(larger.get(), buffer_.get(), size_);
  buffer_ = std::move(larger);
  return buffer_.get() + size_;
}

void LogEncoder::Release() {
  buffer_.reset();
  capacity_ = 0;
  size_ = 0;
}

void LogEncoder::AddLine(const Line& line) {
  const size_t text_bytes = line.text.size() + (line.end == LineEnd::kNewline ? 1 : 0);
  char* const frame = Room(kOverheadBytesMax + text_bytes);
  char* out = frame + kFrameHeaderBytes;
  std::memcpy(out, line.source == Source::kStderr ? kStderrStart.data() : kStdoutStart.data(), kStartBytes);
  out += kStartBytes;
  // proto3: what is zero or empty is left out.
  if (line.time_nano != 0) {
    *out++ = kTimeTag;
    out = PutTime(out, static_cast<uint64_t>(line.time_nano));
  }
  if (text_bytes > 0) {
    *out++ = kLineTag;
    out = PutVarint(out, text_bytes);
    if (!line.text.empty()) std::memcpy(out, line.text.data(), line.text.size());
    out += line.text.size();
    if (line.end == LineEnd::kNewline) *out++ = '\n';
  }
  const auto frame_bytes = static_cast<size_t>(out - frame);
  StoreBig32(frame, static_cast<uint32_t>(frame_bytes - kFrameHeaderBytes));
  size_ += frame_bytes;
}

namespace {

void Serialize(const proto::LogEntry& entry, char* out, size_t body_bytes) {
  StoreBig32(out, static_cast<uint32_t>(body_bytes));
  CHECK(entry.SerializeToArray(out + kFrameHeaderBytes, static_cast<int>(body_bytes)));
}

}  // namespace

void LogEncoder::AddMarker(uint64_t lines, GapReason reason, int64_t time_nano) {
  proto::LogEntry entry;
  entry.set_source(std::string(SourceName(Source::kStderr)));
  entry.set_time_nano(time_nano);
  entry.set_line("tailrace: " + std::to_string(lines) + " lines lost here (" + std::string(GapReasonName(reason)) + ")\n");
  const size_t body_bytes = entry.ByteSizeLong();
  Serialize(entry, Room(kFrameHeaderBytes + body_bytes), body_bytes);
  size_ += kFrameHeaderBytes + body_bytes;
}

void LogEncoder::AddHeartbeat(WallTime now) {
  proto::LogEntry entry;
  entry.set_time_nano(now.ns);
  const size_t body_bytes = entry.ByteSizeLong();
  Serialize(entry, Room(kFrameHeaderBytes + body_bytes), body_bytes);
  size_ += kFrameHeaderBytes + body_bytes;
}

}  // namespace tailrace
