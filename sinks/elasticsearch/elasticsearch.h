// Elasticsearch: the kind of destination "es": Elasticsearch from 7 on, OpenSearch, and what speaks their _bulk. Its
// options, and how they become a connection and a sink. Pure but for the files that options name; any thread.
#pragma once

#include "sinks/sink.h"

namespace tailrace {

SinkKind ElasticsearchKind();

}  // namespace tailrace
