#include "sinks/connection_options.h"

#include <gtest/gtest.h>

#include "tests/sinks/memory_files.h"

namespace tailrace {
namespace {

constexpr const char* kCert = "-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----\n";
constexpr const char* kKey = "-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----\n";

class ConnectionOptionsTest : public testing::Test {
 protected:
  using Values = std::map<std::string, std::string>;

  std::string AuthorizationOf(const Values& values, const std::string& url = "https://es") {
    slot_.values = values;
    std::vector<HttpHeader> headers;
    const Status status = options_.AddAuthorization(*ParseHttpUrl(url), headers);
    if (!status.ok()) return "error: " + status.message();
    return headers.empty() ? "" : headers.back().second;
  }
  std::string HeadersOf(const std::string& value) {
    slot_.values = {{"es-header", value}};
    auto headers = options_.Headers();
    if (!headers.ok()) return "error: " + headers.status().message();
    std::string text;
    for (const HttpHeader& header : *headers) text += header.first + "=" + header.second + ";";
    return text;
  }
  std::string TlsProblem(const Values& values) {
    slot_.values = values;
    settings_ = {};
    const Status status = options_.ReadTls(settings_);
    return status.ok() ? "" : status.message();
  }

  SlotOptions slot_{"es", {}};
  MemoryFiles files_;
  ConnectionSettings settings_;
  ConnectionOptions options_{"es", slot_, files_};
};

TEST_F(ConnectionOptionsTest, EachWayToLogIn) {
  files_.texts["/f"] = "from file\r\n";
  EXPECT_EQ(AuthorizationOf({}), "");
  EXPECT_EQ(AuthorizationOf({{"es-user", "u"}, {"es-password", "p"}}), "Basic dTpw");
  EXPECT_EQ(AuthorizationOf({{"es-user", "u"}, {"es-password-file", "/f"}}), "Basic dTpmcm9tIGZpbGU=");
  EXPECT_EQ(AuthorizationOf({}, "https://u:p@es"), "Basic dTpw");
  EXPECT_EQ(AuthorizationOf({{"es-bearer", "t.o.k"}}), "Bearer t.o.k");
  EXPECT_EQ(AuthorizationOf({{"es-api-key", "id:key"}}), "ApiKey aWQ6a2V5");
  EXPECT_EQ(AuthorizationOf({{"es-api-key", "aWQ6a2V5"}}), "ApiKey aWQ6a2V5");
}

TEST_F(ConnectionOptionsTest, WhatDoesNotGoTogetherIsToldWithoutSecrets) {
  files_.texts["/two"] = "hush\nhush\n";
  files_.texts["/empty"] = "\n";
  const std::vector<std::pair<Values, std::string>> cases = {
      {{{"es-user", "u"}}, "es-user: is set without es-password"},
      {{{"es-password", "hush"}}, "es-password: is set without es-user"},
      {{{"es-bearer", "hush"}, {"es-api-key", "hu:sh"}}, "together with es-bearer"},
      {{{"es-bearer", "hush"}, {"es-user", "u"}, {"es-password", "hush"}}, "one way to log in is enough"},
      {{{"es-password", "hush"}, {"es-password-file", "/f"}, {"es-user", "u"}}, "set one of them"},
      {{{"es-user", "u:v"}, {"es-password", "hush"}}, "colon"},
      {{{"es-api-key", "hush!"}}, "neither id:key nor"},
      {{{"es-bearer", "hu\nsh"}}, "line break"},
      {{{"es-bearer-file", "/two"}}, "es-bearer-file: holds a line break"},
      {{{"es-bearer-file", "/empty"}}, "empty"},
      {{{"es-bearer-file", "/missing"}}, "es-bearer-file: read /missing: No such file"},
      {{{"es-header", "authorization: hush"}, {"es-bearer", "hush"}}, ""},
  };
  for (const auto& [values, words] : cases) {
    const std::string got = AuthorizationOf(values);
    if (words.empty()) continue;
    EXPECT_TRUE(got.starts_with("error: log-opt es-")) << got;
    EXPECT_NE(got.find(words), got.npos) << got;
    EXPECT_EQ(got.find("hush"), got.npos) << got;
  }
  EXPECT_NE(AuthorizationOf({{"es-user", "u"}, {"es-password", "p"}}, "http://a:b@es").find("one place"),
            std::string::npos);
}

TEST_F(ConnectionOptionsTest, AnAuthorizationOfOnesOwnStandsAlone) {
  slot_.values = {{"es-bearer", "b"}};
  std::vector<HttpHeader> headers{{"authorization", "mine"}};
  EXPECT_FALSE(options_.AddAuthorization(*ParseHttpUrl("http://es"), headers).ok());
  slot_.values = {};
  EXPECT_TRUE(options_.AddAuthorization(*ParseHttpUrl("http://es"), headers).ok());
}

TEST_F(ConnectionOptionsTest, HeadersAreSplitAtBars) {
  EXPECT_EQ(HeadersOf(""), "");
  EXPECT_EQ(HeadersOf("X-A: 1"), "X-A=1;");
  EXPECT_EQ(HeadersOf("X-A: 1, 2; q=3|X-B:|X-C: a:b "), "X-A=1, 2; q=3;X-B=;X-C=a:b;");
  for (const char* bad : {"X-A", ": 1", "X A: 1", "X-A: 1\r\nX-B: 2", "X-A: 1\n", "X-A: 1|", "Content-Length: 5",
                          "transfer-encoding: chunked", "X-\xc3\xa9: 1", "X-A: \x01"}) {
    EXPECT_TRUE(HeadersOf(bad).starts_with("error: log-opt es-header: ")) << bad;
  }
}

TEST_F(ConnectionOptionsTest, CertificatesAreTextOrFiles) {
  files_.texts["/ca"] = kCert;
  files_.texts["/key"] = kKey;
  files_.texts["/both"] = std::string(kCert) + kKey;
  EXPECT_EQ(TlsProblem({}), "");
  EXPECT_TRUE(settings_.tls_verify);
  EXPECT_EQ(TlsProblem({{"es-ca", "/ca"}, {"es-cert-file", "/ca"}, {"es-key", kKey}, {"es-tls-verify", "off"}}), "");
  EXPECT_FALSE(settings_.tls_verify);
  EXPECT_EQ(settings_.ca_pem, kCert);
  EXPECT_EQ(settings_.key_pem, kKey);
  EXPECT_EQ(TlsProblem({{"es-cert", "/both"}}), "");
  EXPECT_EQ(settings_.key_pem, files_.texts["/both"]);
  EXPECT_EQ(TlsProblem({{"es-ca", R"(-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----\n)"}}), "");
  EXPECT_EQ(settings_.ca_pem, kCert);
}

TEST_F(ConnectionOptionsTest, CertificatesThatAreNoneAreTold) {
  files_.texts["/html"] = "<html>";
  files_.texts["/ca"] = kCert;
  files_.texts["/locked"] = "-----BEGIN ENCRYPTED PRIVATE KEY-----\n";
  EXPECT_NE(TlsProblem({{"es-ca", "abc"}}).find("not PEM"), std::string::npos);
  EXPECT_NE(TlsProblem({{"es-ca-file", "/html"}}).find("not PEM"), std::string::npos);
  EXPECT_NE(TlsProblem({{"es-ca-file", "/none"}}).find("No such file"), std::string::npos);
  EXPECT_NE(TlsProblem({{"es-ca-file", "/ca"}, {"es-ca", kCert}}).find("set one"), std::string::npos);
  EXPECT_NE(TlsProblem({{"es-cert", kCert}}).find("is set without es-key"), std::string::npos);
  EXPECT_NE(TlsProblem({{"es-key", kKey}}).find("is set without es-cert"), std::string::npos);
  EXPECT_NE(TlsProblem({{"es-cert", kCert}, {"es-key", kCert}}).find("no private key"), std::string::npos);
  EXPECT_NE(TlsProblem({{"es-cert", kCert}, {"es-key", "/locked"}}).find("encrypted"), std::string::npos);
}

TEST_F(ConnectionOptionsTest, ANamedSlotIsCalledByItsName) {
  slot_.slot = "es.audit";
  EXPECT_NE(AuthorizationOf({{"es-password", "p"}}).find("log-opt es.audit-password:"), std::string::npos);
}

}  // namespace
}  // namespace tailrace
