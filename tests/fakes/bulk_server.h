// BulkServer: a child process that answers _bulk requests, below any path, as a server does that has room for everything:
// creates each document once, says 409 to an id it has, 429 to as many as it is told to refuse. It keeps no document, only
// what its id hashes to, so that millions cost little; what it knows outlives Stop and Restart. Owned by the test or bench.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tailrace {

class BulkServer {
 public:
  // Documents beyond what the table of ids holds are a mistake of the test: CHECKed in the child.
  static constexpr size_t kIdsMax = 1 << 23;

  struct Options {
    int refused_percent = 0;   // of the items: 429, and not created
    int lost_percent = 0;      // of the requests: everything is created, and the connection closed without an answer
  };
  BulkServer() : BulkServer(Options()) {}
  explicit BulkServer(const Options& options);
  ~BulkServer();  // Kills it.
  BulkServer(const BulkServer&) = delete;
  BulkServer& operator=(const BulkServer&) = delete;

  // SIGKILL: nobody listens any more. Restart: on the same port, with all it knew.
  void Stop();
  void Restart();

  std::string url() const;
  uint64_t documents() const { return shared_->documents.load(); }    // created
  uint64_t duplicates() const { return shared_->duplicates.load(); }  // refused, since they were there
  uint64_t refused() const { return shared_->refused.load(); }
  uint64_t lost_answers() const { return shared_->lost_answers.load(); }
  uint64_t requests() const { return shared_->requests.load(); }

 private:
  struct Shared {  // with the child; zeroed memory
    std::atomic<uint64_t> documents;
    std::atomic<uint64_t> duplicates;
    std::atomic<uint64_t> refused;
    std::atomic<uint64_t> lost_answers;
    std::atomic<uint64_t> requests;
    std::atomic<uint64_t> items;
    std::atomic<int> port;
    std::atomic<uint64_t> ids[2 * kIdsMax];  // hashes; 0: free
  };
  static bool Create(Shared& shared, std::string_view id);
  static std::string AnswerTo(Shared& shared, const Options& options, std::string_view body);
  static void Serve(Shared& shared, const Options& options);

  const Options options_;
  Shared* shared_ = nullptr;
  pid_t pid_ = -1;
};

}  // namespace tailrace
