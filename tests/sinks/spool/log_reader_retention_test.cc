// LogReader whose files are deleted under its hands, between any two steps of it: what it says, lines and markers, adds
// up to what was written. The other thread's part is done by a hook in the disk, so that each case is exact.
#include <gtest/gtest.h>

#include <cinttypes>
#include <cstdio>
#include <memory>
#include <string>

#include "tests/fakes/hooked_disk.h"
#include "tests/fakes/log_frames.h"
#include "tests/sinks/spool/log_oracle.h"
#include "tests/sinks/spool/test_stream.h"

namespace tailrace {
namespace {

// `first` segments go before the reader's `call`-th look into a file, and `second` more `later` looks after that.
struct Deletion {
  int call = 0;
  size_t first = 0;
  int later = 0;
  size_t second = 0;
};

// A container whose log is deleted as it is told to, from BeginDeleting on, and one who reads it.
class Case {
 public:
  explicit Case(const Deletion& deletion)
      : deletion_(deletion), disk_(spool_.disk, [this](const std::string&) { Look(); }) {}

  void Open(const ReadOptions& options) {
    if (options.tail > 0) first_wanted_ = written_ - options.tail + 1;
    reader_ = std::make_unique<LogReader>(disk_, spool_.clock, spool_.journal, "c0ffee", options);
  }
  // Line n says so. An index line in the middle of each segment.
  void Fill() {
    constexpr int kSegments = 9;
    constexpr int kLinesOfEach = 10;
    for (int i = 0; i < kSegments * kLinesOfEach; ++i) {
      if (i % kLinesOfEach == 0) stream_.Roll();
      if (i % kLinesOfEach == kLinesOfEach / 2) stream_.IndexHere();
      Say();
    }
    stream_.Publish();
  }
  void Say() {
    ++written_;
    stream_.Add(Frame("stdout", written_, "line " + std::to_string(written_)));
  }
  void BeginDeleting() { is_deleting_ = true; }
  // Each line must be the one that neither a line nor a marker has told before.
  void Hear() {
    for (const Said& said : ReadAll(*reader_, spool_.clock.Now())) {
      int64_t n = 0;
      if (std::sscanf(said.text.c_str(), "tailrace: %" SCNd64 " lines lost", &n) == 1) {
        if (next_ == 0) next_ = first_wanted_;  // It went when its place had been found.
        ASSERT_GT(next_, 0) << "a marker in front";
        next_ += n;
        continue;
      }
      ASSERT_EQ(std::sscanf(said.text.c_str(), "line %" SCNd64, &n), 1) << said.text;
      if (next_ == 0) next_ = n;  // What retention took before the first is not told.
      ASSERT_EQ(n, next_);
      next_ = n + 1;
    }
  }
  void ExpectAllTold() { EXPECT_EQ(next_, written_ + 1); }

  TestStream& stream() { return stream_; }
  bool is_done() const { return looks_ >= deletion_.call + deletion_.later; }

 private:
  void Look() {
    if (!is_deleting_) return;
    ++looks_;
    if (looks_ == deletion_.call) stream_.DropFirst(deletion_.first);
    if (looks_ == deletion_.call + deletion_.later) stream_.DropFirst(deletion_.second);
  }

  const Deletion deletion_;
  TestSpool spool_;
  TestStream stream_{spool_.disk, spool_.NewStream()};
  HookedDisk disk_;
  std::unique_ptr<LogReader> reader_;
  bool is_deleting_ = false;
  int looks_ = 0;
  int64_t written_ = 0;
  int64_t first_wanted_ = 0;  // of the tail
  int64_t next_ = 0;          // the line that should come next
};

// All cases from the first look on, until an answer is over before its second deletion comes. How many there were.
template <typename Run>
int ForEachDeletion(const Run& run) {
  int cases = 0;
  for (const int later : {1, 2, 3, 5}) {
    for (const size_t first : {1u, 3u}) {
      for (const size_t second : {1u, 2u}) {
        for (int call = 1; run(Deletion{call, first, later, second}); ++call) {
          ++cases;
          if (!testing::Test::HasFailure()) continue;
          ADD_FAILURE() << first << " before look " << call << ", " << second << " before look " << call + later;
          return cases;
        }
      }
    }
  }
  return cases;
}

// The reader has said a line when the first segment goes, so that all that is lost from there on has to be told.
TEST(LogReaderRetention, AFollowersMarkersTellWhatIsLostWheneverItGoes) {
  const int cases = ForEachDeletion([](const Deletion& deletion) {
    Case one(deletion);
    one.Say();
    one.stream().Publish();
    one.Open({.follow = true});
    one.Hear();
    one.Fill();
    one.stream().DropFirst(1);
    one.stream().End();
    one.BeginDeleting();
    one.Hear();
    one.ExpectAllTold();
    return one.is_done();
  });
  EXPECT_GT(cases, 100);
}

// The same while the reader looks for its beginning.
TEST(LogReaderRetention, AnAnswerHasNoHoleThatItDoesNotTellWheneverItIsMade) {
  int cases = 0;
  for (const int64_t tail : {int64_t{-1}, int64_t{25}, int64_t{60}}) {
    cases += ForEachDeletion([&](const Deletion& deletion) {
      Case one(deletion);
      one.Fill();
      one.BeginDeleting();
      one.Open({.tail = tail});
      one.Hear();
      one.ExpectAllTold();
      return one.is_done();
    });
    if (testing::Test::HasFailure()) FAIL() << "tail " << tail;
  }
  EXPECT_GT(cases, 100);
}

// What cannot be searched is read from its first byte. How many lines came before that byte nobody knows then, and a
// marker must not tell them as lost in the hole that it stands for.
TEST(LogReaderRetention, AnAnswerWhoseBeginningCouldNotBeFoundMakesUpNoNumbers) {
  TestSpool spool;
  TestStream stream(spool.disk, spool.NewStream());
  for (int n = 1; n <= 60; ++n) {
    if (n % 10 == 1) stream.Roll();
    stream.Add(Frame("stdout", n, "line " + std::to_string(n)));
  }
  stream.Publish();
  stream.DropFirst(2);
  spool.disk.FailFrom(1, StatusCode::kNotFound);
  LogReader reader(spool.disk, spool.clock, spool.journal, "c0ffee", {.follow = true});
  spool.disk.ClearFailures();
  ASSERT_EQ(ReadAll(reader, spool.clock.Now()).size(), 40u);
  for (int n = 61; n <= 90; ++n) {
    if (n % 10 == 1) stream.Roll();
    stream.Add(Frame("stdout", n, "line " + std::to_string(n)));
  }
  stream.DropFirst(5);  // Up to line 70: the reader's place, and all before it.
  stream.Publish();
  const std::vector<Said> said = ReadAll(reader, spool.clock.Now());
  ASSERT_EQ(said.size(), 21u);
  EXPECT_EQ(said[0].text, "tailrace: 0 lines lost here (drop-oldest)\n");
  EXPECT_EQ(said[1].text, "line 71\n");
}

}  // namespace
}  // namespace tailrace
