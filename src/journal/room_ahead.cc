#include "journal/room_ahead.h"

#include <algorithm>

namespace tailrace {

void RoomAhead::Provide(File& file, uint64_t end, uint64_t bytes, uint64_t bytes_max) {
  if (is_refused_ || end + bytes <= reserved_to_) return;
  const uint64_t from = std::max(end, reserved_to_);
  const uint64_t to = std::min(bytes_max, std::max(end + bytes, from + kStepBytes));
  if (to <= from) return;
  is_refused_ = !file.Reserve(from, to - from).ok();
  if (is_refused_) return;
  reserved_to_ = to;
  may_have_some_ = true;
}

void RoomAhead::GiveBack(File& file) {
  if (!may_have_some_) return;
  // A failure is no loss: the room goes with the file.
  const Status ignored = file.Unreserve();
  *this = RoomAhead();
}

}  // namespace tailrace
