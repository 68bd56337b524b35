// LabelFilter: which labels and environment entries of a container go with its lines: the options labels, labels-regex,
// env and env-regex, as Docker reads them. A move-only value; any thread.
// Source: moby daemon/logger/loginfo.go, ExtraAttributes.
//
// The patterns are matched by RE2 itself, for Docker promises RE2: another engine would take some patterns and refuse
// or mean differently others, and RE2 is safe against patterns made to run for ever. It adds 0.4 MB to the static
// binary and is used only while a StartLogging is answered.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace tailrace {

// kInvalid with RE2's reason.
Status CheckRegex(std::string_view pattern);

class LabelFilter {
 public:
  // A list of names separated by commas, blanks belonging to the names, and a pattern that may match anywhere in a
  // name. Empty: chooses nothing.
  struct Choice {
    std::string names;
    std::string pattern;
  };

  LabelFilter();  // Chooses nothing.
  static Result<LabelFilter> Make(const Choice& labels, const Choice& env);
  ~LabelFilter();
  LabelFilter(LabelFilter&&) noexcept;
  LabelFilter& operator=(LabelFilter&&) noexcept;

  std::map<std::string, std::string> ChooseLabels(const std::map<std::string, std::string>& labels) const;
  // Entries are "NAME=value"; those without "=" are passed over, the last of a name wins.
  std::map<std::string, std::string> ChooseEnv(const std::vector<std::string>& env) const;

 private:
  struct Matcher;
  static Result<std::unique_ptr<Matcher>> MakeMatcher(const Choice& choice);

  std::unique_ptr<Matcher> labels_;
  std::unique_ptr<Matcher> env_;
};

}  // namespace tailrace
