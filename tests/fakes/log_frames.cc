#include "tests/fakes/log_frames.h"

#include "base/bytes.h"
#include "base/check.h"

namespace tailrace {

namespace {

constexpr size_t kLengthBytes = 4;
// dockerd's ids are 64 hexadecimal digits.
constexpr std::string_view kAnyId = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

proto::LogEntry Entry(std::string_view source, int64_t time_ns, std::string_view line) {
  proto::LogEntry entry;
  entry.set_source(std::string(source));
  entry.set_time_nano(time_ns);
  entry.set_line(std::string(line));
  return entry;
}

}  // namespace

std::string Frame(const proto::LogEntry& entry) {
  std::string frame(kLengthBytes, '\0');
  CHECK(entry.AppendToString(&frame));
  StoreBig32(frame.data(), static_cast<uint32_t>(frame.size() - kLengthBytes));
  return frame;
}

std::string Frame(std::string_view source, int64_t time_ns, std::string_view line) {
  return Frame(Entry(source, time_ns, line));
}

std::string Partial(std::string_view source, int64_t time_ns, std::string_view line, std::string_view id, int ordinal,
                    bool last) {
  proto::LogEntry entry = Entry(source, time_ns, line);
  entry.set_partial(true);
  auto* metadata = entry.mutable_partial_log_metadata();
  metadata->set_id(std::string(id));
  metadata->set_ordinal(ordinal);
  metadata->set_last(last);
  return Frame(entry);
}

std::vector<std::string> SplitLine(std::string_view source, int64_t time_ns, std::string_view line, LineEnd end,
                                   std::string_view id) {
  bool is_closed = end == LineEnd::kNewline;
  if (is_closed && line.size() < kDockerChunkBytes) return {Frame(source, time_ns, line)};
  if (id.empty()) id = kAnyId;
  std::vector<std::string> frames;
  int ordinal = 1;
  for (; line.size() >= kDockerChunkBytes; line.remove_prefix(kDockerChunkBytes)) {
    frames.push_back(Partial(source, time_ns, line.substr(0, kDockerChunkBytes), id, ordinal++, false));
  }
  // The newline makes a last chunk of its own, even if nothing is left to stand before it.
  if (is_closed || !line.empty()) frames.push_back(Partial(source, time_ns, line, id, ordinal, is_closed));
  return frames;
}

std::vector<proto::LogEntry> ParseFrames(std::string_view bytes) {
  std::vector<proto::LogEntry> entries;
  while (!bytes.empty()) {
    CHECK_GE(bytes.size(), kLengthBytes);
    size_t length = LoadBig32(bytes.data());
    bytes.remove_prefix(kLengthBytes);
    CHECK_GE(bytes.size(), length);
    CHECK(entries.emplace_back().ParseFromString(std::string(bytes.substr(0, length))));
    bytes.remove_prefix(length);
  }
  return entries;
}

}  // namespace tailrace
