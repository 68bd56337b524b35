#include "sinks/http_url.h"

#include <algorithm>

#include "base/bytes.h"

namespace tailrace {

namespace {

constexpr std::string_view kForm = "write https://host:port";

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string LowerOf(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), Lower);
  return lower;
}

Status Bad(std::string_view what) { return Invalid(std::string(what) + "; " + std::string(kForm)); }

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = Lower(c);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

Result<std::string> PercentDecoded(std::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? HexDigit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? HexDigit(text[i + 2]) : -1;
    if (high < 0 || low < 0) return Bad("a % in the credentials is not followed by two hex digits");
    decoded += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return decoded;
}

Status ReadCredentials(std::string_view text, HttpUrl& url) {
  const size_t colon = text.find(':');
  ASSIGN_OR_RETURN(url.user, PercentDecoded(text.substr(0, colon)));
  ASSIGN_OR_RETURN(url.password, PercentDecoded(colon == text.npos ? "" : text.substr(colon + 1)));
  url.has_credentials = true;
  return Status::Ok();
}

bool IsHostCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}

// "name:port", "1.2.3.4", "[::1]:port".
Status CheckHost(std::string_view host) {
  std::string_view port;
  if (host.starts_with('[')) {
    const size_t end = host.find(']');
    if (end == host.npos) return Bad("the address in brackets does not end");
    if (host.substr(1, end - 1).find_first_not_of("0123456789abcdef:.") != host.npos || end < 3) {
      return Bad("what is in brackets is no IPv6 address");
    }
    port = host.substr(end + 1);
  } else {
    const size_t colon = host.find(':');
    const std::string_view name = host.substr(0, colon);
    if (name.empty()) return Bad("the host is missing");
    if (!std::all_of(name.begin(), name.end(), IsHostCharacter)) {
      return Bad("the host has characters that no host name has (names in other scripts begin with xn--)");
    }
    port = colon == host.npos ? "" : host.substr(colon);
  }
  if (port.empty()) return Status::Ok();
  const auto number = port.size() <= 6 && port[0] == ':' ? ParseDecimal(port.substr(1)) : std::nullopt;
  if (!number || *number == 0 || *number > 65535) return Bad("the port is not a number from 1 to 65535");
  return Status::Ok();
}

bool IsPathCharacter(char c) {
  return c > ' ' && c <= '~' && std::string_view("\"<>\\^`{|}").find(c) == std::string_view::npos;
}

}  // namespace

Result<HttpUrl> ParseHttpUrl(std::string_view text) {
  HttpUrl url;
  const size_t scheme_end = text.find("://");
  const std::string scheme = LowerOf(text.substr(0, scheme_end == text.npos ? 0 : scheme_end));
  if (scheme != "http" && scheme != "https") return Bad("it begins with neither http:// nor https://");
  text.remove_prefix(scheme_end + 3);
  const size_t authority_end = std::min(text.find_first_of("/?#"), text.size());
  std::string_view authority = text.substr(0, authority_end);
  url.path = text.substr(authority_end);
  const size_t at = authority.rfind('@');
  if (at != authority.npos) {
    RETURN_IF_ERROR(ReadCredentials(authority.substr(0, at), url));
    authority.remove_prefix(at + 1);
  }
  const std::string host = LowerOf(authority);
  RETURN_IF_ERROR(CheckHost(host));
  if (url.path.find('#') != url.path.npos) return Bad("a # has no meaning to a server");
  if (!std::all_of(url.path.begin(), url.path.end(), IsPathCharacter)) {
    return Bad("the path has blanks or other characters that must be written as %20 and the like");
  }
  if (url.path.starts_with('?')) url.path.insert(0, "/");
  url.origin = scheme + "://" + host;
  return url;
}

Result<std::vector<HttpUrl>> ParseHttpUrls(std::string_view text) {
  std::vector<HttpUrl> urls;
  while (true) {
    const size_t comma = std::min(text.find(','), text.size());
    std::string_view one = text.substr(0, comma);
    while (one.starts_with(' ')) one.remove_prefix(1);
    while (one.ends_with(' ')) one.remove_suffix(1);
    ASSIGN_OR_RETURN(HttpUrl url, ParseHttpUrl(one));
    urls.push_back(std::move(url));
    if (comma == text.size()) return urls;
    text.remove_prefix(comma + 1);
  }
}

std::string ShownUrl(std::string_view url) {
  const size_t query = url.find('?');
  std::string shown(url.substr(0, query));
  return query == url.npos ? shown : shown + "?...";
}

}  // namespace tailrace
