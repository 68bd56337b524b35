// RecordId: the identity of a record in a destination, the same on every retry and after every restart. Pure; any
// thread.
//
// base64url of {4 bytes: event time in ms >> 16 | 8 bytes: stream id | 6 bytes: offset of the first frame}, all
// big-endian: 24 characters. The slow bytes of time come first, so that ids rise with time and a server looks into
// few segments for them; servers store such ids decoded, 18 bytes each. A marker has the top bit of the offset set.
#pragma once

#include <cstddef>
#include <string>

#include "sinks/sink.h"

namespace tailrace {

inline constexpr size_t kRecordIdBytes = 24;

// Writes kRecordIdBytes characters and returns their end.
char* WriteRecordId(char* out, const RecordView& record);

std::string RecordId(const RecordView& record);

}  // namespace tailrace
