#include "sinks/curl_request.h"

#include <curl/curl.h>

#include <algorithm>

#include "base/bytes.h"
#include "base/check.h"
#include "sinks/http_url.h"

namespace tailrace {

namespace {

// Below this it counts as stalled: an answer that drips a byte a second is none.
constexpr long kStallBytesPerSecond = 64;
// An answer to a full request, as it usually is, in one piece.
constexpr long kDownloadBuffer = 64 * 1024;
constexpr long kUploadBufferSmall = 64 * 1024;
constexpr long kUploadBufferLarge = 512 * 1024;

static_assert(CURL_ERROR_SIZE <= 256);

long Millis(Nanos time) { return static_cast<long>(std::chrono::ceil<std::chrono::milliseconds>(time).count()); }
long Seconds(Nanos time) { return static_cast<long>(std::chrono::ceil<std::chrono::seconds>(time).count()); }

// Every option that we set is one that this libcurl knows.
template <typename Value>
void Set(void* easy, CURLoption option, Value value) {
  CHECK_EQ(curl_easy_setopt(easy, option, value), CURLE_OK);
}

void SetBlob(void* easy, CURLoption option, const std::string& text) {
  curl_blob blob{const_cast<char*>(text.data()), text.size(), CURL_BLOB_COPY};
  Set(easy, option, &blob);
}

// Nothing of the request had left us.
bool IsConnectFailure(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_PROXY: return true;
    default: return false;
  }
}

// The connection broke while it was in use.
bool IsTransferFailure(CURLcode code) {
  return code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR || code == CURLE_GOT_NOTHING;
}

}  // namespace

CurlRequest::CurlRequest(CurlContext& context, ConnectionSettings settings, std::string url, HttpRequest request,
                         size_t response_bytes_max)
    : settings_(std::move(settings)),
      url_(std::move(url)),
      request_(std::move(request)),
      response_bytes_max_(response_bytes_max),
      header_bytes_max_(context.limits.header_bytes_max),
      handles_(context.handles),
      easy_(handles_.Take()) {
  SetTransfer(context);
  SetBody();
  SetHeaders();
  if (url_.starts_with("https:")) SetTls(context);
}

CurlRequest::~CurlRequest() {
  if (is_handle_good_) {
    handles_.Give(easy_);
  } else {
    curl_easy_cleanup(easy_);
  }
  curl_slist_free_all(static_cast<curl_slist*>(headers_));
  curl_slist_free_all(static_cast<curl_slist*>(route_));
}

void CurlRequest::SetTransfer(const CurlContext& context) {
  const CurlLimits& limits = context.limits;
  Set(easy_, CURLOPT_URL, url_.c_str());
  Set(easy_, CURLOPT_PROTOCOLS_STR, "http,https");
  Set(easy_, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  Set(easy_, CURLOPT_NOSIGNAL, 1L);
  Set(easy_, CURLOPT_PRIVATE, this);
  Set(easy_, CURLOPT_ERRORBUFFER, error_);
  Set(easy_, CURLOPT_USERAGENT, context.user_agent.c_str());
  Set(easy_, CURLOPT_CONNECTTIMEOUT_MS, Millis(limits.connect_max));
  Set(easy_, CURLOPT_TIMEOUT_MS, Millis(limits.total_max));
  Set(easy_, CURLOPT_LOW_SPEED_LIMIT, kStallBytesPerSecond);
  Set(easy_, CURLOPT_LOW_SPEED_TIME, Seconds(limits.stall_max));
  Set(easy_, CURLOPT_MAXAGE_CONN, Seconds(limits.idle_max));
  Set(easy_, CURLOPT_DNS_CACHE_TIMEOUT, Seconds(limits.name_max));
  Set(easy_, CURLOPT_TCP_KEEPALIVE, 1L);
  Set(easy_, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  Set(easy_, CURLOPT_BUFFERSIZE, kDownloadBuffer);
  Set(easy_, CURLOPT_HEADERFUNCTION, &CurlRequest::OnHeader);
  Set(easy_, CURLOPT_HEADERDATA, this);
  Set(easy_, CURLOPT_WRITEFUNCTION, &CurlRequest::OnBody);
  Set(easy_, CURLOPT_WRITEDATA, this);
  Set(easy_, CURLOPT_PREREQFUNCTION, &CurlRequest::OnAttempt);
  Set(easy_, CURLOPT_PREREQDATA, this);
  Set(easy_, CURLOPT_SHARE, static_cast<CURLSH*>(context.share));
}

void CurlRequest::SetBody() {
  Set(easy_, CURLOPT_POST, 1L);
  if (request_.method != "POST") Set(easy_, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
  Set(easy_, CURLOPT_POSTFIELDS, request_.body.data());
  Set(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
  // A large buffer halves the cost of a large plain body; under TLS it changes nothing.
  const bool is_large = request_.body.size() > 2 * kUploadBufferSmall && !url_.starts_with("https:");
  Set(easy_, CURLOPT_UPLOAD_BUFFERSIZE, is_large ? kUploadBufferLarge : kUploadBufferSmall);
}

void CurlRequest::SetHeaders() {
  curl_slist* list = nullptr;
  auto add = [&list](const std::string& line) {
    list = curl_slist_append(list, line.c_str());
    CHECK(list != nullptr);
  };
  // What the user sets takes the place of what the sink set.
  for (const HttpHeader& header : request_.headers) {
    const bool is_replaced =
        std::any_of(settings_.headers.begin(), settings_.headers.end(),
                    [&](const HttpHeader& own) { return IsSameHeaderName(own.first, header.first); });
    if (!is_replaced) add(header.first + ": " + header.second);
  }
  for (const HttpHeader& header : settings_.headers) {
    // libcurl's way to say that a header is sent with an empty value.
    add(header.second.empty() ? header.first + ";" : header.first + ": " + header.second);
  }
  // Else libcurl waits a second with each large body for servers that do not answer to an Expect.
  add("Expect:");
  headers_ = list;
  Set(easy_, CURLOPT_HTTPHEADER, list);
}

void CurlRequest::SetTls(const CurlContext& context) {
  Set(easy_, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!settings_.tls_verify) {
    Set(easy_, CURLOPT_SSL_VERIFYPEER, 0L);
    Set(easy_, CURLOPT_SSL_VERIFYHOST, 0L);
  }
  if (!settings_.ca_pem.empty()) {
    SetBlob(easy_, CURLOPT_CAINFO_BLOB, settings_.ca_pem);
  } else if (!context.ca_bundle.empty()) {
    Set(easy_, CURLOPT_CAINFO, context.ca_bundle.c_str());
  }
  if (settings_.cert_pem.empty()) return;
  SetBlob(easy_, CURLOPT_SSLCERT_BLOB, settings_.cert_pem);
  SetBlob(easy_, CURLOPT_SSLKEY_BLOB, settings_.key_pem);
}

void CurlRequest::ForgetAddress() { Set(easy_, CURLOPT_DNS_CACHE_TIMEOUT, 0L); }

void CurlRequest::ConnectTo(const std::string& route) {
  curl_slist* list = curl_slist_append(static_cast<curl_slist*>(route_), route.c_str());
  CHECK(list != nullptr);
  route_ = list;
  Set(easy_, CURLOPT_CONNECT_TO, list);
}

void CurlRequest::SpreadAge(uint64_t serial, Nanos age_max) {
  // A tenth more or less, so that many hosts, or connections, do not all begin anew at once.
  const auto spread = static_cast<int64_t>(serial * 0x9e3779b97f4a7c15 >> 32) % 201 - 100;
  Set(easy_, CURLOPT_MAXLIFETIME_CONN, std::max(Seconds(age_max + age_max * spread / 1000), 1L));
}

size_t CurlRequest::OnHeader(char* text, size_t size, size_t count, void* self) {
  auto* request = static_cast<CurlRequest*>(self);
  request->header_bytes_ += size * count;
  if (request->header_bytes_ > request->header_bytes_max_) {
    request->is_too_large_ = true;
    return 0;  // Ends the request.
  }
  request->TakeHeader({text, size * count});
  return size * count;
}

void CurlRequest::TakeHeader(std::string_view line) {
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
  if (line.starts_with("HTTP/")) {  // Of a further answer, when the one before was a 1xx.
    response_.headers.clear();
    is_header_complete_ = false;
    return;
  }
  if (line.empty()) {
    is_header_complete_ = true;
    return;
  }
  const size_t colon = line.find(':');
  if (colon == line.npos) return;
  std::string_view value = line.substr(colon + 1);
  while (value.starts_with(' ') || value.starts_with('\t')) value.remove_prefix(1);
  response_.headers.emplace_back(line.substr(0, colon), value);
}

size_t CurlRequest::OnBody(char* text, size_t size, size_t count, void* self) {
  auto* request = static_cast<CurlRequest*>(self);
  const size_t bytes = size * count;
  if (bytes > request->response_bytes_max_ - request->response_.body.size()) {
    request->is_too_large_ = true;
    return 0;  // Ends the request.
  }
  request->response_.body.append(text, bytes);
  return bytes;
}

int CurlRequest::OnAttempt(void* self, char*, char*, int, int) {
  ++static_cast<CurlRequest*>(self)->attempts_;
  return CURL_PREREQFUNC_OK;
}

// A server that refuses a request by its status may close before it has read it, or we before its page is read: the
// status alone decides then. A 400 is told apart by its body.
bool CurlRequest::IsAnsweredEarly(int status) const {
  return is_header_complete_ && status > 400 && status < 600;
}

CurlRequest::Result CurlRequest::Finish(int code) {
  long status = 0;
  CHECK_EQ(curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status), CURLE_OK);
  response_.status = static_cast<int>(status);
  is_handle_good_ = code == CURLE_OK;
  // To libcurl headers that end with the connection are headers.
  const bool is_whole = code == CURLE_OK && is_header_complete_;
  if (is_whole || IsAnsweredEarly(response_.status)) return std::move(response_);
  return Failure(code);
}

HttpFailure CurlRequest::Failure(int code) const {
  curl_off_t sent = 0;
  CHECK_EQ(curl_easy_getinfo(easy_, CURLINFO_SIZE_UPLOAD_T, &sent), CURLE_OK);
  const auto curl_code = static_cast<CURLcode>(code);
  HttpFailure failure;
  // The counter is that of the last attempt, and an earlier one may have sent everything. Only an attempt that had a
  // connection was counted: a failure to make one is that of a further attempt.
  const bool is_of_first = attempts_ == 0 || (attempts_ == 1 && IsTransferFailure(curl_code));
  failure.maybe_delivered = !is_of_first || sent > 0;
  const bool is_early_timeout = curl_code == CURLE_OPERATION_TIMEDOUT && attempts_ == 0;
  failure.is_connect = IsConnectFailure(curl_code) || is_early_timeout;
  failure.is_answer_too_large = is_too_large_;
  std::string_view why = error_[0] != '\0' ? std::string_view(error_) : curl_easy_strerror(curl_code);
  if (code == CURLE_OK) why = "the answer ended within its headers";
  if (is_too_large_) why = "the answer is larger than any we expect";
  failure.message = why;
  return failure;
}

std::optional<std::string> CurlRequest::Redirect() const {
  long status = 0;
  const char* target = nullptr;
  CHECK_EQ(curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status), CURLE_OK);
  CHECK_EQ(curl_easy_getinfo(easy_, CURLINFO_REDIRECT_URL, &target), CURLE_OK);
  if ((status != 307 && status != 308) || target == nullptr) return std::nullopt;
  const auto from = ParseHttpUrl(url_);
  const auto to = ParseHttpUrl(target);
  if (!from.ok() || !to.ok() || from->origin != to->origin || to->has_credentials) return std::nullopt;
  return to->Text();
}

std::string CurlRequest::Route() const {
  const char* address = nullptr;
  long port = 0;
  CHECK_EQ(curl_easy_getinfo(easy_, CURLINFO_PRIMARY_IP, &address), CURLE_OK);
  CHECK_EQ(curl_easy_getinfo(easy_, CURLINFO_PRIMARY_PORT, &port), CURLE_OK);
  const auto url = ParseHttpUrl(url_);
  if (!url.ok() || address == nullptr || *address == '\0' || port <= 0) return {};
  const std::string authority = url->origin.substr(url->origin.find("//") + 2);
  if (authority.starts_with('[')) return {};  // An address needs no name.
  const size_t colon = authority.find(':');
  const std::string own_port =
      colon != authority.npos ? authority.substr(colon + 1) : std::string(url->is_https() ? "443" : "80");
  if (own_port != std::to_string(port)) return {};  // A proxy's.
  const bool is_v6 = std::string_view(address).find(':') != std::string_view::npos;
  const std::string to = is_v6 ? "[" + std::string(address) + "]" : std::string(address);
  return authority.substr(0, colon) + ":" + own_port + ":" + to + ":" + own_port;
}

}  // namespace tailrace
