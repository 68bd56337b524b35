// OpenJournal: a journal to serve with, whatever has become of the root. A start that fails would leave the plugin
// disabled, and may keep the Docker Engine itself from starting.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "journal/journal.h"

namespace tailrace {

inline constexpr Nanos kLockWaitMax = std::chrono::seconds(15);
inline constexpr int kOtherRootsMax = 9;

// A root that cannot be used is told loudly, and left as it is: `<root>.1` to `<root>.9` serve in its place, the first
// that can; else memory does, where lines are counted but not kept. Only when another process serves `options.root`,
// and still does after kLockWaitMax, there is none (kBusy): two would read the same FIFOs.
// `wait` waits for its argument, and is true when the process shall end (kGone).
Result<std::unique_ptr<Journal>> OpenJournal(const Journal::Options& options, const Journal::Parts& parts,
                                             const std::function<bool(Nanos)>& wait);

}  // namespace tailrace
