// JournalRig: a Journal on a MemDisk, with verbs to make, fill, kill and find streams. Owned by a test; one thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "journal/journal.h"
#include "journal/stream_writer.h"
#include "tests/fakes/mem_disk.h"
#include "tests/fakes/memory_log.h"
#include "tests/fakes/seeded_random.h"
#include "tests/journal/lines.h"

namespace tailrace {

class JournalRig {
 public:
  JournalRig() {
    disk.MakeDirs("/fifos");
    disk.MakeDirs("/proc/sys/kernel/random");
    disk.SetContents("/proc/sys/kernel/random/boot_id", "11111111-2222\n");
    CHECK(Start().ok());
  }
  ~JournalRig() { Stop(); }

  Status Start() {
    journal = std::make_unique<Journal>(Journal::Options{"/spool", "/fifos"}, Journal::Parts{disk, clock, random, log});
    return open_status = journal->Open();
  }
  void Stop() { journal.reset(); }
  // SIGKILL and a start.
  Status Restart() {
    Stop();
    disk.Crash();
    return Start();
  }

  StreamFacts Facts(const std::string& container, const std::string& fifo) {
    StreamFacts facts;
    facts.container_id = container;
    facts.fifo = "/fifos/" + fifo;
    facts.spool.max_size_bytes = 64 * 1024;
    return facts;
  }
  StreamLease Create(const std::string& container, const std::string& fifo) {
    Result<StreamLease> stream = journal->Create(Facts(container, fifo));
    CHECK(stream.ok());
    return std::move(*stream);
  }
  // A stream with the lines [first, first + count), moved through a FIFO.
  StreamLease CreateFilled(const std::string& container, const std::string& fifo, uint64_t first, uint64_t count,
                           size_t bytes = 100) {
    StreamLease stream = Create(container, fifo);
    Fill(*stream, first, count, bytes);
    return stream;
  }
  void Fill(Stream& stream, uint64_t first, uint64_t count, size_t bytes = 100) {
    const std::string path = stream.facts().fifo;
    if (!disk.Exists(path)) disk.MakeFifo(path);
    auto dockerd = disk.OpenWriter(path);
    auto fifo = std::move(*disk.OpenFifo(path));
    StreamWriter writer(disk, stream);
    std::vector<char> scratch(StreamWriter::kScratchBytes);
    std::string waiting = LineFrames(first, count, bytes);
    while (!waiting.empty() || disk.PipeBytes(path) > 0) {
      waiting.erase(0, dockerd->Write(waiting));
      CHECK(writer.Move(*fifo, 1 << 20, scratch).status.ok());
    }
  }
  std::vector<std::string> Under(const std::string& folder) {
    std::vector<std::string> paths;
    for (const std::string& path : disk.AllPaths()) {
      if (path.starts_with(folder + "/")) paths.push_back(path);
    }
    return paths;
  }

  FakeClock clock;
  MemDisk disk{clock};
  SeededRandom random{1};
  MemoryLog log;
  Status open_status;
  std::unique_ptr<Journal> journal;
};

}  // namespace tailrace
