// Housekeeper: everything about the spool that may take its time: removing links and files, retention, syncing, late
// commits, the reserve, orphaned FIFOs. One thread (Start), or a test that calls RunOnce. Owned by App. It is told by
// intake (IntakeReports) and tells it (IntakeControl).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/disk.h"
#include "base/histogram.h"
#include "base/log.h"
#include "base/mutex.h"
#include "base/thread.h"
#include "journal/intake_control.h"
#include "journal/journal.h"
#include "journal/retention.h"
#include "journal/settled_source.h"
#include "journal/syncer.h"

namespace tailrace {

class Housekeeper : public IntakeReports {
 public:
  static constexpr Nanos kTick = std::chrono::seconds(1);
  static constexpr Nanos kReserveTick = std::chrono::seconds(10);
  static constexpr Nanos kOrphanTick = std::chrono::seconds(60);
  static constexpr Nanos kOrphanAgeMin = std::chrono::seconds(60);

  struct Settings {
    std::optional<uint64_t> spool_limit;  // absent: by the size of the file system
    std::optional<uint64_t> spool_free;
    Nanos spool_sync = std::chrono::seconds(5);  // 0: never
    // The folder of FIFOs that is this process's own (a managed plugin's): orphans are removed there. Empty: none.
    std::string own_fifo_directory;
  };
  struct Parts {
    Disk& disk;
    Clock& clock;
    Log& log;
    Journal& journal;
  };
  Housekeeper(Settings settings, const Parts& parts);
  ~Housekeeper() override;
  Housekeeper(const Housekeeper&) = delete;
  Housekeeper& operator=(const Housekeeper&) = delete;

  // Before Start. `control` outlives the thread.
  void SetIntake(IntakeControl* control) { control_ = control; }
  // Before Start. `settled` outlives the thread; without it everything counts as delivered.
  void SetSettled(SettledSource* settled) { settled_ = settled; }
  void Start();
  // Ends the thread; then, if `spool-sync` is not 0, syncs once more.
  void Stop();

  // Does what is due; returns when the next thing will be.
  MonoTime RunOnce();

  // IntakeReports.
  void ReportNoSpace() override;
  void ReportEnded(StreamLease stream) override;

  // Any thread.
  Histogram sync_seconds();
  uint64_t sync_errors() const { return syncer_.errors(); }

 private:
  void SyncDue();
  void FinishEnded();
  bool FinishStream(Stream& stream);
  void LoadAll();
  void ClearForeignNotes();
  void CommitLate(const std::vector<StreamLease>& streams);
  void Retain(const std::vector<StreamLease>& streams);
  static uint64_t SumOf(const std::vector<StreamLease>& streams);
  std::vector<RetentionContainer> Gather(const std::vector<StreamLease>& streams) const;
  void Apply(const RetentionPlan& plan, const std::vector<StreamLease>& streams);
  void Drop(Stream& stream, uint64_t keep_from);
  uint64_t SettledOf(const Stream& stream) const;
  void RemoveOrphans();

  const Settings settings_;
  const Parts parts_;
  IntakeControl* control_ = nullptr;
  SettledSource* settled_ = nullptr;
  Syncer syncer_;
  Thread thread_;

  // Housekeeper thread only.
  bool is_loaded_ = false;
  bool was_quiet_ = false;    // the last plan changed nothing
  uint64_t last_sum_ = 0;     // SumOf what it was made for
  uint64_t last_version_ = 0;  // of settled_, likewise
  MonoTime next_tick_{0};
  MonoTime next_sync_{0};
  MonoTime next_reserve_{0};
  MonoTime next_orphans_{0};
  std::vector<StreamLease> unfinished_;  // ended streams whose link could not be removed yet
  std::map<uint64_t, IntakeLimit> limits_;  // by stream id, as last said to intake

  Mutex mu_;
  CondVar woken_;
  std::vector<StreamLease> ended_ GUARDED_BY(mu_);
  bool has_no_space_ GUARDED_BY(mu_) = false;
  bool is_stopping_ GUARDED_BY(mu_) = false;
  Histogram sync_seconds_ GUARDED_BY(mu_){kRequestSecondsBounds};
};

}  // namespace tailrace
