#include "tests/fakes/bulk_server.h"

#include <httplib.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <thread>

#include "base/check.h"

namespace tailrace {

BulkServer::BulkServer(const Options& options) : options_(options) {
  void* memory = ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  CHECK(memory != MAP_FAILED);
  shared_ = static_cast<Shared*>(memory);
  Restart();
}

BulkServer::~BulkServer() {
  if (pid_ > 0) Stop();
  ::munmap(shared_, sizeof(Shared));
}

void BulkServer::Stop() {
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

void BulkServer::Restart() {
  CHECK_EQ(pid_, -1);
  pid_ = ::fork();
  CHECK_GE(pid_, 0);
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    Serve(*shared_, options_);
    ::_exit(0);
  }
  while (shared_->port == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

std::string BulkServer::url() const { return "http://127.0.0.1:" + std::to_string(shared_->port.load()); }

// False: the id was there.
bool BulkServer::Create(Shared& shared, std::string_view id) {
  const uint64_t hash = std::hash<std::string_view>()(id) | 1;
  constexpr size_t kSlots = 2 * kIdsMax;
  for (size_t i = 0; i < kSlots; ++i) {
    std::atomic<uint64_t>& slot = shared.ids[(hash / 2 + i) % kSlots];
    uint64_t present = 0;
    if (slot.compare_exchange_strong(present, hash)) return true;
    if (present == hash) return false;
  }
  CHECK(false);
  return false;
}

// What servers write for each document, as far as the plugin asks for it.
std::string BulkServer::AnswerTo(Shared& shared, const Options& options, std::string_view body) {
  constexpr std::string_view kIdKey = R"("_id":")";
  std::string items;
  bool has_errors = false;
  while (!body.empty()) {
    const std::string_view action = body.substr(0, body.find('\n'));
    body.remove_prefix(std::min(body.size(), action.size() + 1));
    body.remove_prefix(std::min(body.size(), body.find('\n') + 1));
    const size_t at = action.find(kIdKey);
    std::string_view id;
    if (at != action.npos) id = action.substr(at + kIdKey.size());
    id = id.substr(0, id.find('"'));
    const char* outcome = R"({"create":{"status":201}},)";
    if (shared.items++ % 100 < static_cast<uint64_t>(options.refused_percent)) {
      ++shared.refused;
      outcome = R"({"create":{"status":429,"error":{"type":"es_rejected_execution_exception","reason":"queue"}}},)";
      has_errors = true;
    } else if (!id.empty() && !Create(shared, id)) {
      ++shared.duplicates;
      outcome = R"({"create":{"status":409,"error":{"type":"version_conflict_engine_exception","reason":"there"}}},)";
      has_errors = true;
    } else {
      ++shared.documents;
    }
    items += outcome;
  }
  if (!items.empty()) items.pop_back();
  return std::string(R"({"errors":)") + (has_errors ? "true" : "false") + R"(,"items":[)" + items + "]}";
}

void BulkServer::Serve(Shared& shared, const Options& options) {
  constexpr size_t kConnectionsMax = 512;
  httplib::Server server;
  server.new_task_queue = [] { return new httplib::ThreadPool(kConnectionsMax); };  // A thread each.
  server.set_keep_alive_max_count(1u << 30);
  server.set_tcp_nodelay(true);  // As real ones do; else each answer waits 40 ms for an acknowledgement.
  server.set_payload_max_length(1u << 30);
  server.Post(R"(.*/_bulk)", [&](const httplib::Request& request, httplib::Response& response) {
    std::string answer = AnswerTo(shared, options, request.body);
    const uint64_t number = shared.requests++;
    if (number % 100 >= static_cast<uint64_t>(options.lost_percent)) {
      response.set_content(answer, "application/json");
      return;
    }
    ++shared.lost_answers;
    // Cut off in the middle of the body.
    response.set_content_provider(answer.size(), "application/json", [answer](size_t, size_t, httplib::DataSink& sink) {
      sink.write(answer.data(), answer.size() / 2);
      return false;
    });
  });
  if (shared.port == 0) {
    shared.port = server.bind_to_any_port("127.0.0.1");
  } else {
    CHECK(server.bind_to_port("127.0.0.1", shared.port));
  }
  CHECK(server.listen_after_bind());
}

}  // namespace tailrace
