// RandomLog: writes a random log into a TestStream: lines and pieces of both sources by turns, rolls, index lines, gaps,
// stepping clocks. Owned by the test; one thread.
#pragma once

#include <array>
#include <deque>
#include <string>
#include <vector>

#include "tests/fakes/seeded_random.h"
#include "tests/sinks/spool/test_stream.h"

namespace tailrace {

class RandomLog {
 public:
  struct Habits {
    double gap = 0.02;     // after a frame
    double roll = 0.05;
    double index = 0.15;
    double pieces = 0.25;  // a line in pieces
    double huge = 0.01;    // a line beyond the joiner's limits
    bool keeps_order = false;  // the clock never steps back
  };
  RandomLog(SeededRandom& random, TestStream& stream, const Habits& habits)
      : random_(random), stream_(stream), habits_(habits) {}

  // Adds so many frames, and publishes them.
  void Write(size_t frames);
  // A frame of which only the beginning has come.
  void WriteCut();

  static constexpr int64_t kTimeBase = 1'767'323'000'000'000'000;
  static constexpr int64_t kTimeStep = 1000;
  int64_t time() const { return time_; }

 private:
  std::string NextFrame();
  void BeginLine(Source source);
  std::string Text(size_t bytes_max);
  void MaybeLose();

  SeededRandom& random_;
  TestStream& stream_;
  const Habits habits_;
  int64_t time_ = kTimeBase;
  std::array<std::deque<std::string>, kSources> pending_;  // frames of the line begun
  std::string cut_;                                        // the frame that is there in part
  size_t frames_in_segment_ = 0;
};

}  // namespace tailrace
