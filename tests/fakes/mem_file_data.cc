#include "tests/fakes/mem_file_data.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"

namespace tailrace {

uint64_t MemFileData::DurableBytes() const {
  for (const auto& [sector, dirty] : dirty_) {
    const uint64_t begin = sector * kSectorBytes;
    if (begin >= durable_size_) break;
    // An append to a sector leaves its old beginning as it is, kept or lost. A sector that was written behind the
    // durable end is zeros when lost, also where the file has been made longer since.
    for (uint64_t at = begin; at < std::min(begin + kSectorBytes, durable_size_); ++at) {
      const char lost = at - begin < dirty.durable.size() ? dirty.durable[at - begin] : '\0';
      if (bytes_[at] != lost) return at;
    }
  }
  return durable_size_;
}

uint64_t MemFileData::WritableBytes(uint64_t offset, uint64_t n, uint64_t blocks_free) const {
  for (uint64_t block = offset / kBlockBytes; block * kBlockBytes < offset + n; ++block) {
    bool is_allocated = block < blocks_.size() && blocks_[block];
    if (is_allocated) continue;
    if (blocks_free == 0) return std::max(offset, block * kBlockBytes) - offset;
    --blocks_free;
  }
  return n;
}

void MemFileData::RememberDurable(uint64_t sector) {
  auto [place, is_new] = dirty_.try_emplace(sector);
  if (!is_new) {
    place->second.is_abandoned = false;  // Written again, so the next sync takes it along.
    return;
  }
  uint64_t begin = sector * kSectorBytes;
  if (begin < durable_size_) place->second.durable = bytes_.substr(begin, kSectorBytes);
}

void MemFileData::Write(uint64_t offset, std::string_view bytes) {
  if (bytes.empty()) return;
  uint64_t end = offset + bytes.size();
  for (uint64_t sector = offset / kSectorBytes; sector * kSectorBytes < end; ++sector) RememberDurable(sector);
  if (end > bytes_.size()) bytes_.resize(end, '\0');
  std::memcpy(bytes_.data() + offset, bytes.data(), bytes.size());
  Allocate(offset, end);
}

void MemFileData::Allocate(uint64_t offset, uint64_t end) {
  const uint64_t last_block = (end - 1) / kBlockBytes;
  if (last_block >= blocks_.size()) blocks_.resize(last_block + 1);
  for (uint64_t block = offset / kBlockBytes; block <= last_block; ++block) {
    if (!blocks_[block]) ++blocks_in_use_;
    blocks_[block] = true;
  }
}

bool MemFileData::Reserve(uint64_t offset, uint64_t n, uint64_t blocks_free) {
  if (WritableBytes(offset, n, blocks_free) < n) {
    Unreserve();
    return false;
  }
  Allocate(offset, offset + n);
  return true;
}

void MemFileData::Unreserve() {
  for (uint64_t block = (bytes_.size() + kBlockBytes - 1) / kBlockBytes; block < blocks_.size(); ++block) {
    if (blocks_[block]) --blocks_in_use_;
    blocks_[block] = false;
  }
}

void MemFileData::Replace(std::string bytes) {
  bytes_ = std::move(bytes);
  blocks_.assign((bytes_.size() + kBlockBytes - 1) / kBlockBytes, true);
  blocks_in_use_ = blocks_.size();
  dirty_.clear();
  durable_size_ = bytes_.size();
}

void MemFileData::Sync() {
  std::erase_if(dirty_, [](const auto& entry) { return !entry.second.is_abandoned; });
  durable_size_ = bytes_.size();
}

void MemFileData::FailSync() {
  for (auto& [sector, dirty] : dirty_) dirty.is_abandoned = true;
}

void MemFileData::Writeback(Random& random) {
  std::erase_if(dirty_, [&](const auto& entry) { return !entry.second.is_abandoned && (random.Next64() & 1) != 0; });
  if ((random.Next64() & 1) != 0) durable_size_ = bytes_.size();
}

void MemFileData::Restore(uint64_t sector, const Dirty& dirty) {
  uint64_t begin = sector * kSectorBytes;
  if (begin >= bytes_.size()) return;
  std::string old = dirty.durable;
  old.resize(std::min(kSectorBytes, bytes_.size() - begin), '\0');
  bytes_.replace(begin, old.size(), old);
}

void MemFileData::CutTo(uint64_t size) {
  bytes_.resize(size, '\0');
  blocks_.resize((size + kBlockBytes - 1) / kBlockBytes);
  blocks_in_use_ = static_cast<uint64_t>(std::count(blocks_.begin(), blocks_.end(), true));
}

void MemFileData::LosePower(Random& random) {
  CHECK_LE(durable_size_, bytes_.size());
  // Everything, nothing and a mixture are equally likely, so that each is met often.
  uint64_t keep = random.Next64() % 3;
  for (const auto& [sector, dirty] : dirty_) {
    bool is_kept = keep == 2 ? (random.Next64() & 1) != 0 : keep == 1;
    if (!is_kept) Restore(sector, dirty);
  }
  uint64_t grown = bytes_.size() - durable_size_;
  uint64_t end = random.Next64() % 3;
  if (end == 0) CutTo(durable_size_);
  if (end == 1) CutTo(durable_size_ + random.Next64() % (grown + 1));
  dirty_.clear();
  durable_size_ = bytes_.size();
}

}  // namespace tailrace
