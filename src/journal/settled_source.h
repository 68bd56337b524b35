// SettledSource: the edge between the housekeeper and delivery, so that the journal need not know delivery: what has
// been delivered may go. Called by the housekeeper's thread.
#pragma once

#include "journal/stream.h"

namespace tailrace {

class SettledSource {
 public:
  virtual ~SettledSource() = default;
  // Everything of the stream before it has had its outcome in every slot; UINT64_MAX: no slot waits for anything any
  // more. Does not block, but may read small files of streams that are not being delivered.
  virtual uint64_t SettledOf(const Stream& stream) = 0;
  // Another number whenever an answer of SettledOf may have changed.
  virtual uint64_t Version() = 0;
  // Makes durable what the cursors say; after the segments, and it may take its time.
  virtual void SyncCursors() = 0;
};

}  // namespace tailrace
