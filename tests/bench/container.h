// The container that benches write documents of: a service of a Compose project, with its labels, as many are.
#pragma once

#include "sinks/sink.h"

namespace tailrace {

inline StreamDescription BenchContainer() {
  StreamDescription stream;
  stream.stream_id = 0x0123456789abcdef;
  stream.container_id = std::string(64, 'c');
  stream.container_name = "shop_web_1";
  stream.image_name = "registry.example:5000/shop/web:1.25.3";
  stream.host_name = "host-a.example";
  stream.tag = "0123456789ab";
  stream.labels = {{"com.docker.compose.project", "shop"}, {"com.docker.compose.service", "web"}};
  stream.options = {{"es-index", "logs-docker-default"}};
  return stream;
}

}  // namespace tailrace
