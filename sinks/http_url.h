// HttpUrl: the address of a destination as a user writes it. A value; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace tailrace {

struct HttpUrl {
  std::string origin;  // scheme://host[:port], host in lower case
  std::string path;    // "" or from the first slash on, with the query
  // Credentials that stood before the host, decoded. They are in nothing that Text() gives.
  bool has_credentials = false;
  std::string user;
  std::string password;

  bool is_https() const { return origin.starts_with("https:"); }
  bool has_query() const { return path.find('?') != path.npos; }
  std::string Text() const { return origin + path; }
};

// kInvalid with what is wrong and what to write instead, without a character of the text, which may hold a password.
Result<HttpUrl> ParseHttpUrl(std::string_view text);

// One or more, separated by commas. Blanks around them are passed over.
Result<std::vector<HttpUrl>> ParseHttpUrls(std::string_view text);

// The URL for logs and status: a query, which often is a secret, left out.
std::string ShownUrl(std::string_view url);

}  // namespace tailrace
