#include "sinks/registry.h"

#include <array>

#include "sinks/elasticsearch/elasticsearch.h"
#include "sinks/webhook/webhook.h"

namespace tailrace {

std::span<const SinkKind> SinkKinds() {
  static const std::array kKinds{ElasticsearchKind(), WebhookKind()};
  return kKinds;
}

std::vector<OptionRow> SinkOptionRows() {
  std::vector<OptionRow> rows;
  for (const SinkKind& kind : SinkKinds()) rows.insert(rows.end(), kind.options.begin(), kind.options.end());
  return rows;
}

}  // namespace tailrace
