// IntakeRig: Journal and Intake on a MemDisk, FIFOs that dockerd holds, and a recorder in the housekeeper's place. The
// clock moves only in RunFor. Owned by a test; one thread, but for Drain, which waits in one of its own.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "intake/intake.h"
#include "tests/journal/journal_rig.h"

namespace tailrace {

class ReportRecorder : public IntakeReports {
 public:
  void ReportNoSpace() override { ++no_space; }
  void ReportEnded(StreamLease stream) override { ended.push_back(std::move(stream)); }
  int no_space = 0;
  std::vector<StreamLease> ended;
};

class IntakeRig : public JournalRig {
 public:
  IntakeRig() { StartIntake(); }
  ~IntakeRig() { StopIntake(); }

  void StartIntake() {
    intake = std::make_unique<Intake>(Intake::Parts{disk, clock, log, *journal, reports});
  }
  void StopIntake() {
    intake.reset();
    reports.ended.clear();
    streams.clear();
  }
  // SIGKILL, and a start that takes everything up again as the driver does.
  void KillAndRestart() {
    StopIntake();
    CHECK(Restart().ok());
    StartIntake();
    for (StreamLease& stream : journal->AttachLive()) {
      Result<std::unique_ptr<Fifo>> fifo = disk.OpenFifo(stream->facts().fifo);
      streams[BaseName(stream->facts().fifo)] = FindLease(stream->facts().fifo);
      intake->Register(std::move(stream), fifo.ok() ? std::move(*fifo) : nullptr);
    }
  }

  // dockerd makes a FIFO and opens it, and StartLogging is answered.
  void Begin(const std::string& fifo, const StreamFacts& facts) {
    disk.MakeFifo(facts.fifo);
    dockerd[fifo] = disk.OpenWriter(facts.fifo);
    Result<StreamLease> stream = journal->Create(facts);
    if (!stream.ok()) stream = journal->CreateUncommitted(facts);
    streams[fifo] = FindLease(facts.fifo);
    intake->Register(std::move(*stream), std::move(*disk.OpenFifo(facts.fifo)));
  }
  void Begin(const std::string& fifo, SpoolFull when_full = SpoolFull::kDropOldest,
             Nanos block_max = std::chrono::seconds(60)) {
    StreamFacts facts = Facts("box-" + fifo, fifo);
    facts.spool.spool_full = when_full;
    facts.spool.block_max = block_max;
    Begin(fifo, facts);
  }
  size_t Write(const std::string& fifo, std::string_view bytes) { return dockerd.at(fifo)->Write(bytes); }
  void WriteAll(const std::string& fifo, std::string_view bytes) {
    for (int turn = 0; !bytes.empty(); ++turn) {
      CHECK(turn < 100'000);
      bytes.remove_prefix(Write(fifo, bytes));
      RunFor(std::chrono::milliseconds(5));
    }
  }
  void Close(const std::string& fifo) { dockerd.at(fifo)->Close(); }

  void RunFor(Nanos duration) {
    const MonoTime end = clock.Now() + duration;
    do {
      intake->RunOnce(end);
    } while (clock.Now() < end);
    intake->RunOnce(end);
  }
  // A Drain from another thread, served here. The clock stands still, unless it `runs_out`.
  bool Drain(StreamId stream, Nanos timeout = std::chrono::seconds(2), bool runs_out = false) {
    std::atomic<bool> is_over = false;
    bool is_done = false;
    const MonoTime deadline = clock.Now() + timeout;
    std::thread caller([&] {
      is_done = intake->Drain(stream, deadline);
      is_over = true;
    });
    while (!is_over) {
      if (runs_out && clock.Now() < deadline) clock.Advance(std::chrono::milliseconds(1));
      intake->RunOnce(clock.Now());
    }
    caller.join();
    return is_done;
  }

  Stream& stream(const std::string& fifo) { return *streams.at(fifo); }
  size_t InPipe(const std::string& fifo) { return disk.PipeBytes("/fifos/" + fifo); }
  ReadBack Read(const std::string& fifo) { return ReadFrom(disk, stream(fifo)); }
  bool IsOver(const std::string& fifo) {
    for (const StreamLease& lease : reports.ended) {
      if (lease->facts().fifo == "/fifos/" + fifo) return true;
    }
    return false;
  }
  // So much is free, in whole blocks.
  void LeaveFree(uint64_t bytes) { disk.SetCapacity(disk.UsedBytes() + bytes); }
  void LeaveAllFree() { disk.SetCapacity(uint64_t{1} << 40); }

  ReportRecorder reports;
  std::unique_ptr<Intake> intake;
  std::map<std::string, std::unique_ptr<MemWriter>> dockerd;
  std::map<std::string, StreamLease> streams;

 private:
  static std::string BaseName(const std::string& path) { return path.substr(path.rfind('/') + 1); }
  StreamLease FindLease(const std::string& fifo) { return journal->FindFifo(fifo); }
};

}  // namespace tailrace
