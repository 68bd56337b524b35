// Written: what dockerd wrote into one FIFO, frame by frame: the truth that everything read back is held against.
// Owned by the test; one thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "journal/position.h"

namespace tailrace {

class Written {
 public:
  struct Mark {
    uint64_t start = 0;
    uint64_t end = 0;
    Source source = Source::kStdout;
    bool ends_line = true;
    int64_t time_nano = 0;
    uint64_t text_at = 0;  // offset of the line's text, which ends with `text_bytes`
    uint64_t text_bytes = 0;
  };
  static constexpr size_t kNone = SIZE_MAX;

  // dockerd means to write this frame next.
  void Add(std::string_view frame);
  // The pipe has taken so many bytes more.
  void Accept(size_t bytes);
  // So many of the bytes that the pipe took last went with it; nothing more is written.
  void Lose(size_t bytes);

  // Of the frame that is being written, what the pipe has not taken yet; empty when all is written.
  std::string_view Rest() const;
  const std::string& bytes() const { return bytes_; }
  uint64_t accepted() const { return accepted_; }
  // Also what went with the pipe later: a discard that was about to consume it may have counted it.
  uint64_t taken() const { return taken_; }
  const std::vector<Mark>& marks() const { return marks_; }
  std::string_view Text(const Mark& mark) const {
    return std::string_view(bytes_).substr(mark.text_at, mark.text_bytes);
  }

  // The frame that begins at `offset`, or kNone; and the first that ends behind it (marks().size(): none).
  size_t FrameAt(uint64_t offset) const;
  size_t FrameEndingBehind(uint64_t offset) const;
  bool IsBoundary(uint64_t offset) const;
  // Line ends of the frames that end in (from, to] and were written to their end.
  uint64_t LineEnds(uint64_t from, uint64_t to) const;

 private:
  std::string bytes_;
  std::vector<Mark> marks_;
  std::vector<uint64_t> line_ends_;  // of the frames up to and with each
  uint64_t accepted_ = 0;
  uint64_t taken_ = 0;
  size_t next_ = 0;  // the frame that is being written
};

}  // namespace tailrace
