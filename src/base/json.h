// Json: reading and writing JSON by RapidJSON, whose accessors assert on a wrong type: nobody else includes it.
// Parsing is iterative (no stack to exhaust), takes numbers as text (no number crashes it; whole ones that fit 64 bits
// are exact, of the others only the type is kept) and is bounded by the caller's text. Values; any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"

namespace tailrace {

// A read-only look at one value of a JsonDocument, valid as long as that document. Asking a value for a type that it
// is not gives nothing; asking an absent member gives a value that is absent.
class JsonView {
 public:
  bool is_absent() const;  // no such member, or `null`: Docker uses both for "none"
  bool is_object() const;
  bool is_array() const;
  bool is_string() const;
  std::string_view type_name() const;  // "an object", "a string", "null", … for messages

  std::optional<std::string> AsString() const;
  std::optional<bool> AsBool() const;
  std::optional<int64_t> AsInt64() const;  // a whole number that fits, else nothing

  // The member whose name equals `name` but for ASCII case (dockerd is Go: keys are case-insensitive); an exact match
  // wins, and among equals the last.
  JsonView Member(std::string_view name) const;
  std::vector<JsonView> Elements() const;                            // of an array; else empty
  std::vector<std::pair<std::string, JsonView>> Members() const;     // of an object, in order; else empty

 private:
  friend class JsonDocument;
  explicit JsonView(const void* value) : value_(value) {}
  const void* value_;  // rapidjson::Value, or nullptr when absent
};

class JsonDocument {
 public:
  static constexpr size_t kDepthMax = 64;
  // kInvalid with the byte offset and reason when `text` is not one JSON value (text after it counts too), is nested
  // deeper than 64, or is not UTF-8 (lone surrogates in \u escapes included).
  static Result<JsonDocument> Parse(std::string_view text);
  JsonDocument(JsonDocument&&) noexcept;
  JsonDocument& operator=(JsonDocument&&) noexcept;
  ~JsonDocument();
  JsonView root() const;

 private:
  struct Rep;
  explicit JsonDocument(std::unique_ptr<Rep> rep);
  std::unique_ptr<Rep> rep_;
};

// Writes compact JSON in call order. Bytes that are not UTF-8 become U+FFFD. CHECKs that the calls nest.
class JsonWriter {
 public:
  JsonWriter();
  ~JsonWriter();
  JsonWriter& BeginObject();
  JsonWriter& EndObject();
  JsonWriter& BeginArray();
  JsonWriter& EndArray();
  JsonWriter& Key(std::string_view name);
  JsonWriter& String(std::string_view value);
  JsonWriter& Int(int64_t value);
  JsonWriter& Uint(uint64_t value);
  JsonWriter& Bool(bool value);
  JsonWriter& Null();
  std::string Take();  // the text; the writer is then finished

 private:
  struct Rep;
  std::unique_ptr<Rep> rep_;
};

}  // namespace tailrace
