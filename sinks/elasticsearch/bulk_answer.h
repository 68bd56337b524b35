// BulkAnswer: the body of an answer to a _bulk request, read item by item. Pure; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace tailrace {

struct BulkItem {
  int status = 0;             // 0: missing, or no status of HTTP
  std::string error_type;     // cut; empty without an error
  std::string error_reason;   // cut; may quote the document
  std::string failure_store;  // "used": the document went there
};

inline constexpr size_t kErrorTypeBytesMax = 128;
inline constexpr size_t kErrorReasonBytesMax = 2048;

// Whether the body says, to the letter that servers write, that each of `records` documents was created, and no more
// and no fewer. False says nothing.
bool IsAllCreated(std::string_view body, size_t records);

// Exactly `records` items, in the order of the request; kInvalid when it is not a whole bulk answer, or not of so many.
Result<std::vector<BulkItem>> ParseBulkAnswer(std::string_view body, size_t records);

// An error for the request as a whole.
struct ServerError {
  bool is_known = false;  // the body is an error as Elasticsearch and OpenSearch write it
  std::string type;
  std::string reason;
};
ServerError ParseServerError(std::string_view body);

}  // namespace tailrace
