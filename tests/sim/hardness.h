// Hardness: how often the hard cases happened in a test of many runs. A test that was never hard proves nothing and
// fails. Owned by the test; one thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace tailrace {

class Hardness {
 public:
  void Count(const std::string& name, uint64_t n = 1) { counts_[name] += n; }
  uint64_t count(const std::string& name) const {
    auto found = counts_.find(name);
    return found == counts_.end() ? 0 : found->second;
  }
  // Those of `names` that happened less often than `min` times.
  std::vector<std::string> Missing(const std::vector<std::string>& names, uint64_t min) const {
    std::vector<std::string> missing;
    for (const std::string& name : names) {
      if (count(name) < min) missing.push_back(name + "=" + std::to_string(count(name)));
    }
    return missing;
  }
  std::string ToString() const {
    std::string text;
    for (const auto& [name, n] : counts_) text += (text.empty() ? "" : " ") + name + "=" + std::to_string(n);
    return text;
  }

 private:
  std::map<std::string, uint64_t> counts_;
};

}  // namespace tailrace
