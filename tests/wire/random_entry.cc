#include "tests/wire/random_entry.h"

#include <algorithm>
#include <vector>

#include "entry.pb.h"

namespace tailrace {
namespace {

constexpr int64_t kSomeTime = 1'767'323'045'000'000'000;

std::string RandomText(SeededRandom& random, size_t bytes_max) {
  std::string text(random.Below(bytes_max + 1), ' ');
  for (char& c : text) c = static_cast<char>(random.Below(256));
  return text;
}

int64_t RandomTime(SeededRandom& random) {
  if (random.Chance(0.9)) return kSomeTime + static_cast<int64_t>(random.Below(1'000'000'000'000));
  return static_cast<int64_t>(random.Next64() >> random.Below(64));
}

size_t RandomLength(SeededRandom& random) {
  if (random.Chance(0.01)) return random.Between(16380, 16390);
  if (random.Chance(0.1)) return random.Between(120, 135);
  return random.Below(60);
}

std::string DockerBody(SeededRandom& random) {
  proto::LogEntry entry;
  entry.set_source(random.Chance(0.5) ? "stdout" : "stderr");
  entry.set_time_nano(RandomTime(random));
  entry.set_line(RandomText(random, RandomLength(random)));
  if (random.Chance(0.2)) {
    entry.set_partial(true);
    if (random.Chance(0.9)) {
      entry.mutable_partial_log_metadata()->set_id(std::string(64, 'a'));
      entry.mutable_partial_log_metadata()->set_ordinal(static_cast<int>(random.Below(100)));
      entry.mutable_partial_log_metadata()->set_last(random.Chance(0.3));
    }
  }
  return entry.SerializeAsString();
}

void PutVarint(std::string& out, uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

void PutField(std::string& out, uint32_t number, uint32_t type, SeededRandom& random) {
  PutVarint(out, number << 3 | type);
  switch (type) {
    case 0: PutVarint(out, random.Next64() >> random.Below(64)); return;
    case 1: out += std::string(8, 'x'); return;
    case 5: out += std::string(4, 'x'); return;
    default: break;
  }
  std::string text;
  if (number == 5) {
    if (random.Chance(0.5)) PutField(text, 1, 0, random);
    if (random.Chance(0.5)) PutField(text, 2, 2, random);
    if (random.Chance(0.5)) PutField(text, 3, 0, random);
    if (random.Chance(0.2)) PutField(text, 4 + static_cast<uint32_t>(random.Below(3000)), 5, random);
  } else {
    text.assign(random.Below(20), static_cast<char>('a' + random.Below(26)));
    if (number == 1 && random.Chance(0.7)) text = random.Chance(0.5) ? "stdout" : "stderr";
  }
  PutVarint(out, text.size());
  out += text;
}

// Fields in any order and number, unknown ones among them.
std::string OddBody(SeededRandom& random) {
  constexpr uint32_t kTypes[] = {9, 2, 0, 2, 0, 2};
  constexpr uint32_t kUnknownTypes[] = {0, 1, 2, 5};
  std::string body;
  for (size_t n = random.Below(8); n > 0; --n) {
    auto number = static_cast<uint32_t>(1 + random.Below(5));
    if (random.Chance(0.2)) {
      PutField(body, static_cast<uint32_t>(6 + random.Below(5000)), kUnknownTypes[random.Below(4)], random);
    } else {
      PutField(body, number, kTypes[number], random);
    }
  }
  return body;
}

}  // namespace

std::string RandomBody(SeededRandom& random) { return random.Chance(0.7) ? DockerBody(random) : OddBody(random); }

std::string Mutated(std::string bytes, SeededRandom& random) {
  for (size_t n = random.Between(1, 3); n > 0; --n) {
    size_t at = bytes.empty() ? 0 : random.Below(bytes.size());
    // Accidents in front do more than those in the text.
    if (random.Chance(0.6)) at = std::min<size_t>(at, random.Below(32));
    switch (random.Below(5)) {
      case 0:
        if (!bytes.empty()) bytes[at] = static_cast<char>(bytes[at] ^ (1 << random.Below(8)));
        break;
      case 1:
        if (!bytes.empty()) bytes[at] = static_cast<char>(random.Below(256));
        break;
      case 2: bytes.resize(at); break;
      case 3: bytes.insert(at, 1, static_cast<char>(random.Below(256))); break;
      default: bytes.insert(at, bytes.substr(at, random.Below(16))); break;
    }
  }
  return bytes;
}

}  // namespace tailrace
