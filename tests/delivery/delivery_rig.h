// DeliveryRig: a journal on a disk in memory whose streams are written as dockerd writes them, for tests of delivery.
// Owned by the test; one thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "delivery/stream_slot.h"
#include "intake/intake.h"
#include "journal/housekeeper.h"
#include "journal/journal.h"
#include "tests/fakes/fake_bulk_sink.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/log_frames.h"
#include "tests/fakes/mem_disk.h"
#include "tests/fakes/memory_log.h"
#include "tests/fakes/seeded_random.h"

namespace tailrace {

class DeliveryRig {
 public:
  DeliveryRig();
  ~DeliveryRig();

  // A stream that is being written, with these slots.
  StreamLease NewStream(const std::vector<std::string>& slots = {"es"}, uint64_t max_size_bytes = 20'000'000);
  // As dockerd writes; taken by intake at once. Returns the stream offset behind it.
  uint64_t Write(const Stream& stream, std::string_view bytes);
  // A plain line of stdout, or of stderr.
  uint64_t WriteLine(const Stream& stream, std::string_view text, std::string_view source = "stdout");
  void End(const Stream& stream);
  // Retention: the segments that begin before `offset` are gone.
  void Drop(Stream& stream, uint64_t offset);
  void RunIntake();
  // The same disk, served by a new process.
  void Restart();

  std::unique_ptr<StreamSlot> NewSlot(const Stream& stream, const std::string& slot = "es");
  // All records that a reader gives until it waits or ends, texts copied.
  struct Read {
    RecordPlace place;
    Tile other;
    std::string text;
  };
  std::vector<Read> ReadAll(RecordReader& reader);

  FakeClock clock;
  MemDisk disk{clock};
  SeededRandom random{1};
  MemoryLog log;
  ReadBuffer buffer;
  std::unique_ptr<Journal> journal;
  std::unique_ptr<Housekeeper> housekeeper;
  std::unique_ptr<Intake> intake;
  int64_t time_nano = FakeClock::kStart.ns;

 private:
  void Begin();

  std::map<uint64_t, std::unique_ptr<MemWriter>> writers_;
  int fifos_ = 0;
};

}  // namespace tailrace
