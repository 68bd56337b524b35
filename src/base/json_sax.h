// JsonEvents, ParseJsonEvents: reading a large JSON text piece by piece, without a tree in memory; for answers of
// remote servers. By RapidJSON, iterative (no stack to exhaust), numbers as text (no number crashes it). Any thread.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/status.h"

namespace tailrace {

// What is told of a text, in its order. Views are valid during the call. False ends the parse with an error.
// Strings may hold bytes that are not UTF-8: a server may quote what it was sent.
class JsonEvents {
 public:
  virtual ~JsonEvents() = default;
  virtual bool OnNull() = 0;
  virtual bool OnBool(bool value) = 0;
  virtual bool OnNumber(std::string_view text) = 0;
  virtual bool OnString(std::string_view value) = 0;
  virtual bool OnKey(std::string_view name) = 0;
  virtual bool OnBeginObject() = 0;
  virtual bool OnEndObject() = 0;
  virtual bool OnBeginArray() = 0;
  virtual bool OnEndArray() = 0;
};

inline constexpr size_t kJsonEventsDepthMax = 64;

// kInvalid with the byte offset and reason when `text` is not exactly one JSON value, is nested deeper than
// kJsonEventsDepthMax, or a call said false. What was told before stays told.
Status ParseJsonEvents(std::string_view text, JsonEvents& events);

}  // namespace tailrace
