// StreamWalk: follows a stream's frames and keeps what intake must know of them: the end of the last whole frame, line
// ends per source, the latest time, and the index line due each 64 KiB. The one walker of intake, recovery and
// index rebuilding, so that they cannot disagree. A value; pure; one owner.
#pragma once

#include <string_view>
#include <vector>

#include "journal/index.h"
#include "journal/stream.h"

namespace tailrace {

class StreamWalk {
 public:
  // Begins at a frame, `line` describes the place.
  explicit StreamWalk(const IndexLine& line);

  // Walks the whole frames in `bytes`, which begin at whole_end(). Index lines that became due are appended to `lines`
  // (may be null). Returns how many frames were whole.
  size_t Walk(std::string_view bytes, std::vector<IndexLine>* lines);

  uint64_t whole_end() const { return whole_end_; }
  const LineCounts& counts() const { return counts_; }
  int64_t time_max() const { return time_max_; }
  const std::array<bool, kSources>& is_open() const { return is_open_; }
  // The index line that describes whole_end() and closes the present block.
  IndexLine CloseBlock();
  // Where the present block began: whole_end() when there is nothing to close.
  uint64_t block_start() const { return last_.offset; }
  // What the first line of a segment that begins here says.
  IndexLine FirstLineHere() const;
  StreamProgress ProgressTo(uint64_t end) const;

 private:
  bool WalkTo(std::string_view bytes, size_t limit, size_t& at, size_t& frames);
  bool WalkOther(std::string_view bytes, size_t& at, size_t& frames);
  void Count(std::string_view body);

  IndexLine last_;            // the present block begins there
  uint64_t whole_end_;
  LineCounts counts_;
  int64_t time_max_;
  std::array<bool, kSources> is_open_;
  bool has_damage_ = false;
  uint32_t block_crc_ = 0;    // of [last_.offset, whole_end_)
};

}  // namespace tailrace
