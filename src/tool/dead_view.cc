#include "tool/dead_view.h"

#include <algorithm>
#include <cctype>
#include <vector>

#include "sinks/http_url.h"
#include "tool/text.h"

namespace tailrace {

namespace {

constexpr size_t kReasonBytesMax = 120;
constexpr size_t kTextBytesMax = 2000;
constexpr size_t kShortIdBytes = 12;

// To the second: fractions of it help nobody.
std::string Seconds(WallTime time) { return Rfc3339(time).substr(0, std::string_view("2026-08-02T09:05:07").size()) + "Z"; }

std::string Shown(const DeadLetter& letter) {
  std::string text = Rfc3339({letter.time_nano}) + "  " + Harmless(letter.container_name) + " (" +
                     Harmless(letter.container_id.substr(0, kShortIdBytes)) + ") " + Harmless(letter.source) + "\n";
  text += "  " + Harmless(letter.slot) + " to " + Harmless(ShownUrl(letter.url)) + ", refused " + Seconds(letter.last_attempt);
  if (letter.attempts > 1) text += " at attempt " + std::to_string(letter.attempts);
  text += ": " + std::to_string(letter.status) + " " + Harmless(letter.type);
  if (!letter.reason.empty()) text += ": " + Harmless(letter.reason);
  return text + "\n  " + Harmless(letter.text, kTextBytesMax) + "\n";
}

}  // namespace

std::string ReasonWithoutQuotes(std::string_view reason) {
  std::string text;
  while (!reason.empty()) {
    const size_t begin = reason.find('\'');
    const size_t end = begin == reason.npos ? begin : reason.find('\'', begin + 1);
    if (end == reason.npos) break;
    // "field's value" is no quotation.
    const bool is_word = begin > 0 && std::isalpha(static_cast<unsigned char>(reason[begin - 1])) != 0;
    text += reason.substr(0, begin + 1);
    if (!is_word) text += "...'";
    reason.remove_prefix(is_word ? begin + 1 : end + 1);
  }
  text += reason;
  return text.substr(0, kReasonBytesMax);
}

void DeadSummary::Add(const DeadLetter& letter) {
  ++letters_;
  Kind kind{letter.slot, letter.status, letter.type, ReasonWithoutQuotes(letter.reason)};
  if (kinds_.size() >= kKindsMax && !kinds_.contains(kind)) kind = {"", 0, "other", ""};
  Count& count = kinds_[kind];
  if (count.letters == 0 || letter.last_attempt < count.first) count.first = letter.last_attempt;
  if (count.letters == 0 || letter.last_attempt > count.last) count.last = letter.last_attempt;
  ++count.letters;
}

std::string DeadSummary::Render() const {
  std::vector<std::pair<Kind, Count>> kinds(kinds_.begin(), kinds_.end());
  std::stable_sort(kinds.begin(), kinds.end(), [](const auto& a, const auto& b) {
    const std::string& slot_a = std::get<0>(a.first);
    const std::string& slot_b = std::get<0>(b.first);
    return slot_a != slot_b ? slot_a < slot_b : a.second.letters > b.second.letters;
  });
  TextTable table({{.header = "SLOT"},
                   {.header = "LETTERS", .is_number = true},
                   {.header = "FIRST"},
                   {.header = "LAST"},
                   {.header = "STATUS", .is_number = true},
                   {.header = "TYPE"},
                   {.header = "REASON"}});
  for (const auto& [kind, count] : kinds) {
    const auto& [slot, status, type, reason] = kind;
    table.Add({slot, ShownCount(count.letters), Seconds(count.first), Seconds(count.last), std::to_string(status), type,
               reason});
  }
  return table.Render();
}

void NewestDead::Add(const DeadLetter& letter) {
  shown_.emplace(letter.last_attempt, Shown(letter));
  if (limit_ > 0 && shown_.size() > limit_) shown_.erase(shown_.begin());
}

std::string NewestDead::Render() const {
  std::string text;
  for (const auto& [time, shown] : shown_) text += (text.empty() ? "" : "\n") + shown;
  return text;
}

}  // namespace tailrace
