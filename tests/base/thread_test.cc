#include "base/thread.h"

#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/resource.h>

#include <atomic>
#include <stdexcept>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define UNDER_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define UNDER_SANITIZER 1
#endif
#endif

namespace tailrace {
namespace {

std::string NameOfThisThread() {
  char name[16] = {};
  pthread_getname_np(pthread_self(), name, sizeof(name));
  return name;
}

TEST(Thread, RunsItsBodyAndJoins) {
  std::atomic<bool> has_run = false;
  Thread thread;
  thread.Start("worker", [&] { has_run = true; });
  thread.Join();
  EXPECT_TRUE(has_run);
  EXPECT_FALSE(thread.joinable());
}

TEST(Thread, IsJoinedByItsDestructor) {
  std::atomic<bool> has_run = false;
  {
    Thread thread;
    thread.Start("worker", [&] { has_run = true; });
  }
  EXPECT_TRUE(has_run);
}

TEST(Thread, JoinsAtOnceWhenNeverStarted) {
  Thread thread;
  thread.Join();
  EXPECT_FALSE(thread.joinable());
}

TEST(Thread, BearsItsNameCutAtTheKernelsLimit) {
  std::string name;
  Thread thread;
  thread.Start("delivery-with-a-long-name", [&] { name = NameOfThisThread(); });
  thread.Join();
  EXPECT_EQ(name, "delivery-with-a");
}

TEST(Thread, CanBeStartedAgain) {
  int runs = 0;
  Thread thread;
  for (int i = 0; i < 2; ++i) {
    thread.Start("worker", [&] { ++runs; });
    thread.Join();
  }
  EXPECT_EQ(runs, 2);
}

TEST(Thread, TryStartRunsTheBody) {
  bool has_run = false;
  Thread thread;
  ASSERT_TRUE(thread.TryStart("worker", [&] { has_run = true; }).ok());
  thread.Join();
  EXPECT_TRUE(has_run);
}

// In a child, because a limit on address space is for the whole process. Sanitizers live on huge address spaces.
#if !defined(UNDER_SANITIZER)
TEST(ThreadDeathTest, TryStartIsBusyWhenTheKernelRefuses) {
  auto refused = [] {
    rlimit limit{1, 1};
    setrlimit(RLIMIT_AS, &limit);
    Thread thread;
    Status status = thread.TryStart("worker", [] {});
    _exit(status.code() == StatusCode::kBusy ? 0 : 1);
  };
  EXPECT_EXIT(refused(), testing::ExitedWithCode(0), "");
}
#endif

TEST(ThreadDeathTest, AnEscapedExceptionEndsTheProcessWithItsText) {
  auto escape = [] {
    Thread thread;
    thread.Start("worker", [] { throw std::runtime_error("the library said so"); });
    thread.Join();
  };
  EXPECT_DEATH(escape(), "exception-escaped thread=worker why=\"the library said so\"");
}

TEST(ThreadDeathTest, StartingTwiceIsOurBug) {
  auto twice = [] {
    Thread thread;
    thread.Start("worker", [] {});
    thread.Start("worker", [] {});
  };
  EXPECT_DEATH(twice(), "check failed");
}

}  // namespace
}  // namespace tailrace
