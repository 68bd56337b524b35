// SampleLetter: a letter of a container named web, told by its number.
#pragma once

#include <string>

#include "delivery/dead_letter.h"

namespace tailrace {

inline constexpr int64_t kLetterTime = 1'767'323'045'000'000'000;  // 2026-01-02T03:04:05Z

inline DeadLetter SampleLetter(uint64_t number, const std::string& slot, const std::string& reason, int64_t seconds) {
  DeadLetter letter;
  letter.slot = slot;
  letter.url = "https://es/x?token=hush";
  letter.container_id = std::string(64, 'c');
  letter.container_name = "web";
  letter.stream_id = 7;
  letter.offset = number * 100;
  letter.source = "stderr";
  letter.time_nano = kLetterTime + static_cast<int64_t>(number);
  letter.text = "line " + std::to_string(number) + "\x1b[2J";
  const std::string id = "id-" + std::to_string(number);
  letter.document = R"({"create":{"_index":"logs","_id":")" + id + "\"}}\n{\"message\":\"" + id + "\"}\n";
  letter.status = 400;
  letter.type = "document_parsing_e";
  letter.reason = reason;
  letter.attempts = 3;
  letter.first_attempt = {kLetterTime};
  letter.last_attempt = {kLetterTime + seconds * 1'000'000'000};
  return letter;
}

}  // namespace tailrace
