// Journal: all streams on disk (FORMAT.md) and in memory. Owned by App. Any thread, unless said otherwise.
// Its mutex guards the maps only and is never held across I/O.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/disk.h"
#include "base/log.h"
#include "base/mutex.h"
#include "base/random.h"
#include "journal/discard_notes.h"
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
  static constexpr uint64_t kReserveBytes = 1_MiB;

  struct Options {
    std::string root;
    // Where dockerd makes its FIFOs; needed only when the facts of a live stream are damaged.
    std::string fifo_directory = "/run/docker/logging";
  };
  struct Parts {
    Disk& disk;
    Clock& clock;
    Random& random;
    Log& log;
  };
  Journal(Options options, const Parts& parts);
  ~Journal();  // All leases are back by then.

  // Makes the root's folders, takes the lock (kBusy: another process serves this root), refuses a newer format
  // (kUnsupported). After an error the Journal works in memory only: Create refuses, CreateUncommitted serves.
  Status Open();
  // After Open: the machine was started since this root was last served (or nobody knows).
  bool is_first_since_boot() const { return is_first_since_boot_; }

  // The streams that `live/` names: re-attached before anything else. Walks nothing. An entry whose facts are damaged is
  // told and attached with what its link and folder say: its FIFO must be read all the same. So must that of a stream that
  // the disk had refused, which only its note names: uncommitted, and of no container.
  std::vector<StreamLease> AttachLive();

  // Commits a StartLogging: folder, facts, live link (visible, atomic; not yet durable). Draws id and run number.
  // On a full disk the reserve is given up first. An error leaves nothing behind that a restart takes for a stream.
  Result<StreamLease> Create(StreamFacts facts);
  // As Create, but in memory only, for when the disk refuses; Commit puts it on disk later (housekeeper). Its FIFO is noted
  // in place among the discards, which takes no room.
  StreamLease CreateUncommitted(StreamFacts facts);
  Status Commit(Stream& stream);

  // All streams of a container by run number, loading from disk what is not in memory. Empty if it is unknown.
  std::vector<StreamLease> Find(const std::string& container_id);
  // One more lease of a stream of which the caller has one.
  StreamLease Lease(const Stream& stream);
  // The stream that is not ended and reads this FIFO, if any.
  StreamLease FindFifo(const std::string& fifo);
  // Every stream in memory, and the containers whose folders are on disk (loaded or not).
  std::vector<StreamLease> Streams();
  std::vector<std::string> ContainersOnDisk();

  // Housekeeper: an ended stream's link goes; then an empty stream's folder.
  Status RemoveLink(const Stream& stream);
  // Housekeeper: the stream has no segments and nobody needs it: its folder goes, and its memory with the last lease.
  Status RemoveStream(Stream& stream);
  // The reserve file: given up when the disk is full, made again when there is room.
  void GiveUpReserve();
  Status RestoreReserve();

  DiscardNotes& notes() { return notes_; }
  Disk& disk() { return parts_.disk; }
  const std::string& root() const { return options_.root; }
  std::string LivePath(const std::string& fifo) const;

 private:
  friend class StreamLease;
  struct Entry {
    std::unique_ptr<Stream> stream;
    int leases = 0;
    bool is_removed = false;  // goes with the last lease
  };
  struct Container {
    ContainerSignal signal;
    std::vector<std::unique_ptr<Entry>> entries;  // by run
    bool is_loaded = false;
    uint64_t next_run = 1;
    int holds = 0;  // ContainerHolds that refer to it
  };
  // Keeps a Container from being erased while it is being loaded or added to.
  class ContainerHold {
   public:
    ContainerHold(Journal& journal, const std::string& container_id)
        : journal_(journal), container_id_(container_id), container_(journal.Hold(container_id)) {}
    ~ContainerHold() { journal_.Unhold(container_id_); }
    ContainerHold(const ContainerHold&) = delete;
    ContainerHold& operator=(const ContainerHold&) = delete;
    Container& operator*() { return container_; }

   private:
    Journal& journal_;
    const std::string container_id_;
    Container& container_;
  };

  Container& Hold(const std::string& container_id);
  void Unhold(const std::string& container_id);
  StreamLease Insert(Container& container, std::unique_ptr<Stream> stream);
  void Release(Stream* stream);
  void MarkRemoved(const Stream& stream);
  StreamLease LeaseLocked(Entry& entry) REQUIRES(mu_);
  StreamLease InsertLocked(Container& container, std::unique_ptr<Stream> stream) REQUIRES(mu_);
  void EraseRemovedLocked(const std::string& container_id) REQUIRES(mu_);

  // journal_files.cc
  Status MakeFolders();
  Status CheckVersion();
  Result<StreamLease> AttachOne(const std::string& fifo_name, const std::string& target);
  StreamLease AttachRefused(const DiscardNote& note);
  void LoadContainer(const std::string& container_id, Container& container);
  void LoadStream(const std::string& directory, const std::string& folder, Container& container);
  std::unique_ptr<Stream> NewStream(StreamFacts facts, Container& container);
  Status WriteStreamFolder(const Stream& stream);
  Status MakeLiveLink(const std::string& target, const std::string& path);

  const Options options_;
  const Parts parts_;
  DiscardNotes notes_;
  bool is_first_since_boot_ = true;
  std::unique_ptr<File> lock_;  // held for life
  bool is_open_ = false;        // set by Open, before other threads

  Mutex mu_;
  std::map<std::string, std::unique_ptr<Container>> containers_ GUARDED_BY(mu_);
};

}  // namespace tailrace
