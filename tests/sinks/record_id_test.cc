#include "sinks/record_id.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/fakes/seeded_random.h"

namespace tailrace {
namespace {

RecordView Record(uint64_t stream, uint64_t first, int64_t time_nano, uint64_t lost = 0) {
  RecordView record;
  record.stream_id = stream;
  record.first = first;
  record.time_nano = time_nano;
  record.lost_lines = lost;
  return record;
}

// base64url of bytes, the slow way.
std::string Reference(const RecordView& record) {
  std::string bytes;
  auto add = [&](uint64_t value, int count) {
    for (int i = count - 1; i >= 0; --i) bytes += static_cast<char>(value >> (8 * i));
  };
  add(static_cast<uint64_t>(record.time_nano / 1'000'000) >> 16, 4);
  add(record.stream_id, 8);
  add(record.first | (record.lost_lines > 0 ? uint64_t{1} << 47 : 0), 6);
  const std::string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string text;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t group = 0;
    for (size_t k = 0; k < 3; ++k) group = group << 8 | static_cast<unsigned char>(bytes[i + k]);
    for (int shift = 18; shift >= 0; shift -= 6) text += digits[group >> shift & 63];
  }
  return text;
}

TEST(RecordId, IsForEverTheSame) {
  // A change here would make every line a second time after an upgrade.
  EXPECT_EQ(RecordId(Record(0x0123456789abcdef, 4711, 1'700'000'000'123'456'789)), "AYvP5QEjRWeJq83vAAAAABJn");
  EXPECT_EQ(RecordId(Record(0x0123456789abcdef, 4711, 1'700'000'000'123'456'789, 3)), "AYvP5QEjRWeJq83vgAAAABJn");
}

TEST(RecordId, AgreesWithTheSlowWay) {
  SeededRandom random(5);
  for (int i = 0; i < 10'000; ++i) {
    const RecordView record = Record(random.Next64(), random.Next64() >> 17, static_cast<int64_t>(random.Next64() >> 1),
                                     random.Next64() % 2);
    ASSERT_EQ(RecordId(record), Reference(record));
    ASSERT_EQ(RecordId(record).size(), kRecordIdBytes);
  }
}

TEST(RecordId, WhatWasWrittenBeforeMakesNoDifference) {
  SeededRandom random(6);
  constexpr int64_t kStep = int64_t{65'536} * 1'000'000;
  for (int i = 0; i < 10'000; ++i) {  // Few streams and few stretches of time, by turns.
    const auto time = static_cast<int64_t>(random.Next64() % 3) * kStep + 5;
    const RecordView record = Record(random.Next64() % 3, random.Next64() >> 17, time, random.Next64() % 2);
    ASSERT_EQ(RecordId(record), Reference(record));
  }
}

TEST(RecordId, RisesWithTimeAndTellsLinesApart) {
  std::set<std::string> ids;
  for (uint64_t stream : {1u, 2u}) {
    for (uint64_t first : {0u, 1u, 100u}) {
      for (uint64_t lost : {0u, 1u}) ids.insert(RecordId(Record(stream, first, 0, lost)));
    }
  }
  EXPECT_EQ(ids.size(), 12u);
  constexpr int64_t kStep = int64_t{65'536} * 1'000'000;
  EXPECT_LT(RecordId(Record(7, 7, 25 * kStep)), RecordId(Record(6, 6, 27 * kStep)));
}

}  // namespace
}  // namespace tailrace
