// Webhook: the kind of destination "http": anything that takes a POST. Its options, and how they become a connection
// and a sink. Pure but for the files that options name; any thread.
#pragma once

#include "sinks/sink.h"

namespace tailrace {

SinkKind WebhookKind();

}  // namespace tailrace
