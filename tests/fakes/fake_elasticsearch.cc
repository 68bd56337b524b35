#include "tests/fakes/fake_elasticsearch.h"

#include "base/check.h"
#include "base/json.h"

namespace tailrace {

namespace {

using Reply = ScriptedTransport::Reply;

Reply Answer(int status, std::string body) {
  return {HttpResponse{.status = status, .headers = {}, .body = std::move(body)}};
}

Reply Broken(bool maybe_delivered, bool is_connect, std::string message) {
  return {HttpFailure{.maybe_delivered = maybe_delivered, .is_connect = is_connect, .message = std::move(message)}};
}

std::string ItemJson(int status) {
  std::string item = "{\"create\":{\"status\":" + std::to_string(status);
  if (status > 201) {
    item += R"(,"error":{"type":"fake_exception","reason":"status )" + std::to_string(status) + "\"}";
  }
  return item + "}}";
}

}  // namespace

std::vector<FakeElasticsearch::Document> FakeElasticsearch::Parse(const std::string& body) const {
  std::vector<Document> documents;
  size_t at = 0;
  while (at < body.size()) {
    const size_t action_end = body.find('\n', at);
    CHECK(action_end != std::string::npos);
    const size_t source_end = body.find('\n', action_end + 1);
    CHECK(source_end != std::string::npos);
    const Result<JsonDocument> action = JsonDocument::Parse(std::string_view(body).substr(at, action_end - at));
    CHECK(action.ok());
    const JsonView create = action->root().Member("create");
    Document document;
    document.index = create.Member("_index").AsString().value_or("");
    document.id = create.Member("_id").AsString().value_or("");
    document.source = body.substr(action_end + 1, source_end - action_end - 1);
    document.generation = generation_;
    documents.push_back(std::move(document));
    at = source_end + 1;
  }
  return documents;
}

std::vector<const FakeElasticsearch::Document*> FakeElasticsearch::Find(const std::string& id) const {
  std::vector<const Document*> found;
  const auto entry = by_id_.find(id);
  if (entry == by_id_.end()) return found;
  for (const size_t index : entry->second) found.push_back(&documents_[index]);
  return found;
}

int FakeElasticsearch::Create(const Document& document) {
  const int refusal = item_status ? item_status(document) : 0;
  if (refusal != 0) {
    ++counts_.refused_items;
    return refusal;
  }
  std::vector<size_t>& known = by_id_[document.id];
  for (const size_t index : known) {
    if (documents_[index].index != document.index || documents_[index].generation != generation_) continue;
    ++counts_.conflicts;
    return 409;
  }
  known.push_back(documents_.size());
  documents_.push_back(document);
  return 201;
}

Reply FakeElasticsearch::Handle(const ScriptedTransport::Request& request) {
  ++counts_.requests;
  const Fault fault = next_fault ? next_fault() : Fault::kNone;
  Reply reply;
  if (fault == Fault::kRefused) {
    reply = Broken(false, true, "connection refused");
  } else if (fault == Fault::kResetBefore) {
    reply = Broken(true, false, "connection reset");
  } else if (fault == Fault::kTooMany || fault == Fault::kUnavailable || fault == Fault::kUnauthorized) {
    ++counts_.refused;
    reply = Answer(fault == Fault::kTooMany ? 429 : fault == Fault::kUnavailable ? 503 : 401, "{}");
    if (!retry_after.empty()) std::get<HttpResponse>(reply.result).headers.emplace_back("Retry-After", retry_after);
  } else {
    const std::string body = inflate_(request.http.body);
    if (body.size() > body_bytes_max) {
      ++counts_.too_large;
      reply = Answer(413, "");
    } else {
      reply = Commit(Parse(body), fault);
    }
  }
  if (latency) reply.after = latency();
  return reply;
}

Reply FakeElasticsearch::Commit(const std::vector<Document>& documents, Fault fault) {
  for (const Document& document : documents) {
    if (!breaks_request || !breaks_request(document)) continue;
    ++counts_.bad;
    return Answer(400, "{\"error\":{\"type\":\"illegal_argument_exception\"}}");
  }
  if (fault != Fault::kNone) ++counts_.unknown;
  const size_t taken = fault == Fault::kHalfReset ? documents.size() / 2 : documents.size();
  std::string items;
  for (size_t i = 0; i < taken; ++i) {
    const int status = Create(documents[i]);
    if (fault == Fault::kLostItems && i + 1 == taken) break;
    items += (items.empty() ? "" : ",") + ItemJson(status);
  }
  const std::string answer = "{\"errors\":true,\"items\":[" + items + "]}";
  if (fault == Fault::kCommitReset || fault == Fault::kHalfReset) return Broken(true, false, "connection reset");
  if (fault == Fault::kCommitCut) return Answer(200, answer.substr(0, answer.size() / 2));
  if (fault == Fault::kCommitGarbage) return Answer(200, "<html>welcome</html>");
  return Answer(200, answer);
}

}  // namespace tailrace
