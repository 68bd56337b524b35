// Entries: our decoder says what protobuf says, but where it differs on purpose (tests/wire/entry_oracle.h).
#include <string>

#include "tests/fuzz/fuzz_target.h"
#include "tests/wire/entry_oracle.h"
#include "wire/log_entry.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view body = tailrace::FuzzInput(data, size);
  CHECK(tailrace::DisagreementAbout(body).empty());
  // A body that decodes begins possibly, however much of it is visible.
  tailrace::LogEntry entry;
  if (!tailrace::DecodeLogEntry(body, entry)) return 0;
  for (size_t visible = 0; visible <= size; visible += 1 + size / 64) {
    CHECK(tailrace::MayBeginLogEntry(body.substr(0, visible), size));
  }
  return 0;
}
