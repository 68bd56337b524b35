#include "sinks/connection_options.h"

#include <algorithm>

#include "base/base64.h"
#include "base/bytes.h"

namespace tailrace {

namespace {

constexpr size_t kSecretBytesMax = 64_KiB;
constexpr size_t kPemBytesMax = 1_MiB;
constexpr std::string_view kPemBegin = "-----BEGIN ";

bool IsControl(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool IsHeaderName(std::string_view name) {
  auto is_token = [](char c) {
    const bool is_alnum = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return is_alnum || (c != 0 && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos);
  };
  return !name.empty() && std::all_of(name.begin(), name.end(), is_token);
}

// Headers that belong to the transport or to what a sink makes.
bool IsOwnHeader(std::string_view name) {
  for (std::string_view own : {"Content-Length", "Content-Encoding", "Transfer-Encoding", "Connection", "Expect", "TE",
                               "Upgrade", "Trailer"}) {
    if (IsSameHeaderName(name, own)) return true;
  }
  return false;
}

std::string WithLineBreaks(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i, 2) == "\\n") {
      out += '\n';
      ++i;
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace

std::string ConnectionOptions::Name(std::string_view option) const {
  return (options_.slot.empty() ? std::string(kind_) : options_.slot) + "-" + std::string(option);
}

Status ConnectionOptions::Problem(std::string_view option, std::string_view what) const {
  return Invalid("log-opt " + Name(option) + ": " + std::string(what));
}

std::string_view ConnectionOptions::Value(std::string_view option) const {
  auto found = options_.values.find(std::string(kind_) + "-" + std::string(option));
  return found == options_.values.end() ? std::string_view() : std::string_view(found->second);
}

bool ConnectionOptions::IsOn(std::string_view option) const {
  const std::string_view value = Value(option);
  return value == "on" || value == "true";
}

Result<std::string> ConnectionOptions::ReadFile(std::string_view option) const {
  const std::string path(Value(option));
  Result<std::string> content = files_.Read(path);
  if (content.ok()) return content;
  return Problem(option, content.status().message() + "; the plugin sees the folder that is mounted as its `files`");
}

Result<std::string> ConnectionOptions::Secret(std::string_view option) const {
  const std::string file_option = std::string(option) + "-file";
  std::string secret(Value(option));
  const bool is_in_file = !Value(file_option).empty();
  if (is_in_file) {
    if (!secret.empty()) return Problem(file_option, "is set together with " + Name(option) + "; set one of them");
    ASSIGN_OR_RETURN(secret, ReadFile(file_option));
    while (secret.ends_with('\n') || secret.ends_with('\r')) secret.pop_back();
    if (secret.empty()) return Problem(file_option, "the file is empty");
  }
  const std::string_view where = is_in_file ? std::string_view(file_option) : option;
  if (secret.size() > kSecretBytesMax) return Problem(where, "too long; at most 64 KiB");
  if (std::any_of(secret.begin(), secret.end(), IsControl)) {
    return Problem(where, "holds a line break or another control character; write it on one line");
  }
  return secret;
}

Result<std::string> ConnectionOptions::Pem(std::string_view option) const {
  const std::string file_option = std::string(option) + "-file";
  std::string pem(Value(option));
  if (!Value(file_option).empty()) {
    if (!pem.empty()) return Problem(file_option, "is set together with " + Name(option) + "; set one of them");
    ASSIGN_OR_RETURN(pem, ReadFile(file_option));
  } else if (pem.starts_with('/')) {
    ASSIGN_OR_RETURN(pem, ReadFile(option));
  } else {
    pem = WithLineBreaks(pem);
  }
  if (pem.size() > kPemBytesMax) return Problem(option, "too long; at most 1 MiB");
  const bool is_set = !Value(option).empty() || !Value(file_option).empty();
  if (is_set && pem.find(kPemBegin) == pem.npos) {
    return Problem(option, "is not PEM; write the text from -----BEGIN on, or the path of a file that holds it");
  }
  return pem;
}

Result<std::string> ConnectionOptions::BasicAuthorization(const HttpUrl& url) const {
  ASSIGN_OR_RETURN(std::string password, Secret("password"));
  std::string user(Value("user"));
  if (user.empty() && !password.empty()) return Problem("password", "is set without " + Name("user"));
  if (user.empty() && !url.has_credentials) return std::string();
  if (user.empty()) {
    user = url.user;
    password = url.password;
  } else if (url.has_credentials) {
    return Problem("user", "is set although " + Name("url") + " holds credentials; set them in one place");
  } else if (password.empty()) {
    return Problem("user", "is set without " + Name("password") + " or " + Name("password-file"));
  }
  if (user.find(':') != user.npos) return Problem("user", "holds a colon, which no user name of HTTP can");
  const std::string both = user + ":" + password;
  if (std::any_of(both.begin(), both.end(), IsControl)) return Problem("user", "holds a control character");
  return "Basic " + Base64(both);
}

Result<std::string> ConnectionOptions::TokenAuthorization() const {
  ASSIGN_OR_RETURN(const std::string bearer, Secret("bearer"));
  ASSIGN_OR_RETURN(const std::string key, Secret("api-key"));
  if (!bearer.empty() && !key.empty()) return Problem("api-key", "is set together with " + Name("bearer"));
  if (!bearer.empty()) return "Bearer " + bearer;
  if (key.empty()) return std::string();
  if (key.find(':') != key.npos) return "ApiKey " + Base64(key);
  if (!IsBase64(key)) {
    return Problem("api-key", "is neither id:key nor the `encoded` form that the server gave; write one of them");
  }
  return "ApiKey " + key;
}

Result<std::string> ConnectionOptions::Authorization(const HttpUrl& url) const {
  ASSIGN_OR_RETURN(std::string basic, BasicAuthorization(url));
  ASSIGN_OR_RETURN(std::string token, TokenAuthorization());
  if (!basic.empty() && !token.empty()) {
    const std::string other = Value("bearer").empty() && Value("bearer-file").empty() ? "api-key" : "bearer";
    return Problem(other, "is set together with a user and password; one way to log in is enough");
  }
  return basic.empty() ? token : basic;
}

Status ConnectionOptions::AddAuthorization(const HttpUrl& url, std::vector<HttpHeader>& headers) const {
  ASSIGN_OR_RETURN(std::string authorization, Authorization(url));
  if (authorization.empty()) return Status::Ok();
  for (const HttpHeader& header : headers) {
    if (!IsSameHeaderName(header.first, "Authorization")) continue;
    return Problem("header", "sets Authorization, which other options set too");
  }
  headers.emplace_back("Authorization", std::move(authorization));
  return Status::Ok();
}

Result<HttpHeader> ConnectionOptions::ParseHeader(std::string_view text) const {
  const size_t colon = text.find(':');
  if (colon == text.npos) return Problem("header", "has no colon; write Name: value, several separated by |");
  const std::string_view name = Trimmed(text.substr(0, colon));
  const std::string_view value = Trimmed(text.substr(colon + 1));
  if (!IsHeaderName(name)) return Problem("header", "has a name that no header has; write Name: value");
  if (IsOwnHeader(name)) return Problem("header", "sets " + std::string(name) + ", which the request makes itself");
  return HttpHeader(name, value);
}

Result<std::vector<HttpHeader>> ConnectionOptions::Headers() const {
  std::vector<HttpHeader> headers;
  std::string_view text = Value("header");
  if (text.empty()) return headers;
  if (std::any_of(text.begin(), text.end(), [](char c) { return IsControl(c) && c != '\t'; })) {
    return Problem("header", "holds a line break or another control character; separate headers by |");
  }
  while (true) {
    const size_t end = std::min(text.find('|'), text.size());
    ASSIGN_OR_RETURN(HttpHeader header, ParseHeader(text.substr(0, end)));
    headers.push_back(std::move(header));
    if (end == text.size()) return headers;
    text.remove_prefix(end + 1);
  }
}

Status ConnectionOptions::ReadTls(ConnectionSettings& settings) const {
  const std::string_view verify = Value("tls-verify");
  settings.tls_verify = verify.empty() || IsOn("tls-verify");
  ASSIGN_OR_RETURN(settings.ca_pem, Pem("ca"));
  ASSIGN_OR_RETURN(settings.cert_pem, Pem("cert"));
  ASSIGN_OR_RETURN(settings.key_pem, Pem("key"));
  constexpr std::string_view kKey = "PRIVATE KEY-----";
  if (settings.key_pem.empty() && settings.cert_pem.find(kKey) != std::string::npos) {
    settings.key_pem = settings.cert_pem;
  }
  if (settings.cert_pem.empty() != settings.key_pem.empty()) {
    const std::string_view missing = settings.cert_pem.empty() ? "cert" : "key";
    return Problem(settings.cert_pem.empty() ? "key" : "cert", "is set without " + Name(missing));
  }
  if (!settings.key_pem.empty() && settings.key_pem.find(kKey) == std::string::npos) {
    return Problem("key", "holds no private key; write a PEM file with -----BEGIN PRIVATE KEY-----");
  }
  if (settings.key_pem.find("ENCRYPTED") != std::string::npos) {
    return Problem("key", "is encrypted, and nobody is there to type its password; write it unencrypted");
  }
  return Status::Ok();
}

}  // namespace tailrace
