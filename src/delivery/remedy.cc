#include "delivery/remedy.h"

#include <algorithm>
#include <array>

namespace tailrace {

namespace {

constexpr std::string_view kPasses = "nothing, if it passes: it is tried again by itself; else ";

std::string CheckUrl(std::string_view kind, std::string_view what) {
  const std::string prefix(kind);
  return "check " + prefix + "-url: " + std::string(what);
}

std::string RemedyForRefusal(std::string_view kind, int status) {
  const std::string prefix(kind);
  switch (status) {
    case 401:
    case 403:
      return "give it working credentials (" + prefix + "-user, " + prefix +
             "-password and the like), or more rights; files that hold them are read again each 30 s";
    case 407: return "give the proxy its credentials, or leave it out";
    case 429:
    case 503: return std::string(kPasses) + "give the server more room, or send it less";
    case 501:
    case 505: return CheckUrl(kind, "this server does not speak what is needed");
    default: break;
  }
  if (status >= 300 && status < 400) return CheckUrl(kind, "write the address that it is redirected to");
  return CheckUrl(kind, "scheme, host, port and path");
}

}  // namespace

std::string RemedyForFailure(std::string_view kind, const HttpFailure& failure) {
  if (failure.is_answer_too_large) return CheckUrl(kind, "something else seems to answer there");
  if (failure.is_connect) {
    return std::string(kPasses) + "see that the server runs and that this host reaches it: " + std::string(kind) +
           "-url, DNS, firewall, certificates";
  }
  return std::string(kPasses) + "look at the server's load, and at what stands between: a proxy's timeouts";
}

std::string RemedyForAnswer(std::string_view kind, Advice advice, int status) {
  switch (advice) {
    case Advice::kOk: return {};
    case Advice::kSplit: return "nothing: it is sent in smaller requests";
    case Advice::kSlow: return std::string(kPasses) + "give the server more room, or send it less";
    case Advice::kHold: return RemedyForRefusal(kind, status);
    case Advice::kUnknown: return CheckUrl(kind, "something else seems to answer there, perhaps a proxy");
  }
  return {};
}

std::string RemedyForHold(std::string_view why) {
  struct Row {
    std::string_view part;
    std::string_view remedy;
  };
  static constexpr std::array<Row, 6> kRows{
      {{"index_not_found", "create the index or the alias, or let the server create it"},
       {"cluster_block", "the index is read-only, perhaps for want of disk: make room, and lift the block"},
       {"unavailable_shards", "see why the index has no shard that can be written to: the cluster's health tells"},
       {"security", "give the user the right to create documents in this index"},
       {"authorization", "give the user the right to create documents in this index"},
       {"dead-letters-limit", "empty the dead letters, raise dead-letters-limit, or set dead-letters-full=drop"}}};
  const auto row = std::find_if(kRows.begin(), kRows.end(),
                                [&](const Row& r) { return why.find(r.part) != std::string_view::npos; });
  return std::string(row == kRows.end() ? "mend it at the destination" : row->remedy);
}

}  // namespace tailrace
