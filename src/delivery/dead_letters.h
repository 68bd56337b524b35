// DeadLetters: the files `<root>/dead/<slot>.<number>.ndjson`: written by the delivery thread, read by anybody. A
// letter is durable before the cursor passes its record. A new process begins a new file: nobody writes behind
// another's torn line.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/disk.h"
#include "delivery/dead_letter.h"

namespace tailrace {

class DeadLetters {
 public:
  static constexpr uint64_t kDefaultLimitBytes = 256_MiB;
  static constexpr uint64_t kFileBytes = 4_MiB;

  struct Settings {
    std::string directory;                     // "<root>/dead"
    uint64_t limit_bytes = kDefaultLimitBytes;  // of all slots together
    bool holds_when_full = false;              // else what does not fit is dropped, and counted
  };
  DeadLetters(Disk& disk, Settings settings) : disk_(disk), settings_(std::move(settings)) {}
  DeadLetters(const DeadLetters&) = delete;
  DeadLetters& operator=(const DeadLetters&) = delete;

  // How many of them, from the first on, are on disk and durable. kBusy: the limit is reached; any other error: the
  // disk refused, try again. With an error some may be there all the same: readers take a letter that comes twice once.
  struct Written {
    size_t count = 0;
    Status status;
  };
  Written Write(std::span<const DeadLetter> letters);
  bool holds_when_full() const { return settings_.holds_when_full; }
  uint64_t bytes() const { return bytes_; }

 private:
  struct Segment {
    std::unique_ptr<File> file;
    uint64_t size = 0;
  };

  Status Open();
  Result<Segment*> SegmentFor(const std::string& slot);
  Status SyncAll(const std::vector<Segment*>& written);

  Disk& disk_;
  const Settings settings_;
  bool is_open_ = false;
  uint64_t bytes_ = 0;         // of all files, those of earlier processes included
  uint64_t next_number_ = 1;
  std::map<std::string, Segment> segments_;
};

// For those who look: one file of letters, and what is in it.
struct DeadLetterFile {
  std::string path;
  std::string slot;
  uint64_t number = 0;
  uint64_t bytes = 0;
};
// By slot, then by number. Empty when there is no such folder.
Result<std::vector<DeadLetterFile>> ListDeadLetters(Disk& disk, const std::string& directory);
// Calls `take` for each letter of the file that is whole; false from it ends the reading.
Status ReadDeadLetters(Disk& disk, const std::string& path, const std::function<bool(const DeadLetter&)>& take);

}  // namespace tailrace
