#include "tests/fakes/scripted_transport.h"

#include <algorithm>

namespace tailrace {

uint64_t ScriptedTransport::Start(const ConnectionSettings& settings, size_t url, HttpRequest request,
                                  size_t response_bytes_max) {
  const Request sent{next_++, settings, url, std::move(request), clock_.Now()};
  Reply reply = server_(sent);
  if (const auto* response = std::get_if<HttpResponse>(&reply.result)) {
    if (response->body.size() > response_bytes_max) {
      reply.result = HttpFailure{.maybe_delivered = true, .is_connect = false, .message = "the answer is too large"};
    }
  }
  pending_[sent.number] = {std::move(reply), {}};
  pending_[sent.number].due = clock_.Now() + pending_[sent.number].reply.after;
  in_flight_max_ = std::max(in_flight_max_, pending_.size());
  if (keeps_requests) requests_.push_back(sent);
  return sent.number;
}

std::vector<HttpCompletion> ScriptedTransport::Poll(MonoTime deadline) {
  MonoTime first = kNever;
  for (const auto& [number, pending] : pending_) first = std::min(first, pending.due);
  const bool is_woken = is_woken_.exchange(false);
  const MonoTime until = std::min(first, deadline);
  if (first > clock_.Now() && !is_woken && until != kNever) clock_.AdvanceTo(until);
  std::vector<HttpCompletion> completions;
  for (auto it = pending_.begin(); it != pending_.end();) {
    if (it->second.due > clock_.Now()) {
      ++it;
      continue;
    }
    completions.push_back({it->first, std::move(it->second.reply.result)});
    it = pending_.erase(it);
  }
  return completions;
}

}  // namespace tailrace
