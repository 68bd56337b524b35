#include "sinks/record_id.h"

#include <array>
#include <cstdint>
#include <cstring>

namespace tailrace {

namespace {

constexpr int64_t kNanosPerMilli = 1'000'000;
constexpr uint64_t kOffsetMask = (uint64_t{1} << 47) - 1;
constexpr uint64_t kMarkerBit = uint64_t{1} << 47;

// Two digits at once: 12 bits of the id each.
struct DigitPair {
  char digits[2];
};
constexpr std::array<DigitPair, 4096> MakePairs() {
  constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::array<DigitPair, 4096> pairs{};
  for (size_t i = 0; i < pairs.size(); ++i) pairs[i] = {{kDigits[i >> 6], kDigits[i & 63]}};
  return pairs;
}
constexpr std::array<DigitPair, 4096> kPairs = MakePairs();

// Eight digits of the low 48 bits.
char* Write48(char* out, uint64_t bits) {
  for (size_t i = 0; i < 4; ++i) std::memcpy(out + 2 * i, kPairs[bits >> (36 - 12 * i) & 4095].digits, 2);
  return out + 8;
}

// What ids begin with: the same for all lines of a stream for 65 seconds.
struct IdHead {
  static constexpr size_t kBytes = 16;
  uint64_t slow_time = UINT64_MAX;
  uint64_t stream_id = 0;
  char text[kBytes] = {};
};
thread_local IdHead last_head;

}  // namespace

char* WriteRecordId(char* out, const RecordView& record) {
  // Before 1970 the division rounds towards it; the id stays unique all the same, by its other parts.
  const auto millis = static_cast<uint64_t>(record.time_nano / kNanosPerMilli);
  const uint64_t slow_time = millis >> 16 & 0xffffffff;
  const uint64_t offset = (record.first & kOffsetMask) | (record.lost_lines > 0 ? kMarkerBit : 0);
  if (slow_time != last_head.slow_time || record.stream_id != last_head.stream_id) {
    Write48(Write48(last_head.text, slow_time << 16 | record.stream_id >> 48), record.stream_id);
    last_head.slow_time = slow_time;
    last_head.stream_id = record.stream_id;
  }
  std::memcpy(out, last_head.text, IdHead::kBytes);
  return Write48(out + IdHead::kBytes, offset);
}

std::string RecordId(const RecordView& record) {
  std::string id(kRecordIdBytes, '\0');
  WriteRecordId(id.data(), record);
  return id;
}

}  // namespace tailrace
