// One line's way in one process and without any waiting, so that instructions can be counted: written into a FIFO, taken
// in, fed and encoded for Elasticsearch, compressed, answered to `docker logs`. test_instructions.py runs it under
// callgrind once a step, counting that step's function alone.
//   instruction_bench [lines=N] [bytes=N]
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <vector>

#include "base/gzip.h"
#include "base/posix_disk.h"
#include "delivery/feeder.h"
#include "journal/stream_writer.h"
#include "sinks/elasticsearch/elasticsearch_sink.h"
#include "sinks/spool/log_reader.h"
#include "tests/bench/container.h"
#include "tests/bench/measure.h"
#include "tests/fakes/log_frames.h"
#include "tests/fakes/memory_log.h"
#include "tests/fakes/real_writer.h"
#include "tests/fakes/temp_dir.h"

namespace tailrace {
namespace {

constexpr const char* kContainer = "c0ffee";
constexpr size_t kPipeBytes = 40'000;  // fits into a pipe, whose pages do not hold parts of entries

class Way {
 public:
  Way() {
    CHECK(journal_.Open().ok());
    StreamFacts facts;
    facts.container_id = kContainer;
    facts.fifo = MakeRealFifo(dir_ / "fifo");
    facts.slots = {"es"};
    facts.spool.max_size_bytes = 1'000'000'000;
    fifo_ = std::move(*disk_.OpenFifo(facts.fifo));
    stream_ = std::move(*journal_.Create(facts));
  }

  void TakeIn(uint64_t lines, size_t line_bytes) {
    RealWriter end(dir_ / "fifo");
    StreamWriter writer(disk_, *stream_);
    std::vector<char> scratch(StreamWriter::kScratchBytes);
    size_t in_pipe = 0;
    for (uint64_t n = 0; n < lines; ++n) {
      const std::string frame =
          Frame("stdout", 1'700'000'000'000'000'000 + static_cast<int64_t>(n) * 3'456'789, FeederLine(n, line_bytes));
      CHECK_EQ(end.Write(frame), frame.size());
      in_pipe += frame.size();
      if (in_pipe < kPipeBytes && n + 1 < lines) continue;
      CHECK(writer.Move(*fifo_, 1_MiB, scratch).status.ok());
      in_pipe = 0;
    }
    CHECK_EQ(stream_->Snapshot().progress.counts.total(), lines);
    stream_->End();
  }

  // All documents, as bodies.
  std::vector<std::string> Feed(uint64_t lines) {
    Result<CursorFile> cursor = CursorFile::Open(disk_, StreamSlot::CursorPath(*stream_, "es"));
    StreamSlot::Parts parts{.stream = journal_.Lease(*stream_),
                            .name = "es",
                            .sink = std::make_unique<ElasticsearchSink>(ElasticsearchSettings{}),
                            .description = BenchContainer(),
                            .cursor = std::move(*cursor)};
    StreamSlot slot(disk_, std::move(parts));
    ReadBuffer buffer;
    Books books;
    Budget budget;
    BudgetShare share;
    Feeder feeder({disk_, buffer, books});
    feeder.Add(slot);
    std::vector<std::string> bodies;
    uint64_t records = 0;
    size_t full_bytes = 0, full_records = 0;
    while (records < lines) {
      Batch batch(Budget::Lease(budget, share));
      batch.Reserve(full_bytes, full_records);  // As a destination does that has sent one before.
      (void)feeder.FillNew(batch, {});
      CHECK_GT(batch.size(), 0u);
      full_bytes = batch.body_bytes() + batch.body_bytes() / 16;
      full_records = batch.size() + batch.size() / 16;
      records += batch.size();
      bodies.push_back(batch.TakeBody());
    }
    return bodies;
  }

  uint64_t Read() {
    LogReader reader(disk_, clock_, journal_, kContainer, {});
    uint64_t bytes = 0;
    for (;;) {
      const LogReader::Chunk chunk = reader.Next(kNever);
      if (chunk.kind == LogReader::Chunk::Kind::kEnd) return bytes;
      bytes += chunk.bytes.size();
    }
  }

 private:
  TempDir dir_;
  PosixDisk disk_;
  SystemClock clock_;
  SystemRandom random_;
  MemoryLog log_;
  Journal journal_{{dir_ / "root"}, {disk_, clock_, random_, log_}};
  std::unique_ptr<Fifo> fifo_;
  StreamLease stream_;
};

int Main(int argc, char** argv) {
  const uint64_t lines = Argument(argc, argv, "lines", 40'000);
  Way way;
  way.TakeIn(lines, Argument(argc, argv, "bytes", 120));
  size_t plain = 0, compressed = 0;
  GzipCompressor gzip;
  for (const std::string& body : way.Feed(lines)) {
    plain += body.size();
    compressed += gzip.Compress(body).size();
  }
  std::printf("%zu bytes of documents, %zu compressed, %zu of docker logs\n", plain, compressed, way.Read());
  return 0;
}

}  // namespace
}  // namespace tailrace

int main(int argc, char** argv) { return tailrace::Main(argc, argv); }
