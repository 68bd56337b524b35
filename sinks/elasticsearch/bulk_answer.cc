#include "sinks/elasticsearch/bulk_answer.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/json.h"
#include "base/json_sax.h"
#include "base/utf8.h"

namespace tailrace {

namespace {

constexpr std::string_view kCreatedHead = R"({"errors":false,"items":[)";
constexpr std::string_view kCreatedItem = R"({"create":{"status":201}},)";  // the last one without its comma
constexpr std::string_view kCreatedTail = "]}";
constexpr size_t kServerErrorBytesMax = 64_KiB;

std::string CutText(std::string_view text, size_t bytes_max) { return Utf8Repaired(text.substr(0, bytes_max)); }

// {"errors":…,"items":[{"create":{"status":…,"error":{"type":…,"reason":…}}}]}: what stands where is told by the depth.
class Reader final : public JsonEvents {
 public:
  explicit Reader(size_t records) : records_(records) { items_.reserve(records); }

  bool is_complete() const { return has_items_ && items_.size() == records_; }
  std::vector<BulkItem> TakeItems() { return std::move(items_); }

  bool OnNull() override { return IsValueAllowed(); }
  bool OnBool(bool) override { return IsValueAllowed(); }
  bool OnNumber(std::string_view text) override {
    if (IsInItem(kItemDepth) && key_ == "status") return SetStatus(text);
    return IsValueAllowed();
  }
  bool OnString(std::string_view value) override {
    if (IsInItem(kItemDepth) && key_ == "failure_store") {
      items_.back().failure_store = CutText(value, kErrorTypeBytesMax);
    }
    // Old servers give an error as one string.
    if (IsInItem(kItemDepth) && key_ == "error") items_.back().error_type = CutText(value, kErrorTypeBytesMax);
    if (IsInItem(kErrorDepth) && is_in_error_) {
      if (key_ == "type") items_.back().error_type = CutText(value, kErrorTypeBytesMax);
      if (key_ == "reason") items_.back().error_reason = CutText(value, kErrorReasonBytesMax);
    }
    return IsValueAllowed();
  }
  bool OnKey(std::string_view name) override {
    if (depth_ == kItemDepth - 1 && is_in_items_) return BeginAction();
    if (depth_ > kErrorDepth) return true;
    key_ = CutText(name, kErrorTypeBytesMax);
    if (depth_ == kItemDepth) is_in_error_ = key_ == "error";
    return true;
  }
  bool OnBeginObject() override {
    ++depth_;
    if (depth_ == kItemDepth - 1 && is_in_items_) {
      has_action_ = false;
      items_.emplace_back();
      return items_.size() <= records_;
    }
    return depth_ != kItemsDepth || !is_items_key();
  }
  bool OnEndObject() override {
    const bool is_empty_item = depth_ == kItemDepth - 1 && is_in_items_ && !has_action_;
    --depth_;
    return !is_empty_item;
  }
  bool OnBeginArray() override {
    ++depth_;
    if (depth_ == 1) return false;
    if (depth_ == kItemsDepth && is_items_key()) {
      if (has_items_) return false;  // A second list of items.
      has_items_ = is_in_items_ = true;
      return true;
    }
    return depth_ > kItemDepth || !is_in_items_;
  }
  bool OnEndArray() override {
    if (depth_ == kItemsDepth) is_in_items_ = false;
    --depth_;
    return true;
  }

 private:
  static constexpr size_t kItemsDepth = 2;  // of what is in the list's brackets
  static constexpr size_t kItemDepth = 4;   // of what is in the braces behind "create":
  static constexpr size_t kErrorDepth = 5;

  bool is_items_key() const { return key_ == "items"; }
  bool IsInItem(size_t depth) const { return is_in_items_ && depth_ == depth; }
  // A value stands neither alone, nor in the list itself, nor behind an action, nor for the list.
  bool IsValueAllowed() const {
    if (depth_ == 0) return false;
    if (is_in_items_) return depth_ >= kItemDepth;
    return depth_ != 1 || !is_items_key();
  }
  bool BeginAction() {
    if (has_action_) return false;  // Two actions in one item: whose status would it be?
    has_action_ = true;
    is_in_error_ = false;
    return true;
  }
  bool SetStatus(std::string_view text) {
    BulkItem& item = items_.back();
    if (item.status != 0) return false;
    const auto number = ParseDecimal(text);
    if (number && *number >= 100 && *number < 600) item.status = static_cast<int>(*number);
    return true;
  }

  const size_t records_;
  std::vector<BulkItem> items_;
  size_t depth_ = 0;
  std::string key_;  // the last of an object that is not below an error
  bool has_items_ = false;
  bool is_in_items_ = false;
  bool has_action_ = false;
  bool is_in_error_ = false;
};

}  // namespace

bool IsAllCreated(std::string_view body, size_t records) {
  const size_t item_bytes = kCreatedItem.size();
  if (records == 0 || body.size() != kCreatedHead.size() + records * item_bytes - 1 + kCreatedTail.size()) return false;
  if (!body.starts_with(kCreatedHead) || !body.ends_with(kCreatedTail)) return false;
  body.remove_prefix(kCreatedHead.size());
  body.remove_suffix(kCreatedTail.size());
  // The first item by comparison with the text, each further by comparison with the one before it.
  if (!body.starts_with(kCreatedItem.substr(0, item_bytes - 1))) return false;
  if (records == 1) return true;
  return body[item_bytes - 1] == ',' && body.substr(item_bytes) == body.substr(0, body.size() - item_bytes);
}

Result<std::vector<BulkItem>> ParseBulkAnswer(std::string_view body, size_t records) {
  Reader reader(records);
  RETURN_IF_ERROR(ParseJsonEvents(body, reader));
  if (!reader.is_complete()) return Invalid("the number of items is not that of the request");
  return reader.TakeItems();
}

ServerError ParseServerError(std::string_view body) {
  ServerError error;
  if (body.size() > kServerErrorBytesMax) return error;
  Result<JsonDocument> document = JsonDocument::Parse(body);
  if (!document.ok()) return error;
  const JsonView value = document->root().Member("error");
  if (value.is_string()) {
    error.is_known = true;
    error.reason = CutText(*value.AsString(), kErrorReasonBytesMax);
  } else if (value.is_object()) {
    error.is_known = true;
    error.type = CutText(value.Member("type").AsString().value_or(""), kErrorTypeBytesMax);
    error.reason = CutText(value.Member("reason").AsString().value_or(""), kErrorReasonBytesMax);
  }
  return error;
}

}  // namespace tailrace
