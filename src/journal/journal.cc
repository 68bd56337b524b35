#include "journal/journal.h"

#include <algorithm>

#include "journal/stream_loader.h"

namespace tailrace {

StreamLease::StreamLease(StreamLease&& other) noexcept
    : journal_(other.journal_), stream_(std::exchange(other.stream_, nullptr)) {}

StreamLease& StreamLease::operator=(StreamLease&& other) noexcept {
  if (this != &other) {
    if (stream_ != nullptr) journal_->Release(stream_);
    journal_ = other.journal_;
    stream_ = std::exchange(other.stream_, nullptr);
  }
  return *this;
}

StreamLease::~StreamLease() {
  if (stream_ != nullptr) journal_->Release(stream_);
}

Journal::Journal(Options options, const Parts& parts)
    : options_(std::move(options)), parts_(parts), notes_(parts.disk) {}

Journal::~Journal() {
  MutexLock lock(mu_);
  for (const auto& [id, container] : containers_) {
    for (const auto& entry : container->entries) CHECK_EQ(entry->leases, 0);
  }
}

StreamLease Journal::LeaseLocked(Entry& entry) {
  ++entry.leases;
  return StreamLease(this, entry.stream.get());
}

StreamLease Journal::InsertLocked(Container& container, std::unique_ptr<Stream> stream) {
  const uint64_t run = stream->facts().run;
  container.next_run = std::max(container.next_run, run + 1);
  for (const auto& entry : container.entries) {
    if (entry->stream->id() == stream->id()) return LeaseLocked(*entry);  // Another call has loaded it meanwhile.
  }
  auto entry = std::make_unique<Entry>();
  entry->stream = std::move(stream);
  StreamLease lease = LeaseLocked(*entry);
  auto at = std::find_if(container.entries.begin(), container.entries.end(),
                         [&](const auto& other) { return other->stream->facts().run > run; });
  container.entries.insert(at, std::move(entry));
  return lease;
}

void Journal::Release(Stream* stream) {
  MutexLock lock(mu_);
  auto found = containers_.find(stream->facts().container_id);
  CHECK(found != containers_.end());
  for (const auto& entry : found->second->entries) {
    if (entry->stream.get() != stream) continue;
    CHECK_GT(entry->leases, 0);
    --entry->leases;
    if (!entry->is_removed || entry->leases > 0) return;
    break;
  }
  EraseRemovedLocked(std::string(found->first));  // A copy: the entry may go, and its name with it.
}

void Journal::EraseRemovedLocked(const std::string& container_id) {
  auto found = containers_.find(container_id);
  if (found == containers_.end()) return;
  Container& container = *found->second;
  std::erase_if(container.entries, [](const auto& entry) { return entry->is_removed && entry->leases == 0; });
  // Thousands of short-lived containers must not leave anything behind.
  if (container.entries.empty() && container.holds == 0) containers_.erase(found);
}

Journal::Container& Journal::Hold(const std::string& container_id) {
  MutexLock lock(mu_);
  std::unique_ptr<Container>& container = containers_[container_id];
  if (container == nullptr) container = std::make_unique<Container>();
  ++container->holds;
  return *container;
}

void Journal::Unhold(const std::string& container_id) {
  MutexLock lock(mu_);
  --containers_.at(container_id)->holds;
  EraseRemovedLocked(container_id);
}

StreamLease Journal::Insert(Container& container, std::unique_ptr<Stream> stream) {
  MutexLock lock(mu_);
  return InsertLocked(container, std::move(stream));
}

std::vector<StreamLease> Journal::Find(const std::string& container_id) {
  ContainerHold hold(*this, container_id);
  LoadContainer(container_id, *hold);
  MutexLock lock(mu_);
  std::vector<StreamLease> leases;
  for (const auto& entry : (*hold).entries) {
    if (!entry->is_removed) leases.push_back(LeaseLocked(*entry));
  }
  return leases;
}

StreamLease Journal::Lease(const Stream& stream) {
  MutexLock lock(mu_);
  for (const auto& entry : containers_.at(stream.facts().container_id)->entries) {
    if (entry->stream.get() == &stream) return LeaseLocked(*entry);
  }
  CHECK(false);
  return {};
}

StreamLease Journal::FindFifo(const std::string& fifo) {
  MutexLock lock(mu_);
  for (const auto& [id, container] : containers_) {
    for (const auto& entry : container->entries) {
      if (!entry->is_removed && entry->stream->facts().fifo == fifo && !entry->stream->ended()) {
        return LeaseLocked(*entry);
      }
    }
  }
  return {};
}

std::vector<StreamLease> Journal::Streams() {
  MutexLock lock(mu_);
  std::vector<StreamLease> leases;
  for (const auto& [id, container] : containers_) {
    for (const auto& entry : container->entries) {
      if (!entry->is_removed) leases.push_back(LeaseLocked(*entry));
    }
  }
  return leases;
}

void Journal::MarkRemoved(const Stream& stream) {
  MutexLock lock(mu_);
  auto found = containers_.find(stream.facts().container_id);
  CHECK(found != containers_.end());
  for (const auto& entry : found->second->entries) {
    if (entry->stream.get() == &stream) entry->is_removed = true;
  }
}

}  // namespace tailrace
