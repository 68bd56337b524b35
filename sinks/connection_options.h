// ConnectionOptions: the options that kinds of destinations have in common, read out of a slot: secrets and
// certificates, which may stand in files, headers, and how TLS is done. Short-lived; one thread. Sentences name the
// option and say what to write instead; they hold no value.
#pragma once

#include <string>
#include <string_view>

#include "sinks/http_url.h"
#include "sinks/sink.h"

namespace tailrace {

// Choices of an option that is a switch.
inline constexpr std::string_view kSwitchChoices[] = {"on", "off", "true", "false"};

class ConnectionOptions {
 public:
  // `kind` is the prefix of the options: "es".
  ConnectionOptions(std::string_view kind, const SlotOptions& options, FileSource& files)
      : kind_(kind), options_(options), files_(files) {}

  // The option as a message names it: "es-url", or "es.audit-url" of a named slot.
  std::string Name(std::string_view option) const;
  // kInvalid about that option.
  Status Problem(std::string_view option, std::string_view what) const;

  std::string_view Value(std::string_view option) const;  // empty: not set
  bool IsOn(std::string_view option) const;

  // The value, or the first line of the file that "<option>-file" names; a line break at its end is passed over.
  Result<std::string> Secret(std::string_view option) const;
  // PEM text, given itself, by its path, or by "<option>-file". A "\n" of two characters counts as a line break.
  Result<std::string> Pem(std::string_view option) const;

  // <kind>-header: "Name: value", several separated by "|".
  Result<std::vector<HttpHeader>> Headers() const;
  // Adds the header Authorization: <kind>-user and -password or the URL's own credentials, -bearer, -api-key, at most
  // one way; or nothing.
  Status AddAuthorization(const HttpUrl& url, std::vector<HttpHeader>& headers) const;
  // <kind>-ca, -cert, -key and -tls-verify.
  Status ReadTls(ConnectionSettings& settings) const;

 private:
  Result<std::string> ReadFile(std::string_view option) const;
  Result<std::string> Authorization(const HttpUrl& url) const;
  Result<std::string> BasicAuthorization(const HttpUrl& url) const;
  Result<std::string> TokenAuthorization() const;
  Result<HttpHeader> ParseHeader(std::string_view text) const;

  const std::string_view kind_;
  const SlotOptions& options_;
  FileSource& files_;
};

}  // namespace tailrace
