// ContainerInfo, StartRequest, ReadRequest: what dockerd tells about a container and asks for, as values without JSON.
// Source: moby daemon/logger/loginfo.go. Lists and maps that were null or absent are empty.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sinks/spool/log_reader.h"

namespace tailrace {

struct ContainerInfo {
  std::map<std::string, std::string> config;  // log-opts, dockerd's own among them
  std::string id;
  std::string name;  // with the leading slash, as dockerd sends it
  std::string entrypoint;
  std::vector<std::string> args;
  std::string image_id;
  std::string image_name;
  std::string created;           // RFC 3339
  std::vector<std::string> env;  // "KEY=value"; holds secrets: never printed, never stored whole
  std::map<std::string, std::string> labels;
  std::string daemon_name;
};

struct StartRequest {
  std::string file;
  ContainerInfo info;
};

struct ReadRequest {
  ContainerInfo info;
  ReadOptions options;
};

}  // namespace tailrace
