// A dead letter as a document that can be posted again. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "delivery/dead_letter.h"

namespace tailrace {

enum class ExportFormat {
  kNdjson,  // one document a line, as any receiver of JSON lines takes it
  kBulk,    // an action and a document, two lines: what Elasticsearch and OpenSearch take at /_bulk
};

// With its newline. Nothing when the letter cannot be put so: text that is no JSON has no bulk form.
// In bulk form each document has the id that it had, so that what is there already is refused by itself (409).
std::optional<std::string> ExportedLetter(const DeadLetter& letter, ExportFormat format);

}  // namespace tailrace
