// StreamRig: one stream on a MemDisk, its FIFO, dockerd's end of it, and the StreamWriter between them; it dies and comes
// back. Owned by a test; one thread.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "journal/stream_loader.h"
#include "journal/stream_reader.h"
#include "journal/stream_writer.h"
#include "tests/fakes/mem_disk.h"
#include "tests/fakes/seeded_random.h"
#include "tests/journal/lines.h"

namespace tailrace {

class StreamRig {
 public:
  static constexpr size_t kBudget = 1 << 20;
  static constexpr const char* kDirectory = "/c/box/1-00000000000000aa";

  explicit StreamRig(uint64_t segment_bytes = 64 * 1024) {
    facts_.id.value = 0xaa;
    facts_.run = 1;
    facts_.container_id = "box";
    facts_.spool.max_size_bytes = segment_bytes;
    disk.MakeDirs(kDirectory);
    disk.MakeFifo("/fifo");
    dockerd = disk.OpenWriter("/fifo");
    Attach();
  }

  // Offers bytes; what the pipe does not take is written before the next Move.
  void Write(std::string_view bytes) {
    waiting_ += bytes;
    Pump();
  }
  void Pump() { waiting_.erase(0, dockerd->Write(waiting_)); }
  bool is_drained() const { return waiting_.empty() && disk_pipe_bytes() == 0; }

  StreamWriter::Moved Move(size_t budget = kBudget) {
    Pump();
    return writer->Move(*fifo, budget, scratch);
  }
  // Moves until everything offered is in the stream; false when the disk refused.
  bool MoveAll() {
    while (true) {
      const StreamWriter::Moved moved = Move();
      if (!moved.status.ok()) return false;
      if (moved.bytes == 0 && is_drained()) return true;
    }
  }

  // SIGKILL, and a start: the stream is found with what is on disk.
  void Kill() {
    Detach();
    disk.Crash();
    Attach();
  }
  void Detach() {
    writer.reset();
    fifo.reset();
    stream.reset();
  }
  void Attach() {
    stream = std::make_unique<Stream>(facts_, kDirectory, signal);
    const Status status = LoadLive(disk, *stream, std::nullopt);
    CHECK(status.ok());
    fifo = std::move(*disk.OpenFifo("/fifo"));
    writer = std::make_unique<StreamWriter>(disk, *stream);
  }

  std::string Path(uint64_t start, const char* suffix = ".log") const {
    return std::string(kDirectory) + "/" + SegmentName(start, suffix);
  }
  // The raw bytes of all segments, in order.
  std::string RawBytes() {
    std::string bytes;
    for (const Segment& segment : stream->Segments()) bytes += disk.Contents(Path(segment.start));
    return bytes;
  }
  ReadBack Read(uint64_t offset = 0) { return ReadFrom(disk, *stream, offset); }

  FakeClock clock;
  MemDisk disk{clock};
  ContainerSignal signal;
  std::unique_ptr<MemWriter> dockerd;
  std::unique_ptr<Stream> stream;
  std::unique_ptr<Fifo> fifo;
  std::unique_ptr<StreamWriter> writer;
  std::vector<char> scratch = std::vector<char>(StreamWriter::kScratchBytes);

 private:
  size_t disk_pipe_bytes() const { return const_cast<MemDisk&>(disk).PipeBytes("/fifo"); }

  StreamFacts facts_;
  std::string waiting_;
};

// Every sealed segment consists of whole frames.
inline bool AreSealedWhole(StreamRig& rig) {
  std::vector<Segment> segments = rig.stream->Segments();
  for (size_t i = 0; i + 1 < segments.size(); ++i) {
    const std::string bytes = rig.disk.Contents(rig.Path(segments[i].start));
    size_t at = 0;
    while (at < bytes.size()) {
      const FrameStep step = NextFrame(std::string_view(bytes).substr(at), true);
      if (step.kind != FrameStep::Kind::kFrame) return false;
      at += step.bytes;
    }
  }
  return true;
}

}  // namespace tailrace
