// `docker logs` over a segment and an index of any bytes: it ends, and says whole frames. The input: two bytes that choose
// the options and where the index begins, then the segment, then the index (its checksums made right).
#include <algorithm>
#include <string>

#include "base/bytes.h"
#include "base/crc32c.h"
#include "journal/index.h"
#include "journal/segment_index.h"
#include "sinks/spool/log_reader.h"
#include "tests/fakes/log_frames.h"
#include "tests/fakes/mem_disk.h"
#include "tests/fakes/memory_log.h"
#include "tests/fakes/seeded_random.h"
#include "tests/fuzz/fuzz_target.h"

namespace tailrace {
namespace {

std::string WithRightSums(std::string index) {
  for (size_t at = 0; at + kIndexLineBytes <= index.size(); at += kIndexLineBytes) {
    const size_t crc_at = at + kIndexLineBytes - 4;
    StoreLittle<uint32_t>(&index[crc_at], Crc32c(std::string_view(index).substr(at, kIndexLineBytes - 4)));
  }
  return index;
}

void ReadAll(Disk& disk, Clock& clock, Journal& journal, const ReadOptions& options) {
  LogReader reader(disk, clock, journal, "c", options);
  for (int chunks = 0;; ++chunks) {
    CHECK_LT(chunks, 1000);
    const LogReader::Chunk chunk = reader.Next(kNever);
    if (chunk.kind == LogReader::Chunk::Kind::kEnd) return;
    CHECK(chunk.kind == LogReader::Chunk::Kind::kData);
    for (const proto::LogEntry& entry : ParseFrames(chunk.bytes)) {
      CHECK(entry.source() == "stdout" || entry.source() == "stderr");
      if (options.since_ns) CHECK_GE(entry.time_nano(), *options.since_ns);
      if (options.until_ns) CHECK_LE(entry.time_nano(), *options.until_ns);
    }
  }
}

}  // namespace
}  // namespace tailrace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tailrace;
  if (size < 2) return 0;
  std::string_view bytes = FuzzInput(data, size).substr(2);
  const size_t index_at = std::min<size_t>(data[1] * 16U, bytes.size());
  FakeClock clock;
  MemDisk disk(clock);
  disk.SetCapacity(4_MiB);  // No room for the journal's reserve, whose writing would take most of the time.
  SeededRandom random(1);
  MemoryLog log;
  Journal journal({.root = "/spool"}, {disk, clock, random, log});
  CHECK(journal.Open().ok());
  StreamFacts facts;
  facts.container_id = "c";
  facts.fifo = "/run/fifo";
  {
    const StreamLease lease = std::move(*journal.Create(facts));
    disk.SetContents(lease->SegmentPath(0), std::string(bytes.substr(0, index_at)));
    disk.SetContents(lease->IndexPath(0), WithRightSums(std::string(bytes.substr(index_at))));
    const std::vector<Segment> segments{{0, index_at, false}};
    const Result<Recovered> recovered = RecoverEnd({disk, lease->directory(), segments});
    CHECK(recovered.ok());
    lease->AddSegment({0, 0, false});
    lease->Publish(recovered->walk.ProgressTo(index_at));
    if ((data[0] & 1) != 0) lease->End();
  }
  ReadOptions options;
  if ((data[0] & 2) != 0) options.tail = data[0] >> 4;
  if ((data[0] & 4) != 0) options.since_ns = 1'767'323'045'000'000'000;
  if ((data[0] & 8) != 0) options.until_ns = 1'767'323'045'000'000'000;
  ReadAll(disk, clock, journal, options);
  return 0;
}
