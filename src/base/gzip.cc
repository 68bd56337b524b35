#include "base/gzip.h"

#include <zlib.h>

#include <array>
#include <climits>
#include <vector>

#include "base/bytes.h"

#ifdef TAILRACE_HAVE_ISAL
#include <isa-l/igzip_lib.h>
#endif

namespace tailrace {

namespace {

constexpr size_t kChunkBytes = 64_KiB;
// Libraries count in unsigned int; a body that needs more than one turn is far above every limit of ours.
constexpr size_t kInputBytesMax = UINT_MAX / 2;

}  // namespace

#ifdef TAILRACE_HAVE_ISAL

struct GzipCompressor::State {
  isal_zstream stream{};
  std::vector<uint8_t> level_buffer = std::vector<uint8_t>(ISAL_DEF_LVL1_DEFAULT);
  std::array<uint8_t, kChunkBytes> chunk{};
};

GzipCompressor::GzipCompressor() : state_(std::make_unique<State>()) { isal_deflate_init(&state_->stream); }

std::string GzipCompressor::Compress(std::string_view body) {
  CHECK_LT(body.size(), kInputBytesMax);
  isal_zstream& stream = state_->stream;
  isal_deflate_reset(&stream);
  stream.level = 1;
  stream.level_buf = state_->level_buffer.data();
  stream.level_buf_size = static_cast<uint32_t>(state_->level_buffer.size());
  stream.gzip_flag = IGZIP_GZIP;
  stream.end_of_stream = 1;
  stream.flush = NO_FLUSH;
  // ISA-L reads only; its interface predates const.
  stream.next_in = reinterpret_cast<uint8_t*>(const_cast<char*>(body.data()));
  stream.avail_in = static_cast<uint32_t>(body.size());
  std::string out;
  while (stream.internal_state.state != ZSTATE_END) {
    stream.next_out = state_->chunk.data();
    stream.avail_out = static_cast<uint32_t>(state_->chunk.size());
    CHECK_EQ(isal_deflate(&stream), COMP_OK);
    const size_t made = state_->chunk.size() - stream.avail_out;
    CHECK(made > 0 || stream.internal_state.state == ZSTATE_END);
    out.append(reinterpret_cast<const char*>(state_->chunk.data()), made);
  }
  return out;
}

GzipCompressor::~GzipCompressor() = default;

#else

namespace {

// 15 bits of window; 16 more ask for gzip's frame instead of zlib's.
constexpr int kGzipWindowBits = 15 + 16;
constexpr int kMemoryLevel = 8;

}  // namespace

struct GzipCompressor::State {
  z_stream stream{};
  std::array<Bytef, kChunkBytes> chunk{};
};

GzipCompressor::GzipCompressor() : state_(std::make_unique<State>()) {
  const int error = deflateInit2(&state_->stream, 1, Z_DEFLATED, kGzipWindowBits, kMemoryLevel, Z_DEFAULT_STRATEGY);
  CHECK_EQ(error, Z_OK);
}

std::string GzipCompressor::Compress(std::string_view body) {
  CHECK_LT(body.size(), kInputBytesMax);
  z_stream& stream = state_->stream;
  CHECK_EQ(deflateReset(&stream), Z_OK);
  // zlib reads only; its interface predates const.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
  stream.avail_in = static_cast<uInt>(body.size());
  std::string out;
  int result = Z_OK;
  while (result != Z_STREAM_END) {
    stream.next_out = state_->chunk.data();
    stream.avail_out = static_cast<uInt>(state_->chunk.size());
    result = deflate(&stream, Z_FINISH);
    CHECK(result == Z_OK || result == Z_STREAM_END);
    out.append(reinterpret_cast<const char*>(state_->chunk.data()), state_->chunk.size() - stream.avail_out);
  }
  return out;
}

GzipCompressor::~GzipCompressor() { deflateEnd(&state_->stream); }

#endif

namespace {

// Ends zlib's state whatever way the caller leaves.
struct Inflater {
  Inflater() { CHECK_EQ(inflateInit2(&stream, 15 + 16), Z_OK); }
  ~Inflater() { inflateEnd(&stream); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  z_stream stream{};
};

}  // namespace

Result<std::string> GunzipBounded(std::string_view gzip, size_t bytes_max) {
  if (gzip.size() >= kInputBytesMax) return Corrupt("gunzip: too large");
  Inflater inflater;
  z_stream& stream = inflater.stream;
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(gzip.data()));
  stream.avail_in = static_cast<uInt>(gzip.size());
  std::array<Bytef, kChunkBytes> chunk{};
  std::string out;
  while (true) {
    stream.next_out = chunk.data();
    stream.avail_out = static_cast<uInt>(chunk.size());
    const int result = inflate(&stream, Z_NO_FLUSH);
    if (result != Z_OK && result != Z_STREAM_END) return Corrupt("gunzip: damaged or cut");
    out.append(reinterpret_cast<const char*>(chunk.data()), chunk.size() - stream.avail_out);
    if (out.size() > bytes_max) return Corrupt("gunzip: larger than " + std::to_string(bytes_max) + " bytes");
    if (result != Z_STREAM_END) continue;
    if (stream.avail_in == 0) return out;
    CHECK_EQ(inflateReset(&stream), Z_OK);  // The next member.
  }
}

}  // namespace tailrace
