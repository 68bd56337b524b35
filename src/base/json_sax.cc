#include "base/json_sax.h"

#include <string>

#include "base/rapid_json.h"

namespace tailrace {

namespace {

using rapidjson::SizeType;

// RapidJSON's idea of a handler; bounds the depth.
class Adapter : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Adapter> {
 public:
  explicit Adapter(JsonEvents& events) : events_(events) {}

  bool Null() { return events_.OnNull(); }
  bool Bool(bool value) { return events_.OnBool(value); }
  bool RawNumber(const char* text, SizeType bytes, bool) { return events_.OnNumber({text, bytes}); }
  bool String(const char* text, SizeType bytes, bool) { return events_.OnString({text, bytes}); }
  bool Key(const char* text, SizeType bytes, bool) { return events_.OnKey({text, bytes}); }
  bool StartObject() { return ++depth_ <= kJsonEventsDepthMax && events_.OnBeginObject(); }
  bool EndObject(SizeType) {
    --depth_;
    return events_.OnEndObject();
  }
  bool StartArray() { return ++depth_ <= kJsonEventsDepthMax && events_.OnBeginArray(); }
  bool EndArray(SizeType) {
    --depth_;
    return events_.OnEndArray();
  }

 private:
  JsonEvents& events_;
  size_t depth_ = 0;
};

}  // namespace

Status ParseJsonEvents(std::string_view text, JsonEvents& events) {
  constexpr unsigned kFlags = rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag;
  rapidjson::MemoryStream stream(text.data(), text.size());
  rapidjson::Reader reader;
  Adapter adapter(events);
  const rapidjson::ParseResult result = reader.Parse<kFlags>(stream, adapter);
  auto unreadable = [](size_t offset, std::string_view why) {
    return Invalid("parse JSON: at byte " + std::to_string(offset) + ": " + std::string(why));
  };
  if (result.IsError()) return unreadable(result.Offset(), rapidjson::GetParseError_En(result.Code()));
  // The reader takes a NUL for the end.
  if (stream.Tell() < text.size()) return unreadable(stream.Tell(), "text after the value");
  return Status::Ok();
}

}  // namespace tailrace
