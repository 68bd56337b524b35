// DockerPlaces: where Docker Engines of this machine keep plugins: their sockets and their spools. Looks only; root sees
// more than others.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/disk.h"

namespace tailrace {

struct DockerRoots {
  std::vector<std::string> exec;  // "/run/docker": sockets
  std::vector<std::string> data;  // "/var/lib/docker": spools
};

inline constexpr std::string_view kUsualSocket = "/run/docker/plugins/tailrace.sock";

// The usual ones, and those of every dockerd that runs with others.
DockerRoots FindDockerRoots(Disk& disk);

// What a dockerd was started with: its words, each with a 0 byte behind it (/proc/<pid>/cmdline), and the file that its
// --config-file names.
void AddRootsOf(Disk& disk, std::string_view cmdline, DockerRoots& roots);

// Sockets of managed plugins, whoever listens or not: <exec>/plugins/<id>/tailrace.sock, and <exec>/plugins/tailrace.sock.
std::vector<std::string> FindPluginSockets(Disk& disk, const DockerRoots& roots);

// Spools of managed plugins, running or not: <data>/plugins/<id>/propagated-mount/spool.
std::vector<std::string> FindPluginSpools(Disk& disk, const DockerRoots& roots);

}  // namespace tailrace
