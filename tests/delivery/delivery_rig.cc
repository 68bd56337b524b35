#include "tests/delivery/delivery_rig.h"

#include <gtest/gtest.h>

namespace tailrace {

namespace {
constexpr const char* kFifos = "/fifos";
constexpr const char* kRoot = "/spool";
}  // namespace

DeliveryRig::DeliveryRig() {
  disk.MakeDirs(kFifos);
  disk.MakeDirs(kRoot);
  Begin();
}

DeliveryRig::~DeliveryRig() {
  intake.reset();
  housekeeper.reset();
}

void DeliveryRig::Begin() {
  journal = std::make_unique<Journal>(Journal::Options{.root = kRoot, .fifo_directory = kFifos},
                                      Journal::Parts{disk, clock, random, log});
  housekeeper = std::make_unique<Housekeeper>(Housekeeper::Settings{}, Housekeeper::Parts{disk, clock, log, *journal});
  intake = std::make_unique<Intake>(Intake::Parts{disk, clock, log, *journal, *housekeeper});
  EXPECT_TRUE(journal->Open().ok());
  for (StreamLease& stream : journal->AttachLive()) {
    Result<std::unique_ptr<Fifo>> fifo = disk.OpenFifo(stream->facts().fifo);
    intake->Register(std::move(stream), fifo.ok() ? std::move(*fifo) : nullptr);
  }
  RunIntake();
}

void DeliveryRig::Restart() {
  intake.reset();
  housekeeper.reset();
  journal.reset();
  disk.Crash();
  Begin();
}

StreamLease DeliveryRig::NewStream(const std::vector<std::string>& slots, uint64_t max_size_bytes) {
  StreamFacts facts;
  facts.fifo = std::string(kFifos) + "/" + std::to_string(fifos_++);
  facts.container_id = std::string(64, 'c');
  facts.container_name = "web";
  facts.slots = slots;
  facts.spool.max_size_bytes = max_size_bytes;
  disk.MakeFifo(facts.fifo);
  std::unique_ptr<MemWriter> writer = disk.OpenWriter(facts.fifo);
  Result<StreamLease> stream = journal->Create(facts);
  Result<std::unique_ptr<Fifo>> fifo = disk.OpenFifo(facts.fifo);
  writers_[(*stream)->id().value] = std::move(writer);
  intake->Register(journal->Lease(**stream), std::move(*fifo));
  RunIntake();
  return std::move(*stream);
}

void DeliveryRig::RunIntake() {
  for (int i = 0; i < 4; ++i) intake->RunOnce(clock.Now() + std::chrono::milliseconds(10));
}

uint64_t DeliveryRig::Write(const Stream& stream, std::string_view bytes) {
  MemWriter& writer = *writers_.at(stream.id().value);
  while (!bytes.empty()) {
    const size_t taken = writer.Write(bytes.substr(0, 4096));
    bytes.remove_prefix(taken);
    if (taken == 0) RunIntake();
  }
  RunIntake();
  return stream.Snapshot().progress.end;
}

uint64_t DeliveryRig::WriteLine(const Stream& stream, std::string_view text, std::string_view source) {
  return Write(stream, Frame(source, ++time_nano, text));
}

void DeliveryRig::End(const Stream& stream) {
  writers_.at(stream.id().value)->Close();
  RunIntake();
  EXPECT_TRUE(stream.ended());
}

void DeliveryRig::Drop(Stream& stream, uint64_t offset) {
  for (const Segment& segment : stream.DropFirst(offset)) {
    EXPECT_TRUE(disk.Unlink(stream.SegmentPath(segment.start)).ok());
    (void)disk.Unlink(stream.IndexPath(segment.start));
  }
}

std::unique_ptr<StreamSlot> DeliveryRig::NewSlot(const Stream& stream, const std::string& slot) {
  Result<CursorFile> cursor = CursorFile::Open(disk, StreamSlot::CursorPath(stream, slot));
  StreamSlot::Parts parts{.stream = journal->Lease(stream),
                          .name = slot,
                          .sink = std::make_unique<FakeBulkSink>("logs"),
                          .description = {},
                          .cursor = std::move(*cursor)};
  parts.description.container_id = stream.facts().container_id;
  return std::make_unique<StreamSlot>(disk, std::move(parts));
}

std::vector<DeliveryRig::Read> DeliveryRig::ReadAll(RecordReader& reader) {
  std::vector<Read> reads;
  Record record;
  while (reader.Next(buffer, record) == RecordReader::Outcome::kRecord) {
    reads.push_back({record.place, record.other, std::string(record.text)});
  }
  return reads;
}

}  // namespace tailrace
