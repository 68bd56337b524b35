// Record texts: the bytes of a record's pieces, put together from frames in memory, or from the journal. Delivery
// thread.
#pragma once

#include <string>
#include <string_view>

#include "base/disk.h"
#include "delivery/record.h"
#include "journal/stream.h"

namespace tailrace {

// Walks `bytes`, which begin at stream offset `from`, and collects the pieces of the place's source in
// [place.first, place.tile.end). A single piece is a view into `bytes`; more are joined in `joined`.
std::string_view CollectText(std::string_view bytes, uint64_t from, const RecordPlace& place, std::string& joined);

// The same from the journal, into `joined`. False: some of it has gone since it was walked, or cannot be read.
[[nodiscard]] bool ReadText(Disk& disk, Stream& stream, const RecordPlace& place, std::string& joined);

}  // namespace tailrace
