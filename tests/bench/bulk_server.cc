#include "tests/bench/bulk_server.h"

#include <httplib.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <new>
#include <thread>

#include "base/check.h"

namespace tailrace {

BulkServer::BulkServer() {
  void* shared = ::mmap(nullptr, sizeof(Counts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  CHECK(shared != MAP_FAILED);
  counts_ = new (shared) Counts;
  pid_ = ::fork();
  CHECK_GE(pid_, 0);
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    Serve(*counts_);
    ::_exit(0);
  }
  while (counts_->port == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

BulkServer::~BulkServer() {
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  ::munmap(counts_, sizeof(Counts));
}

std::string BulkServer::url() const { return "http://127.0.0.1:" + std::to_string(counts_->port.load()); }

// What servers write for each document, as far as the plugin asks for it.
void BulkServer::Serve(Counts& counts) {
  constexpr size_t kConnectionsMax = 512;
  constexpr std::string_view kItem = R"({"create":{"status":201}})";
  httplib::Server server;
  server.new_task_queue = [] { return new httplib::ThreadPool(kConnectionsMax); };  // A thread each.
  server.set_keep_alive_max_count(1u << 30);
  server.set_payload_max_length(1u << 30);
  server.Post(R"(.*/_bulk)", [&](const httplib::Request& request, httplib::Response& response) {
    const auto lines = static_cast<uint64_t>(std::count(request.body.begin(), request.body.end(), '\n'));
    std::string answer = R"({"errors":false,"items":[)";
    for (uint64_t i = 0; i < lines / 2; ++i) {
      if (i > 0) answer += ',';
      answer += kItem;
    }
    counts.body_bytes += request.get_header_value<uint64_t>("Content-Length");
    ++counts.requests;
    counts.documents += lines / 2;
    response.set_content(answer + "]}", "application/json");
  });
  counts.port = server.bind_to_any_port("127.0.0.1");
  CHECK(server.listen_after_bind());
}

}  // namespace tailrace
