#include "open_journal.h"

namespace tailrace {

namespace {

constexpr Nanos kLockRetry = std::chrono::milliseconds(100);

// Parent folders of the root; what cannot be made shows when the root itself is.
void MakeParents(Disk& disk, const std::string& root) {
  for (size_t slash = root.find('/', 1); slash != std::string::npos; slash = root.find('/', slash + 1)) {
    (void)disk.MakeDir(root.substr(0, slash));
  }
}

// A process that is being replaced lets its lock go when it ends.
Status OpenWaiting(Journal& journal, Clock& clock, const std::function<bool(Nanos)>& wait) {
  MonoTime deadline = clock.Now() + kLockWaitMax;
  while (true) {
    Status status = journal.Open();
    if (status.code() != StatusCode::kBusy || clock.Now() >= deadline) return status;
    if (wait(kLockRetry)) return {StatusCode::kGone, "told to end while waiting for the lock of the spool"};
  }
}

}  // namespace

Result<std::unique_ptr<Journal>> OpenJournal(const Journal::Options& options, const Journal::Parts& parts,
                                             const std::function<bool(Nanos)>& wait) {
  MakeParents(parts.disk, options.root);
  auto wanted = std::make_unique<Journal>(options, parts);
  Status status = OpenWaiting(*wanted, parts.clock, wait);
  if (status.ok()) return wanted;
  if (status.code() == StatusCode::kBusy || status.code() == StatusCode::kGone) return status;
  parts.log.Write(
      LogLevel::kError, "spool-unusable",
      {{"root", options.root},
       {"why", status.message()},
       {"next", "its lines stay where they are, but are not shown until it is mended and tailrace restarted"}});
  for (int i = 1; i <= kOtherRootsMax; ++i) {
    Journal::Options other = options;
    other.root += "." + std::to_string(i);
    auto journal = std::make_unique<Journal>(other, parts);
    if (!journal->Open().ok()) continue;
    parts.log.Write(LogLevel::kError, "spool-elsewhere", {{"root", other.root}});
    return journal;
  }
  parts.log.Write(
      LogLevel::kError, "spool-in-memory",
      {{"root", options.root}, {"next", "lines are read and counted, but not kept: make room or mend the disk"}});
  return wanted;
}

}  // namespace tailrace
