// Journal: all streams on disk (FORMAT.md) and in memory. Owned by App. Create, Find and the leases may be used from
// any thread; Attach only before anyone else; Forget only by the housekeeper.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/disk.h"
#include "base/log.h"
#include "base/mutex.h"
#include "base/random.h"
#include "journal/stream.h"

namespace tailrace {

class Journal;

// Keeps a Stream in memory. Move-only; released by its destructor; the Journal outlives it.
class StreamLease {
 public:
  StreamLease() = default;
  StreamLease(StreamLease&& other) noexcept;
  StreamLease& operator=(StreamLease&& other) noexcept;
  ~StreamLease();
  Stream* operator->() const { return stream_; }
  Stream& operator*() const { return *stream_; }
  explicit operator bool() const { return stream_ != nullptr; }

 private:
  friend class Journal;
  StreamLease(Journal* journal, Stream* stream) : journal_(journal), stream_(stream) {}
  Journal* journal_ = nullptr;
  Stream* stream_ = nullptr;
};

class Journal {
 public:
  static constexpr size_t kStreamsPerContainerMax = 1000;

  struct Options {
    std::string root;
  };
  Journal(Options options, Disk& disk, Clock& clock, Random& random, Log& log);
  ~Journal();  // All leases are back by then.

  // Makes the root's folders, takes the lock (kBusy: another process serves this root), refuses a newer format
  // (kUnsupported). A root that cannot be made or locked is an error of the start; the caller serves on all the same.
  Status Open();

  // The streams that `live/` names: re-attached before anything else. Damaged entries are told and skipped.
  // Does not walk anything.
  std::vector<StreamLease> AttachLive();

  // Commits a StartLogging: folder, facts, live link (visible, atomic; not yet durable). Draws id and run number, sets
  // them in `facts`. kNoSpace and other errors leave nothing behind that a restart would take for a stream.
  Result<StreamLease> Create(StreamFacts facts);
  // As Create, but in memory only, when the disk refuses: Commit puts it on disk when it can.
  StreamLease CreateUncommitted(StreamFacts facts);
  Status Commit(Stream& stream);

  // All streams of a container by run number, loading from disk what is not in memory. Empty if it is unknown.
  std::vector<StreamLease> Find(const std::string& container_id);
  // The live (not ended) stream that reads this FIFO, if any.
  StreamLease FindFifo(const std::string& fifo);

  ContainerSignal& SignalOf(const std::string& container_id);

  const std::string& root() const { return options_.root; }

 private:
  friend class StreamLease;
  friend class Housekeeper;
  void Release(Stream* stream);

  Options options_;
  Disk& disk_;
  Clock& clock_;
  Random& random_;
  Log& log_;
};

}  // namespace tailrace
