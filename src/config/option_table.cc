#include "config/option_table.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "config/option_value.h"
#include "config/slot_option.h"

namespace tailrace {

namespace {

constexpr size_t kShownNameBytesMax = 64;
constexpr size_t kDistanceMax = 3;

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

bool IsDockerdOption(std::string_view name) {
  constexpr std::array<std::string_view, 6> kNames{"mode",           "max-buffer-size", "cache-disabled",
                                                   "cache-max-size", "cache-max-file",  "cache-compress"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

OptionTable::OptionTable(std::span<const OptionRow> sink_rows) {
  for (std::span<const OptionRow> rows : {CoreOptionRows(), sink_rows}) {
    for (const OptionRow& row : rows) {
      CHECK(Find(row.name) == nullptr);
      CHECK(row.default_value.empty() || ParseOptionValue(row, row.default_value).ok());
      rows_.push_back(row);
    }
  }
}

const OptionRow* OptionTable::Find(std::string_view name) const {
  auto row = std::find_if(rows_.begin(), rows_.end(), [&](const OptionRow& r) { return r.name == name; });
  if (row != rows_.end()) return &*row;
  const std::optional<SlotOption> option = ParseNamedSlotOption(name);
  if (!option) return nullptr;
  const auto sink_rows = rows_.begin() + static_cast<std::ptrdiff_t>(std::min(CoreOptionRows().size(), rows_.size()));
  row = std::find_if(sink_rows, rows_.end(), [&](const OptionRow& r) { return r.name == option->plain; });
  return row == rows_.end() ? nullptr : &*row;
}

const OptionRow* OptionTable::FindEnvironment(std::string_view name) const {
  auto is_it = [&](const OptionRow& r) { return EnvironmentName(r.name) == name; };
  auto row = std::find_if(rows_.begin(), rows_.end(), is_it);
  return row == rows_.end() ? nullptr : &*row;
}

std::string_view OptionTable::Nearest(std::string_view name) const {
  if (name.size() > kShownNameBytesMax) return {};
  std::string_view nearest;
  // A third of the name may be wrong: beyond that it is more likely something else.
  size_t least = std::min(kDistanceMax, name.size() / 3) + 1;
  for (const OptionRow& row : rows_) {
    size_t distance = EditDistance(name, row.name);
    if (distance >= least) continue;
    least = distance;
    nearest = row.name;
  }
  return nearest;
}

std::string OptionTable::UnknownSentence(std::string_view kind, std::string_view name) const {
  std::string sentence = "unknown " + std::string(kind) + " '" + ShownName(name) + "'";
  std::string_view nearest = Nearest(name);
  if (!nearest.empty()) sentence += "; did you mean '" + std::string(nearest) + "'?";
  return sentence + (nearest.empty() ? "; " : " ") + "`tailrace options` lists all options of this version";
}

size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    before_last.swap(last);
    last.swap(row);
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      bool same = Lower(a[i - 1]) == Lower(b[j - 1]);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
      bool swapped = i > 1 && j > 1 && Lower(a[i - 1]) == Lower(b[j - 2]) && Lower(a[i - 2]) == Lower(b[j - 1]);
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
  }
  return row[b.size()];
}

std::string ShownName(std::string_view name) {
  std::string shown(name.substr(0, kShownNameBytesMax));
  for (char& c : shown) {
    if (c < ' ' || c > '~' || c == '\'' || c == '"') c = '?';
  }
  return name.size() > kShownNameBytesMax ? shown + "..." : shown;
}

}  // namespace tailrace
