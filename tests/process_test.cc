#include "process.h"

#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <csignal>

namespace tailrace {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// What is set for the whole process is looked at in another process.
template <typename Body>
int InChild(Body body) {
  pid_t child = fork();
  if (child == 0) {
    PrepareProcess();
    _exit(body() ? 0 : 1);
  }
  int status = -1;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

// Trap 9
TEST(Process, SigtermAndSigintAreWaitedFor) {
  for (int signal : {SIGTERM, SIGINT}) {
    EXPECT_EQ(InChild([signal] {
                StopSignal stop;
                bool early = stop.Wait(milliseconds(1));
                kill(getpid(), signal);
                return !early && stop.Wait(seconds(10)) && stop.Wait(milliseconds(0));
              }),
              0);
  }
}

// Trap 3
TEST(Process, VanishedReaderIsAnErrorAndNoSignal) {
  EXPECT_EQ(InChild([] {
              int fds[2];
              if (pipe(fds) != 0) return false;
              close(fds[0]);
              return write(fds[1], "x", 1) == -1 && errno == EPIPE;
            }),
            0);
}

TEST(Process, ChildrenAreReapedByTheKernel) {
  EXPECT_EQ(InChild([] {
              pid_t child = fork();
              if (child == 0) _exit(0);
              return waitpid(child, nullptr, 0) == -1 && errno == ECHILD;
            }),
            0);
}

TEST(Process, OpensAsManyFilesAsItMayAndStacksAreSmall) {
  EXPECT_EQ(InChild([] {
              rlimit limit{};
              getrlimit(RLIMIT_NOFILE, &limit);
              pthread_attr_t attributes;
              size_t stack = 0;
              pthread_getattr_default_np(&attributes);
              pthread_attr_getstacksize(&attributes, &stack);
              return limit.rlim_cur == limit.rlim_max && stack <= 2u * 1024 * 1024;
            }),
            0);
}

}  // namespace
}  // namespace tailrace
