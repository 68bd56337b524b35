#include "base/thread.h"

#include <pthread.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <system_error>
#include <utility>

#include "base/check.h"

namespace tailrace {

namespace {

constexpr size_t kNameBytesMax = 15;

[[noreturn]] void Die(const std::string& name, const char* why) {
  std::fprintf(stderr, "level=error event=exception-escaped thread=%s why=\"%s\"\n", name.c_str(), why);
  std::abort();
}

void RunBody(const std::string& name, const std::function<void()>& body) {
  pthread_setname_np(pthread_self(), name.c_str());
  try {
    body();
  } catch (const std::exception& exception) {
    Die(name, exception.what());
  } catch (...) {
    Die(name, "not a std::exception");
  }
}

}  // namespace

Thread::~Thread() { Join(); }

void Thread::Start(const std::string& name, std::function<void()> body) {
  Status status = TryStart(name, std::move(body));
  if (!status.ok()) Die(name, status.message().c_str());
}

Status Thread::TryStart(const std::string& name, std::function<void()> body) {
  CHECK(!thread_.joinable());
  std::string short_name = name.substr(0, kNameBytesMax);
  try {
    thread_ = std::thread([short_name, body = std::move(body)] { RunBody(short_name, body); });
  } catch (const std::system_error& error) {
    return {StatusCode::kBusy, "start thread " + name + ": " + error.what()};
  }
  return Status::Ok();
}

void Thread::Join() {
  if (thread_.joinable()) thread_.join();
}

}  // namespace tailrace
