#include "base/json.h"

#include <charconv>

#include "base/rapid_json.h"
#include "base/utf8.h"

namespace tailrace {

namespace {

using rapidjson::SizeType;
using rapidjson::Value;

const Value* ValueOf(const void* value) { return static_cast<const Value*>(value); }

std::string_view TextOf(const Value& value) { return {value.GetString(), value.GetStringLength()}; }

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool EqualButForCase(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (Lower(a[i]) != Lower(b[i])) return false;
  }
  return true;
}

}  // namespace

bool JsonView::is_absent() const { return value_ == nullptr || ValueOf(value_)->IsNull(); }
bool JsonView::is_object() const { return value_ != nullptr && ValueOf(value_)->IsObject(); }
bool JsonView::is_array() const { return value_ != nullptr && ValueOf(value_)->IsArray(); }
bool JsonView::is_string() const { return value_ != nullptr && ValueOf(value_)->IsString(); }

std::string_view JsonView::type_name() const {
  if (value_ == nullptr) return "nothing";
  switch (ValueOf(value_)->GetType()) {
    case rapidjson::kNullType: return "null";
    case rapidjson::kFalseType: return "false";
    case rapidjson::kTrueType: return "true";
    case rapidjson::kObjectType: return "an object";
    case rapidjson::kArrayType: return "an array";
    case rapidjson::kStringType: return "a string";
    case rapidjson::kNumberType: return "a number";
  }
  return "unknown";
}

std::optional<std::string> JsonView::AsString() const {
  if (!is_string()) return std::nullopt;
  return std::string(TextOf(*ValueOf(value_)));
}

std::optional<bool> JsonView::AsBool() const {
  if (value_ == nullptr || !ValueOf(value_)->IsBool()) return std::nullopt;
  return ValueOf(value_)->GetBool();
}

std::optional<int64_t> JsonView::AsInt64() const {
  if (value_ == nullptr || !ValueOf(value_)->IsInt64()) return std::nullopt;
  return ValueOf(value_)->GetInt64();
}

JsonView JsonView::Member(std::string_view name) const {
  if (!is_object()) return JsonView(nullptr);
  const Value* exact = nullptr;
  const Value* similar = nullptr;
  for (const auto& member : ValueOf(value_)->GetObject()) {
    if (!EqualButForCase(TextOf(member.name), name)) continue;
    similar = &member.value;
    if (TextOf(member.name) == name) exact = &member.value;
  }
  return JsonView(exact != nullptr ? exact : similar);
}

std::vector<JsonView> JsonView::Elements() const {
  std::vector<JsonView> elements;
  if (!is_array()) return elements;
  for (const Value& element : ValueOf(value_)->GetArray()) elements.push_back(JsonView(&element));
  return elements;
}

std::vector<std::pair<std::string, JsonView>> JsonView::Members() const {
  std::vector<std::pair<std::string, JsonView>> members;
  if (!is_object()) return members;
  for (const auto& member : ValueOf(value_)->GetObject()) {
    members.emplace_back(TextOf(member.name), JsonView(&member.value));
  }
  return members;
}

struct JsonDocument::Rep {
  rapidjson::Document document;
};

namespace {

// Stands between reader and document: bounds the depth, and turns the text of numbers into numbers.
class Builder : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Builder> {
 public:
  explicit Builder(rapidjson::Document& document) : document_(document) {}

  bool Null() { return document_.Null(); }
  bool Bool(bool value) { return document_.Bool(value); }
  bool RawNumber(const char* text, SizeType bytes, bool) {
    int64_t value = 0;
    auto [stop, error] = std::from_chars(text, text + bytes, value);
    bool is_whole = error == std::errc() && stop == text + bytes;
    return is_whole ? document_.Int64(value) : document_.Double(0);
  }
  bool String(const char* text, SizeType bytes, bool copy) {
    return IsUtf8(text, bytes) && document_.String(text, bytes, copy);
  }
  bool StartObject() { return Descend() && document_.StartObject(); }
  bool Key(const char* text, SizeType bytes, bool copy) {
    return IsUtf8(text, bytes) && document_.Key(text, bytes, copy);
  }
  bool EndObject(SizeType members) {
    --depth_;
    return document_.EndObject(members);
  }
  bool StartArray() { return Descend() && document_.StartArray(); }
  bool EndArray(SizeType elements) {
    --depth_;
    return document_.EndArray(elements);
  }

  const char* refusal() const { return refusal_; }

 private:
  bool Descend() {
    if (++depth_ <= JsonDocument::kDepthMax) return true;
    refusal_ = "nested too deeply";
    return false;
  }
  // The reader validates the bytes, but lets an escape make half a surrogate pair.
  bool IsUtf8(const char* text, SizeType bytes) {
    std::string_view view(text, bytes);
    if (Utf8ValidBytes(view) == view.size()) return true;
    refusal_ = "a lone surrogate";
    return false;
  }

  rapidjson::Document& document_;
  size_t depth_ = 0;
  const char* refusal_ = "refused";
};

Status Unreadable(size_t offset, std::string_view why) {
  return Invalid("parse JSON: at byte " + std::to_string(offset) + ": " + std::string(why));
}

}  // namespace

Result<JsonDocument> JsonDocument::Parse(std::string_view text) {
  constexpr unsigned kFlags = rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag |
                              rapidjson::kParseValidateEncodingFlag;
  auto rep = std::make_unique<Rep>();
  Status status;
  auto parse = [&](rapidjson::Document& document) {
    rapidjson::MemoryStream stream(text.data(), text.size());
    rapidjson::Reader reader;
    Builder builder(document);
    auto result = reader.Parse<kFlags>(stream, builder);
    if (result.IsError()) {
      bool is_ours = result.Code() == rapidjson::kParseErrorTermination;
      status = Unreadable(result.Offset(), is_ours ? builder.refusal() : rapidjson::GetParseError_En(result.Code()));
    } else if (stream.Tell() < text.size()) {
      status = Unreadable(stream.Tell(), "text after the value");  // The reader takes a NUL for the end.
    }
    return status.ok();
  };
  rep->document.Populate(parse);
  if (!status.ok()) return status;
  return JsonDocument(std::move(rep));
}

JsonDocument::JsonDocument(std::unique_ptr<Rep> rep) : rep_(std::move(rep)) {}
JsonDocument::JsonDocument(JsonDocument&&) noexcept = default;
JsonDocument& JsonDocument::operator=(JsonDocument&&) noexcept = default;
JsonDocument::~JsonDocument() = default;

JsonView JsonDocument::root() const { return JsonView(static_cast<const Value*>(&rep_->document)); }

}  // namespace tailrace
