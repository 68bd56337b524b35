#include "tool/text.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/check.h"
#include "base/utf8.h"

namespace tailrace {

namespace {

constexpr uint64_t kMinute = 60;
constexpr uint64_t kHour = 60 * kMinute;
constexpr uint64_t kDay = 24 * kHour;

std::string Fixed(double value, int digits) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", digits, value);
  return text.data();
}

std::string Two(uint64_t large, const char* large_unit, uint64_t small, const char* small_unit) {
  const std::string text = std::to_string(large) + " " + large_unit;
  return small == 0 ? text : text + " " + std::to_string(small) + " " + small_unit;
}

void AppendEscaped(std::string& out, char c) {
  std::array<char, 8> text{};
  if (c == '\n' || c == '\t') {
    out += c == '\n' ? "\\n" : "\\t";
    return;
  }
  std::snprintf(text.data(), text.size(), "\\x%02x", static_cast<unsigned>(static_cast<unsigned char>(c)));
  out += text.data();
}

// C0, DEL, and C1 as UTF-8 writes it: terminals obey all three.
bool IsControl(std::string_view character) {
  const auto first = static_cast<unsigned char>(character[0]);
  if (first < 0x20 || first == 0x7f) return true;
  return first == 0xc2 && character.size() == 2 && static_cast<unsigned char>(character[1]) < 0xa0;
}

size_t Width(std::string_view text) {
  return static_cast<size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

}  // namespace

std::string ShownCount(uint64_t count) {
  std::string text = std::to_string(count);
  for (size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, 1, ',');
  return text;
}

std::string ShownBytes(uint64_t bytes) {
  constexpr std::array<const char*, 6> kUnits{"kB", "MB", "GB", "TB", "PB", "EB"};
  if (bytes < 1000) return std::to_string(bytes) + " B";
  double value = static_cast<double>(bytes) / 1000;
  size_t unit = 0;
  // What would be rounded up to a thousand has the next unit.
  for (; value >= 999.5 && unit + 1 < kUnits.size(); ++unit) value /= 1000;
  return Fixed(value, value < 9.95 ? 1 : 0) + " " + kUnits[unit];
}

std::string ShownSpan(double seconds) {
  if (!(seconds > 0)) return "0 s";
  if (seconds < 9.95) return Fixed(seconds, 1) + " s";
  constexpr double kSpanMax = 1e15;
  const auto whole = static_cast<uint64_t>(std::min(seconds, kSpanMax) + 0.5);
  if (whole < 2 * kMinute) return std::to_string(whole) + " s";
  if (whole < kHour) return std::to_string(whole / kMinute) + " min";
  if (whole < kDay) return Two(whole / kHour, "h", whole % kHour / kMinute, "min");
  return Two(whole / kDay, "d", whole % kDay / kHour, "h");
}

std::string ShownRate(double per_second) {
  if (!(per_second > 0)) return "0";
  if (per_second < 9.95) return Fixed(per_second, 1);
  constexpr double kRateMax = 1e15;
  return ShownCount(static_cast<uint64_t>(std::min(per_second, kRateMax) + 0.5));
}

std::string Harmless(std::string_view text, size_t bytes_max) {
  std::string shown;
  std::string_view rest = text.substr(0, bytes_max);
  while (!rest.empty()) {
    const size_t bytes = Utf8CharacterBytes(rest);
    if (bytes == 0 && rest.size() < 4 && text.size() > bytes_max) break;  // Cut within a character.
    const std::string_view character = rest.substr(0, std::max<size_t>(bytes, 1));
    if (bytes == 0 || IsControl(character)) {
      for (char c : character) AppendEscaped(shown, c);
    } else {
      shown += character;
    }
    rest.remove_prefix(character.size());
  }
  return text.size() <= bytes_max ? shown : shown + "... (" + ShownCount(text.size()) + " bytes)";
}

void TextTable::Add(std::vector<std::string> cells) {
  CHECK_EQ(cells.size(), columns_.size());
  for (std::string& cell : cells) cell = Harmless(cell);
  rows_.push_back(std::move(cells));
}

std::string TextTable::Render() const {
  std::vector<std::vector<std::string>> lines(1);
  for (const Column& column : columns_) lines[0].push_back(column.header);
  lines.insert(lines.end(), rows_.begin(), rows_.end());
  std::vector<size_t> widths(columns_.size());
  for (const auto& line : lines) {
    for (size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], Width(line[i]));
  }
  std::string text;
  for (const auto& line : lines) {
    std::string row;
    for (size_t i = 0; i < line.size(); ++i) {
      const std::string fill(widths[i] - Width(line[i]), ' ');
      if (i > 0) row += "  ";
      row += columns_[i].is_number ? fill + line[i] : line[i] + fill;
    }
    text += row.substr(0, row.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

}  // namespace tailrace
