// JsonWriter, the writing half of json.h. RapidJSON's own writer would copy invalid bytes through or stop half-way.
#include "base/check.h"
#include "base/json.h"
#include "base/utf8.h"

namespace tailrace {

namespace {

void AppendEscaped(std::string& out, std::string_view text) {
  static constexpr char kDigits[] = "0123456789abcdef";
  for (char c : text) {
    if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else if (c == '\n') {
      out += "\\n";
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += {'\\', 'u', '0', '0', kDigits[c >> 4], kDigits[c & 15]};
    } else {
      out += c;
    }
  }
}

}  // namespace

struct JsonWriter::Rep {
  enum class Place { kFirstElement, kElement, kFirstKey, kKey, kMemberValue };

  // What must precede a value here; CHECKs that a value may stand here.
  void BeforeValue() {
    if (places.empty()) {
      CHECK(text.empty());
      return;
    }
    Place& place = places.back();
    CHECK(place == Place::kFirstElement || place == Place::kElement || place == Place::kMemberValue);
    if (place == Place::kElement) text += ',';
    place = place == Place::kMemberValue ? Place::kKey : Place::kElement;
  }
  void Close(Place first, Place later, char bracket) {
    CHECK(!places.empty());
    CHECK(places.back() == first || places.back() == later);
    places.pop_back();
    text += bracket;
  }
  void AppendString(std::string_view value) {
    text += '"';
    bool is_valid = Utf8ValidBytes(value) == value.size();
    AppendEscaped(text, is_valid ? value : Utf8Repaired(value));
    text += '"';
  }

  std::string text;
  std::vector<Place> places;  // of the open objects and arrays, innermost last
};

JsonWriter::JsonWriter() : rep_(std::make_unique<Rep>()) {}
JsonWriter::~JsonWriter() = default;

JsonWriter& JsonWriter::BeginObject() {
  rep_->BeforeValue();
  rep_->places.push_back(Rep::Place::kFirstKey);
  rep_->text += '{';
  return *this;
}

JsonWriter& JsonWriter::EndObject() {
  rep_->Close(Rep::Place::kFirstKey, Rep::Place::kKey, '}');
  return *this;
}

JsonWriter& JsonWriter::BeginArray() {
  rep_->BeforeValue();
  rep_->places.push_back(Rep::Place::kFirstElement);
  rep_->text += '[';
  return *this;
}

JsonWriter& JsonWriter::EndArray() {
  rep_->Close(Rep::Place::kFirstElement, Rep::Place::kElement, ']');
  return *this;
}

JsonWriter& JsonWriter::Key(std::string_view name) {
  CHECK(!rep_->places.empty());
  Rep::Place& place = rep_->places.back();
  CHECK(place == Rep::Place::kFirstKey || place == Rep::Place::kKey);
  if (place == Rep::Place::kKey) rep_->text += ',';
  place = Rep::Place::kMemberValue;
  rep_->AppendString(name);
  rep_->text += ':';
  return *this;
}

JsonWriter& JsonWriter::String(std::string_view value) {
  rep_->BeforeValue();
  rep_->AppendString(value);
  return *this;
}

JsonWriter& JsonWriter::Int(int64_t value) {
  rep_->BeforeValue();
  rep_->text += std::to_string(value);
  return *this;
}

JsonWriter& JsonWriter::Uint(uint64_t value) {
  rep_->BeforeValue();
  rep_->text += std::to_string(value);
  return *this;
}

JsonWriter& JsonWriter::Bool(bool value) {
  rep_->BeforeValue();
  rep_->text += value ? "true" : "false";
  return *this;
}

JsonWriter& JsonWriter::Null() {
  rep_->BeforeValue();
  rep_->text += "null";
  return *this;
}

std::string JsonWriter::Take() {
  CHECK(rep_->places.empty());
  CHECK(!rep_->text.empty());
  return std::exchange(rep_->text, {});
}

}  // namespace tailrace
