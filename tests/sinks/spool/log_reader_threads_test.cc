// LogReader on its own threads while the product's writer writes and retention deletes: no line twice, none out of order,
// none missing that is not told. The clock stands still but for the deadlines, which are real waits for news.
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <memory>

#include "base/thread.h"
#include "journal/stream_writer.h"
#include "sinks/spool/log_reader.h"
#include "tests/fakes/log_frames.h"
#include "tests/sinks/spool/log_oracle.h"
#include "tests/sinks/spool/test_stream.h"

namespace tailrace {
namespace {

constexpr int kLines = 20'000;
constexpr size_t kReaders = 4;

// A container's side of a FIFO, and the intake's.
class Writer {
 public:
  Writer(TestSpool& spool, const std::string& fifo) : spool_(spool) {
    spool_.disk.MakeDirs("/run");
    spool_.disk.MakeFifo(fifo);
    end_ = spool_.disk.OpenWriter(fifo);
    fifo_ = std::move(*spool_.disk.OpenFifo(fifo));
    StreamFacts facts;
    facts.container_id = "c0ffee";
    facts.fifo = fifo;
    facts.spool.max_size_bytes = 64_KiB;  // So that segments roll often.
    stream_ = std::move(*spool_.journal.Create(std::move(facts)));
    writer_ = std::make_unique<StreamWriter>(spool_.disk, *stream_);
  }

  void Write(const std::string& frame) {
    for (size_t at = 0; at < frame.size();) {
      const size_t n = end_->Write(std::string_view(frame).substr(at, 4096));
      if (n == 0) Move();
      at += n;
    }
  }
  void Move() {
    const StreamWriter::Moved moved = writer_->Move(*fifo_, 1_MiB, scratch_);
    CHECK(moved.status.ok());
  }
  void End() {
    Move();
    stream_->End();
  }
  Stream& stream() { return *stream_; }

 private:
  TestSpool& spool_;
  std::unique_ptr<MemWriter> end_;
  std::unique_ptr<Fifo> fifo_;
  StreamLease stream_;
  std::unique_ptr<StreamWriter> writer_;
  std::vector<char> scratch_ = std::vector<char>(StreamWriter::kScratchBytes);
};

std::string TextOf(int n) { return "line " + std::to_string(n) + " " + std::string(static_cast<size_t>(n) % 50, 'x'); }

// Checks an answer as it comes: numbered lines that rise one by one, but for what markers say is lost.
class Listener {
 public:
  void Hear(const std::vector<Said>& said) {
    for (const Said& one : said) {
      int n = 0;
      if (std::sscanf(one.text.c_str(), "tailrace: %d lines lost", &n) == 1) {
        lost_ += n;
        next_ += n;
        continue;
      }
      ASSERT_EQ(std::sscanf(one.text.c_str(), "line %d ", &n), 1) << one.text;
      if (next_ == 0) next_ = n;  // What retention took before the first is not told.
      ASSERT_EQ(n, next_);
      ASSERT_EQ(one.text, TextOf(n) + "\n");
      ++next_;
    }
  }
  int next() const { return next_; }
  int lost() const { return lost_; }

 private:
  int next_ = 0;
  int lost_ = 0;
};

void Follow(TestSpool& spool, Listener& listener) {
  LogReader reader(spool.disk, spool.clock, spool.journal, "c0ffee", {.follow = true});
  for (;;) {
    const LogReader::Chunk chunk = reader.Next(spool.clock.Now() + std::chrono::milliseconds(50));
    if (chunk.kind == LogReader::Chunk::Kind::kEnd) return;
    listener.Hear(ParseChunk(chunk.bytes));
  }
}

TEST(LogReaderThreads, FollowersHearEveryLineOnce) {
  TestSpool spool;
  Writer writer(spool, "/run/fifo");
  Listener listeners[kReaders];
  Thread threads[kReaders];
  for (int n = 1; n <= kLines; ++n) {
    // One after the other joins, in the middle of it.
    for (size_t i = 0; i < kReaders; ++i) {
      if (n == static_cast<int>(i) * 4000 + 1) threads[i].Start("reader", [&, i] { Follow(spool, listeners[i]); });
    }
    writer.Write(Frame("stdout", n, TextOf(n)));
    if (n % 7 == 0) writer.Move();
  }
  writer.End();
  for (Thread& thread : threads) thread.Join();
  for (const Listener& listener : listeners) {
    EXPECT_EQ(listener.next(), kLines + 1);
    EXPECT_EQ(listener.lost(), 0);
  }
}

TEST(LogReaderThreads, RetentionLeavesMarkersAndNoRubbish) {
  TestSpool spool;
  Writer writer(spool, "/run/fifo");
  Listener listeners[kReaders];
  Thread threads[kReaders];
  for (int n = 1; n <= kLines; ++n) {
    if (n == 100) {
      for (size_t i = 0; i < kReaders; ++i) threads[i].Start("reader", [&, i] { Follow(spool, listeners[i]); });
    }
    writer.Write(Frame("stdout", n, TextOf(n)));
    if (n % 7 == 0) writer.Move();
    if (n % 50 == 0) {
      const std::vector<Segment> segments = writer.stream().Segments();
      for (const Segment& segment : writer.stream().DropFirst(segments.back().start)) {
        EXPECT_TRUE(spool.disk.Unlink(writer.stream().SegmentPath(segment.start)).ok());
        (void)spool.disk.Unlink(writer.stream().IndexPath(segment.start));
      }
    }
  }
  writer.End();
  for (Thread& thread : threads) thread.Join();
  for (const Listener& listener : listeners) EXPECT_EQ(listener.next(), kLines + 1);
}

TEST(LogReaderThreads, TailsOfAStreamThatIsBeingWrittenAndDropped) {
  TestSpool spool;
  Writer writer(spool, "/run/fifo");
  std::atomic<bool> is_written = false;
  Thread threads[2];
  std::atomic<int> answers = 0;
  for (Thread& thread : threads) {
    thread.Start("reader", [&] {
      SeededRandom random(7);
      while (!is_written) {
        const auto tail = static_cast<int64_t>(random.Below(3000));
        LogReader reader(spool.disk, spool.clock, spool.journal, "c0ffee", {.tail = tail});
        Listener listener;
        listener.Hear(ReadAll(reader));
        ++answers;
      }
    });
  }
  for (int n = 1; n <= kLines || answers < 20; ++n) {
    writer.Write(Frame("stdout", n, TextOf(n)));
    if (n % 7 == 0) writer.Move();
    if (n % 500 == 0) {
      const std::vector<Segment> segments = writer.stream().Segments();
      const uint64_t keep = segments[segments.size() > 4 ? segments.size() - 4 : 0].start;
      for (const Segment& segment : writer.stream().DropFirst(keep)) {
        EXPECT_TRUE(spool.disk.Unlink(writer.stream().SegmentPath(segment.start)).ok());
        (void)spool.disk.Unlink(writer.stream().IndexPath(segment.start));
      }
    }
  }
  is_written = true;
  for (Thread& thread : threads) thread.Join();
}

// What the product's own writer has written, pieces and all, is what the oracle says.
TEST(LogReaderThreads, EndToEndThroughThePipe) {
  TestSpool spool;
  Writer writer(spool, "/run/fifo");
  SeededRandom random(3);
  OracleStream stream;
  for (int n = 1; n <= 3000; ++n) {
    const std::string source = random.Chance(0.5) ? "stdout" : "stderr";
    const size_t length = random.Chance(0.02) ? random.Between(16'000, 60'000) : random.Below(200);
    for (const std::string& frame : SplitLine(source, n, std::string(length, static_cast<char>('a' + n % 26)))) {
      writer.Write(frame);
      const proto::LogEntry entry = ParseFrames(frame)[0];
      StreamItem item;
      item.source = source == "stderr" ? Source::kStderr : Source::kStdout;
      item.time_nano = n;
      item.text = entry.line();
      item.ends_line = !entry.partial() || entry.partial_log_metadata().last();
      stream.items.push_back(std::move(item));
    }
  }
  writer.End();
  stream.known = stream.items.size();
  stream.was_ended = stream.is_ended = true;
  for (int64_t tail : {-1, 0, 1, 2, 77, 1000, 2999, 3000, 4000}) {
    for (int64_t since : {0, 1, 1500, 2990, 4000}) {
      const ReadOptions options{.since_ns = since, .tail = tail};
      LogReader reader(spool.disk, spool.clock, spool.journal, "c0ffee", options);
      EXPECT_TRUE(ReadAll(reader) == ExpectedAnswer({stream}, options)) << tail << " " << since;
      if (tail >= 0 && tail < 100) {
        EXPECT_LE(reader.stats().blocks_read, 8u);
      }
      EXPECT_EQ(reader.stats().suspect_blocks, 0u);
    }
  }
}

}  // namespace
}  // namespace tailrace
