// FakeElasticsearch: the part of a server that delivery sees: `_bulk` with `create`, a version conflict per (backing
// index, id), rollover, refusals per item and per request, and answers that break after the documents are in. Remembers
// every document. Owned by the test; one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tests/fakes/scripted_transport.h"

namespace tailrace {

class FakeElasticsearch {
 public:
  // What goes wrong with a request as a whole.
  enum class Fault {
    kNone,
    kRefused,        // nobody listens; nothing was sent
    kResetBefore,    // the connection breaks within the body; nothing is in
    kCommitReset,    // everything is in, the answer never comes
    kCommitCut,      // everything is in, the answer is cut short
    kCommitGarbage,  // everything is in, the answer is a proxy's page
    kHalfReset,      // half of the documents are in, the answer never comes
    kTooMany,        // 429
    kUnavailable,    // 503
    kUnauthorized,   // 401
    kLostItems,      // everything is in; the answer has one item less
  };
  struct Document {
    std::string index;
    std::string id;
    std::string source;
    uint64_t generation = 0;   // of the backing index
  };

  // Undoes the compressor of the test.
  explicit FakeElasticsearch(std::function<std::string(std::string_view)> inflate) : inflate_(std::move(inflate)) {}

  ScriptedTransport::Reply Handle(const ScriptedTransport::Request& request);

  // Asked for each request; absent: none.
  std::function<Fault()> next_fault;
  // Status of an item that is not taken, 0: taken; asked before anything else. 400, 403, 404, 429, 500, 503.
  std::function<int(const Document&)> item_status;
  // True: the whole request is answered by 400 when it holds such a document.
  std::function<bool(const Document&)> breaks_request;
  std::function<Nanos()> latency;
  size_t body_bytes_max = SIZE_MAX;  // plain; beyond it 413
  std::string retry_after;           // header of 429 and 503

  // Documents with the same ids as before are taken again.
  void Rollover() { ++generation_; }

  const std::vector<Document>& documents() const { return documents_; }
  // The documents of that id, over all indices and generations.
  std::vector<const Document*> Find(const std::string& id) const;

  struct Counts {
    uint64_t requests = 0;
    uint64_t conflicts = 0;   // items answered 409
    uint64_t unknown = 0;     // requests whose documents are in, and whose sender cannot know
    uint64_t too_large = 0;
    uint64_t bad = 0;         // whole requests answered by 400
    uint64_t refused_items = 0;
    uint64_t refused = 0;     // 429, 503, 401
  };
  const Counts& counts() const { return counts_; }

 private:
  std::vector<Document> Parse(const std::string& body) const;
  int Create(const Document& document);
  ScriptedTransport::Reply Commit(const std::vector<Document>& documents, Fault fault);

  const std::function<std::string(std::string_view)> inflate_;
  std::vector<Document> documents_;
  std::map<std::string, std::vector<size_t>> by_id_;
  uint64_t generation_ = 0;
  Counts counts_;
};

}  // namespace tailrace
