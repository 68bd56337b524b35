#include "sinks/curl_transport.h"

#include <curl/curl.h>

#include <algorithm>

#include "base/check.h"
#include "sinks/http_url.h"

namespace tailrace {

namespace {

constexpr long kKeptConnectionsMax = 256;
constexpr Nanos kWaitMax = std::chrono::hours(1);

std::string OriginOf(const std::string& url) {
  const auto parsed = ParseHttpUrl(url);
  return parsed.ok() ? parsed->origin : std::string();
}

}  // namespace

CurlTransport::CurlTransport(Clock& clock, std::string ca_bundle, CurlLimits limits) : clock_(clock) {
  CHECK_EQ(curl_global_init(CURL_GLOBAL_DEFAULT), CURLE_OK);
  context_.limits = limits;
  context_.ca_bundle = std::move(ca_bundle);
  context_.user_agent = std::string("tailrace/") + TAILRACE_VERSION;
  CURLSH* share = curl_share_init();
  CHECK(share != nullptr);
  CHECK_EQ(curl_share_setopt(share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION), CURLSHE_OK);
  context_.share = share;
  multi_ = curl_multi_init();
  CHECK(multi_ != nullptr);
  CHECK_EQ(curl_multi_setopt(multi_, CURLMOPT_PIPELINING, CURLPIPE_NOTHING), CURLM_OK);
  CHECK_EQ(curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, kKeptConnectionsMax), CURLM_OK);
}

CurlTransport::~CurlTransport() {
  while (!running_.empty()) Cancel(running_.begin()->first);
  curl_multi_cleanup(multi_);
  context_.handles.Forget();
  curl_share_cleanup(static_cast<CURLSH*>(context_.share));
  curl_global_cleanup();
}

uint64_t CurlTransport::Start(const ConnectionSettings& settings, size_t url, HttpRequest request,
                              size_t response_bytes_max) {
  CHECK_LT(url, settings.urls.size());
  const uint64_t number = next_number_++;
  Running running;
  std::string whole = settings.urls[url] + request.path;
  running.request =
      std::make_unique<CurlRequest>(context_, settings, std::move(whole), std::move(request), response_bytes_max);
  Launch(number, std::move(running));
  return number;
}

void CurlTransport::Launch(uint64_t number, Running running) {
  CurlRequest& request = *running.request;
  request.SpreadAge(number, context_.limits.age_max);
  if (is_address_doubtful_) request.ForgetAddress();
  is_address_doubtful_ = false;
  numbers_[request.easy()] = number;
  CHECK_EQ(curl_multi_add_handle(multi_, request.easy()), CURLM_OK);
  running_[number] = std::move(running);
}

void CurlTransport::Cancel(uint64_t request) {
  auto found = running_.find(request);
  if (found == running_.end()) return;
  void* easy = found->second.request->easy();
  CHECK_EQ(curl_multi_remove_handle(multi_, easy), CURLM_OK);
  numbers_.erase(easy);
  running_.erase(found);
}

std::vector<HttpCompletion> CurlTransport::Poll(MonoTime deadline) {
  while (true) {
    int running = 0;
    CHECK_EQ(curl_multi_perform(multi_, &running), CURLM_OK);
    std::vector<HttpCompletion> completions = Collect();
    if (!completions.empty() || is_woken_.exchange(false)) return completions;
    const MonoTime now = clock_.Now();
    if (now >= deadline) return completions;
    Wait(deadline - now);
  }
}

void CurlTransport::Wait(Nanos time) {
  const auto millis = std::chrono::ceil<std::chrono::milliseconds>(std::min(time, kWaitMax)).count();
  CHECK_EQ(curl_multi_poll(multi_, nullptr, 0, static_cast<int>(millis), nullptr), CURLM_OK);
}

void CurlTransport::Wake() {
  is_woken_.store(true);
  CHECK_EQ(curl_multi_wakeup(multi_), CURLM_OK);
}

std::vector<HttpCompletion> CurlTransport::Collect() {
  std::vector<HttpCompletion> completions;
  // Messages are read before anything is begun anew: a handle that is removed takes its message with it.
  std::vector<std::pair<uint64_t, int>> over;
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg == CURLMSG_DONE) over.emplace_back(numbers_.at(message->easy_handle), message->data.result);
  }
  for (const auto& [number, code] : over) Settle(number, code, completions);
  return completions;
}

void CurlTransport::Settle(uint64_t number, int code, std::vector<HttpCompletion>& completions) {
  auto found = running_.find(number);
  CHECK(found != running_.end());
  Running running = std::move(found->second);
  CHECK_EQ(curl_multi_remove_handle(multi_, running.request->easy()), CURLM_OK);
  numbers_.erase(running.request->easy());
  running_.erase(found);
  if (code != CURLE_OK) context_.handles.Forget();
  RememberRoute(*running.request, code);
  if (!SendElsewhere(number, running, code)) completions.push_back({number, running.request->Finish(code)});
}

bool CurlTransport::SendElsewhere(uint64_t number, Running& running, int code) {
  CurlRequest& old = *running.request;
  std::string url = old.url();
  std::string route;
  if (code == CURLE_OK && !running.is_redirected) {
    const std::optional<std::string> target = old.Redirect();
    if (!target) return false;
    url = *target;
    running.is_redirected = true;
  } else if (code == CURLE_COULDNT_RESOLVE_HOST && !running.is_rerouted) {
    auto known = routes_.find(OriginOf(url));
    if (known == routes_.end()) return false;
    route = known->second;
    running.is_rerouted = true;
  } else {
    return false;
  }
  auto request = std::make_unique<CurlRequest>(context_, old.settings(), std::move(url), old.TakeRequest(),
                                               old.response_bytes_max());
  if (!route.empty()) request->ConnectTo(route);
  running.request = std::move(request);
  Launch(number, std::move(running));
  return true;
}

void CurlTransport::RememberRoute(const CurlRequest& request, int code) {
  if (code == CURLE_COULDNT_CONNECT) is_address_doubtful_ = true;
  if (code != CURLE_OK) return;
  const std::string route = request.Route();
  const std::string origin = OriginOf(request.url());
  if (route.empty() || origin.empty()) return;
  if (routes_.size() >= kRoutesMax && !routes_.contains(origin)) routes_.clear();
  routes_[origin] = route;
}

}  // namespace tailrace
