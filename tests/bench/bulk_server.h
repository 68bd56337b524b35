// BulkServer: a child process that answers _bulk requests, below any path, as if everything had been created, counts the documents, and
// forgets them; so that what delivery costs is not hidden by what a server costs. Owned by the bench.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <string>

namespace tailrace {

class BulkServer {
 public:
  BulkServer();
  ~BulkServer();  // Kills it.
  BulkServer(const BulkServer&) = delete;
  BulkServer& operator=(const BulkServer&) = delete;

  std::string url() const;
  uint64_t documents() const { return counts_->documents.load(); }
  uint64_t requests() const { return counts_->requests.load(); }
  uint64_t body_bytes() const { return counts_->body_bytes.load(); }  // as they came, before inflating

 private:
  struct Counts {  // shared with the child
    std::atomic<uint64_t> documents{0};
    std::atomic<uint64_t> requests{0};
    std::atomic<uint64_t> body_bytes{0};
    std::atomic<int> port{0};
  };
  static void Serve(Counts& counts);

  Counts* counts_ = nullptr;
  pid_t pid_ = -1;
};

}  // namespace tailrace
