// BulkJudge: what an answer of Elasticsearch or OpenSearch means, for each document and for the destination. Pure; any
// thread. tests/sinks/elasticsearch/bodies holds answers of each kind.
#pragma once

#include "sinks/elasticsearch/bulk_answer.h"
#include "sinks/sink.h"

namespace tailrace {

Judgement JudgeBulk(const HttpResponse& response, size_t records);

// One item of a 200.
RecordOutcome JudgeBulkItem(BulkItem item);

}  // namespace tailrace
