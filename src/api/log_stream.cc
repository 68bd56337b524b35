#include "api/log_stream.h"

namespace tailrace {

bool LogStream::WriteTo(BodyWriter& writer) {
  while (true) {
    LogReader::Chunk chunk = reader_->Next(clock_.Now() + kSlice);
    switch (chunk.kind) {
      case LogReader::Chunk::Kind::kEnd: return true;
      case LogReader::Chunk::Kind::kNothing: break;
      case LogReader::Chunk::Kind::kData:
      case LogReader::Chunk::Kind::kHeartbeat:
        if (!writer.Write(chunk.bytes)) return false;
        break;
    }
    if (writer.is_gone()) return false;
    if (follow_ && writer.is_stopping()) return true;
  }
}

}  // namespace tailrace
