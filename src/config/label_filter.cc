#include "config/label_filter.h"

#include <re2/re2.h>

#include <optional>
#include <set>

namespace tailrace {

namespace {

constexpr int64_t kPatternMemoryMax = 1 << 20;
constexpr size_t kPatternBytesMax = 4096;

re2::RE2::Options PatternOptions() {
  re2::RE2::Options options;
  options.set_log_errors(false);  // It would print the pattern to stderr.
  options.set_max_mem(kPatternMemoryMax);
  return options;
}

Status CheckCompiled(const re2::RE2& pattern) {
  if (pattern.ok()) return Status::Ok();
  // RE2's text is "reason: part of the pattern".
  return Invalid("not a regular expression as RE2 takes it: " + pattern.error().substr(0, pattern.error().find(':')));
}

}  // namespace

Status CheckRegex(std::string_view pattern) {
  if (pattern.size() > kPatternBytesMax) return Invalid("a pattern too long; write at most 4096 bytes");
  return CheckCompiled(re2::RE2(re2::StringPiece(pattern.data(), pattern.size()), PatternOptions()));
}

struct LabelFilter::Matcher {
  std::set<std::string, std::less<>> names;
  std::optional<re2::RE2> pattern;

  bool Matches(std::string_view name) const {
    if (names.contains(name)) return true;
    return pattern && re2::RE2::PartialMatch(re2::StringPiece(name.data(), name.size()), *pattern);
  }
};

LabelFilter::LabelFilter() = default;
LabelFilter::~LabelFilter() = default;
LabelFilter::LabelFilter(LabelFilter&&) noexcept = default;
LabelFilter& LabelFilter::operator=(LabelFilter&&) noexcept = default;

Result<std::unique_ptr<LabelFilter::Matcher>> LabelFilter::MakeMatcher(const Choice& choice) {
  auto matcher = std::make_unique<Matcher>();
  std::string_view names = choice.names;
  while (!names.empty()) {
    size_t comma = names.find(',');
    matcher->names.emplace(names.substr(0, comma));
    names.remove_prefix(comma == std::string_view::npos ? names.size() : comma + 1);
  }
  if (!choice.pattern.empty()) {
    RETURN_IF_ERROR(CheckRegex(choice.pattern));
    matcher->pattern.emplace(choice.pattern, PatternOptions());
  }
  return matcher;
}

Result<LabelFilter> LabelFilter::Make(const Choice& labels, const Choice& env) {
  LabelFilter filter;
  ASSIGN_OR_RETURN(filter.labels_, MakeMatcher(labels));
  ASSIGN_OR_RETURN(filter.env_, MakeMatcher(env));
  return filter;
}

std::map<std::string, std::string> LabelFilter::ChooseLabels(const std::map<std::string, std::string>& labels) const {
  std::map<std::string, std::string> chosen;
  if (labels_ == nullptr) return chosen;
  for (const auto& [name, value] : labels) {
    if (labels_->Matches(name)) chosen.emplace(name, value);
  }
  return chosen;
}

std::map<std::string, std::string> LabelFilter::ChooseEnv(const std::vector<std::string>& env) const {
  std::map<std::string, std::string> chosen;
  if (env_ == nullptr) return chosen;
  for (const std::string& entry : env) {
    size_t equals = entry.find('=');
    if (equals == std::string::npos) continue;
    std::string name = entry.substr(0, equals);
    if (env_->Matches(name)) chosen.insert_or_assign(std::move(name), entry.substr(equals + 1));
  }
  return chosen;
}

}  // namespace tailrace
