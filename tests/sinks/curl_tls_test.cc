// TLS of CurlTransport against a real server, with certificates made by openssl for the test.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <sstream>

#include "tests/fakes/temp_dir.h"
#include "tests/sinks/transport_fixture.h"

namespace tailrace {
namespace {

class TlsServer {
 public:
  explicit TlsServer(const std::string& arguments) {
    const std::string command =
        "exec python3 " TAILRACE_SOURCE_DIR "/tests/sinks/tls_server.py " + arguments + " 2>/dev/null";
    int ends[2];
    EXPECT_EQ(::pipe(ends), 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(ends[1], STDOUT_FILENO);
      ::execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
      ::_exit(127);
    }
    ::close(ends[1]);
    char text[16] = {};
    EXPECT_GT(::read(ends[0], text, sizeof(text) - 1), 0) << "no port of the server";
    ::close(ends[0]);
    port_ = std::atoi(text);
  }
  ~TlsServer() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  std::string url(const std::string& host = "localhost") const {
    return "https://" + host + ":" + std::to_string(port_);
  }

 private:
  pid_t pid_ = -1;
  int port_ = 0;
};

class CurlTlsTest : public TransportFixture {
 protected:
  void SetUp() override {
    // A CA, a server's certificate for "localhost" alone, a client's, and a second CA that signed nothing.
    const std::string script =
        "cd '" + dir_.path() + "' && exec 2>/dev/null && "
        "ca() { openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout $1.key -out $1.pem "
        "-subj /CN=$1 -days 2; } && "
        "leaf() { openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout $1.key -out $1.csr "
        "-subj /CN=$2 && printf 'subjectAltName=DNS:%s' $2 >ext && "
        "openssl x509 -req -in $1.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out $1.pem -days 2 -extfile ext; } && "
        "ca ca && ca other && leaf server localhost && leaf client someone";
    ASSERT_EQ(std::system(script.c_str()), 0);
  }
  std::string File(const std::string& name) const { return dir_.path() + "/" + name; }
  std::string Text(const std::string& name) const {
    std::ifstream in(File(name));
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
  }
  std::string ServerFiles() const { return File("server.pem") + " " + File("server.key"); }
  ConnectionSettings Trusting(const std::string& url, const std::string& ca) {
    ConnectionSettings settings = To(url);
    settings.ca_pem = Text(ca);
    return settings;
  }
  // A busy machine takes its time for a handshake.
  static CurlLimits Patient() {
    CurlLimits limits;
    limits.connect_max = std::chrono::seconds(30);
    return limits;
  }

  TempDir dir_;
  CurlTransport patient_{clock_, "", Patient()};
};

TEST_F(CurlTlsTest, ACertificateIsCheckedAgainstTheCaAndTheName) {
  const TlsServer server(ServerFiles());
  EXPECT_EQ(Response(Post(patient_, Trusting(server.url(), "ca.pem"), "x")).status, 200);
  for (const ConnectionSettings& settings :
       {Trusting(server.url(), "other.pem"), Trusting(server.url("127.0.0.1"), "ca.pem"), To(server.url())}) {
    const HttpFailure failure = Failure(Post(patient_, settings, "x"));
    EXPECT_TRUE(failure.is_connect) << failure.message;
    EXPECT_FALSE(failure.maybe_delivered) << failure.message;
  }
  ConnectionSettings careless = To(server.url("127.0.0.1"));
  careless.tls_verify = false;
  EXPECT_EQ(Response(Post(patient_, careless, "x")).status, 200);
}

TEST_F(CurlTlsTest, TheBundleIsUsedWhereNoCaIsNamed) {
  const TlsServer server(ServerFiles());
  CurlTransport bundled(clock_, File("ca.pem"), Patient());
  EXPECT_EQ(Response(Post(bundled, To(server.url()), "x")).status, 200);
  CurlTransport missing(clock_, File("none.pem"), Patient());
  EXPECT_FALSE(Failure(Post(missing, To(server.url()), "x")).maybe_delivered);
}

TEST_F(CurlTlsTest, AClientCertificateIsShown) {
  const TlsServer server(ServerFiles() + " " + File("ca.pem"));
  ConnectionSettings settings = Trusting(server.url(), "ca.pem");
  const HttpFailure failure = Failure(Post(patient_, settings, "x"));
  EXPECT_FALSE(failure.message.empty());
  settings.cert_pem = Text("client.pem");
  settings.key_pem = Text("client.key");
  EXPECT_NE(Response(Post(patient_, settings, "x")).body.find("\"client\": \"someone\""), std::string::npos);
}

TEST_F(CurlTlsTest, SessionsAreResumed) {
  const TlsServer server(ServerFiles());
  const ConnectionSettings settings = Trusting(server.url(), "ca.pem");
  EXPECT_NE(Response(Post(patient_, settings, "x")).body.find("\"resumed\": false"), std::string::npos);
  EXPECT_NE(Response(Post(patient_, settings, "x")).body.find("\"resumed\": true"), std::string::npos);
}

TEST_F(CurlTlsTest, OldTlsIsRefused) {
  const TlsServer server(ServerFiles() + " --tls1.1");
  const HttpFailure failure = Failure(Post(patient_, Trusting(server.url(), "ca.pem"), "x"));
  EXPECT_TRUE(failure.is_connect) << failure.message;
  EXPECT_FALSE(failure.maybe_delivered);
}

}  // namespace
}  // namespace tailrace
