#include "tool/docker_places.h"

#include <gtest/gtest.h>

#include "tests/fakes/fake_clock.h"
#include "tests/fakes/mem_disk.h"

namespace tailrace {
namespace {

using Paths = std::vector<std::string>;
using namespace std::string_literals;

DockerRoots RootsOf(const std::string& cmdline) {
  FakeClock clock;
  MemDisk disk(clock);
  DockerRoots roots;
  AddRootsOf(disk, cmdline, roots);
  return roots;
}

TEST(DockerPlaces, RootsAreReadFromADaemonsWords) {
  EXPECT_EQ(RootsOf("/usr/bin/dockerd\0--exec-root\0/e\0--data-root=/d/\0"s).exec, Paths{"/e"});
  EXPECT_EQ(RootsOf("/usr/bin/dockerd\0--exec-root\0/e\0--data-root=/d/\0"s).data, Paths{"/d"});
  EXPECT_EQ(RootsOf("dockerd\0-g\0/d\0--exec-root=\0"s).data, Paths{"/d"});
  EXPECT_TRUE(RootsOf("dockerd\0--exec-root=\0--exec-rooted=/x\0--exec-root\0"s).exec.empty());
  EXPECT_TRUE(RootsOf("dockerd\0--exec-root=relative\0"s).exec.empty());
  EXPECT_TRUE(RootsOf("/bin/sh\0--exec-root=/e\0"s).exec.empty());
  EXPECT_TRUE(RootsOf("").exec.empty());
  EXPECT_TRUE(RootsOf("dockerd").exec.empty());
}

class DockerPlacesTest : public testing::Test {
 protected:
  void Put(const std::string& path, const std::string& text = "x") {
    disk_.MakeDirs(path.substr(0, path.rfind('/')));
    disk_.SetContents(path, text);
  }
  FakeClock clock_;
  MemDisk disk_{clock_};
};

TEST_F(DockerPlacesTest, EveryDaemonThatRunsIsFound) {
  Put("/proc/1/cmdline", "/sbin/init\0"s);
  Put("/proc/77/cmdline", "/usr/sbin/dockerd\0--exec-root=/e\0"s);
  Put("/proc/78/cmdline", "dockerd\0--exec-root=/run/docker\0--data-root\0/d\0"s);
  Put("/proc/self/cmdline", "dockerd\0--exec-root=/no\0"s);
  Put("/etc/docker/daemon.json", R"({"data-root":"/srv/docker","exec-root":7})");
  const DockerRoots roots = FindDockerRoots(disk_);
  EXPECT_EQ(roots.exec, (Paths{"/run/docker", "/e"}));
  EXPECT_EQ(roots.data, (Paths{"/var/lib/docker", "/srv/docker", "/d"}));
}

TEST_F(DockerPlacesTest, AConfigFileThatADaemonNamesIsRead) {
  Put("/srv/a.json", R"({"data-root":"/srv/a","exec-root":"/srv/a-run"})");
  Put("/srv/b.json", R"({"data-root":"/srv/b/"})");
  Put("/proc/77/cmdline", "/usr/sbin/dockerd\0--config-file=/srv/a.json\0"s);
  Put("/proc/78/cmdline", "dockerd\0--config-file\0/srv/b.json\0--exec-root=/e\0"s);
  Put("/proc/79/cmdline", "dockerd\0--config-file=/srv/none.json\0"s);
  Put("/proc/80/cmdline", "dockerd\0--config-file=srv/a.json\0--config-file\0"s);
  Put("/proc/81/cmdline", "editor\0--config-file=/srv/c.json\0"s);
  Put("/srv/c.json", R"({"data-root":"/srv/c"})");
  const DockerRoots roots = FindDockerRoots(disk_);
  EXPECT_EQ(roots.exec, (Paths{"/run/docker", "/srv/a-run", "/e"}));
  EXPECT_EQ(roots.data, (Paths{"/var/lib/docker", "/srv/a", "/srv/b"}));
}

TEST_F(DockerPlacesTest, WithoutAnythingTheUsualPlacesAreLeft) {
  Put("/etc/docker/daemon.json", "not json");
  const DockerRoots roots = FindDockerRoots(disk_);
  EXPECT_EQ(roots.exec, Paths{"/run/docker"});
  EXPECT_EQ(roots.data, Paths{"/var/lib/docker"});
  EXPECT_TRUE(FindPluginSockets(disk_, roots).empty());
  EXPECT_TRUE(FindPluginSpools(disk_, roots).empty());
}

TEST_F(DockerPlacesTest, SocketsAndSpoolsOfManagedPlugins) {
  const DockerRoots roots{.exec = {"/run/docker", "/e"}, .data = {"/d"}};
  Put("/run/docker/plugins/abc/tailrace.sock");
  Put("/run/docker/plugins/abc/other.sock");
  Put("/run/docker/plugins/abd/loki.sock");
  Put("/run/docker/plugins/tailrace.sock");
  Put("/e/plugins/f00/tailrace.sock");
  EXPECT_EQ(FindPluginSockets(disk_, roots),
            (Paths{"/run/docker/plugins/tailrace.sock", "/run/docker/plugins/abc/tailrace.sock",
                   "/e/plugins/f00/tailrace.sock"}));
  Put("/d/plugins/abc/propagated-mount/spool/lock");
  Put("/d/plugins/abd/propagated-mount/x");
  Put("/d/plugins/abe/propagated-mount/spool/not-ours");
  EXPECT_EQ(FindPluginSpools(disk_, roots), Paths{"/d/plugins/abc/propagated-mount/spool"});
}

}  // namespace
}  // namespace tailrace
