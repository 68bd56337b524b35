#include "base/mutex.h"

#include <gtest/gtest.h>

#include <thread>

namespace tailrace {
namespace {

struct Mailbox {
  Mutex mu;
  CondVar changed;
  bool is_full GUARDED_BY(mu) = false;
};

TEST(CondVar, ANotificationEndsAWait) {
  Mailbox box;
  std::thread sender([&] {
    MutexLock lock(box.mu);
    box.is_full = true;
    box.changed.NotifyAll();
  });
  {
    MutexLock lock(box.mu);
    while (!box.is_full) box.changed.WaitFor(box.mu, std::chrono::seconds(10));
    EXPECT_TRUE(box.is_full);
  }
  sender.join();
}

TEST(CondVar, ATimeoutThatIsOverReturnsAtOnce) {
  Mailbox box;
  MutexLock lock(box.mu);
  EXPECT_FALSE(box.changed.WaitFor(box.mu, Nanos(0)));
  EXPECT_FALSE(box.changed.WaitFor(box.mu, Nanos(-5)));
  EXPECT_FALSE(box.changed.WaitFor(box.mu, Nanos::min()));
}

TEST(CondVar, TheMutexIsHeldAgainAfterAWait) {
  Mailbox box;
  int turns = 0;
  auto take_turns = [&] {
    for (int i = 0; i < 1000; ++i) {
      MutexLock lock(box.mu);
      box.changed.WaitFor(box.mu, Nanos(1));
      ++turns;
    }
  };
  std::thread other(take_turns);
  take_turns();
  other.join();
  EXPECT_EQ(turns, 2000);
}

}  // namespace
}  // namespace tailrace
