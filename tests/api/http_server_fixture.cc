#include "tests/api/http_server_fixture.h"

#include <stdexcept>

namespace tailrace {

namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

class FunctionSource final : public BodySource {
 public:
  explicit FunctionSource(std::function<bool(BodyWriter&)> body) : body_(std::move(body)) {}
  bool WriteTo(BodyWriter& writer) override { return body_(writer); }

 private:
  std::function<bool(BodyWriter&)> body_;
};

ApiAnswer Streaming(std::function<bool(BodyWriter&)> body) {
  ApiAnswer answer;
  answer.source = std::make_unique<FunctionSource>(std::move(body));
  return answer;
}

ApiAnswer Plain(std::string body) {
  ApiAnswer answer;
  answer.body = std::move(body);
  return answer;
}

ApiAnswer Text(std::string body) {
  ApiAnswer answer = Plain(std::move(body));
  answer.content_type = "text/plain; version=0.0.4";
  return answer;
}

bool Flood(BodyWriter& writer) {
  std::string chunk(64 * 1024, 'x');
  for (int i = 0; i < 100; ++i) {
    if (!writer.Write(chunk)) return false;
  }
  return true;
}

bool Cut(BodyWriter& writer) { return writer.Write("half") && false; }

}  // namespace

void ExpectErr(const HttpReply& reply, int status) {
  EXPECT_EQ(reply.status, status);
  EXPECT_TRUE(reply.body.starts_with("{\"Err\":\"")) << reply.body;
  EXPECT_GT(reply.body.size(), 20u);
  EXPECT_EQ(reply.headers.at("connection"), "close");
}

void HttpServerTest::SetUp() {
  Result<std::unique_ptr<Listener>> listener = Listener::Open(path_);
  ASSERT_TRUE(listener.ok()) << listener.status().message();
  server_ = std::make_unique<HttpServer>(std::move(*listener), Routes(), clock_, log_);
  server_->Start();
}

void HttpServerTest::TearDown() {
  gate_.Open();
  server_.reset();
}

std::vector<ApiRoute> HttpServerTest::Routes() {
  return {{"/echo", false, [](const ApiRequest& request) { return Plain("{\"got\":\"" + request.body + "\"}"); }},
          {"/size", false, [](const ApiRequest& request) { return Plain(std::to_string(request.body.size())); }},
          {"/throw", false, [](const ApiRequest&) -> ApiAnswer { throw std::runtime_error("broken"); }},
          {"/wait", false, [this](const ApiRequest&) { return Wait(); }},
          {"/follow", true, [this](const ApiRequest&) { return Streaming(Follow()); }},
          {"/idle", true, [this](const ApiRequest&) { return Streaming(Idle()); }},
          {"/flood", true, [](const ApiRequest&) { return Streaming(Flood); }},
          {"/cut", true, [](const ApiRequest&) { return Streaming(Cut); }},
          {"/text", false, [](const ApiRequest&) { return Text("as it is"); }, /*is_get=*/true}};
}

ApiAnswer HttpServerTest::Wait() {
  gate_.Wait();
  ApiAnswer answer = Plain("{}");
  answer.undo = [this] { ++undone_; };
  return answer;
}

std::function<bool(BodyWriter&)> HttpServerTest::Follow() {
  return [this](BodyWriter& writer) {
    writer.Write("hello");
    ++following_;
    while (!writer.is_gone() && !writer.is_stopping()) std::this_thread::yield();
    bool is_clean = !writer.is_gone();
    --following_;
    return is_clean;
  };
}

std::function<bool(BodyWriter&)> HttpServerTest::Idle() {
  return [this](BodyWriter& writer) {
    writer.Write("x");
    gate_.Wait();
    return true;
  };
}

HttpReply HttpServerTest::Post(const std::string& path, std::string_view body) {
  UnixHttpClient client(path_);
  EXPECT_TRUE(client.SendPost(path, body));
  return client.ReadReply();
}

HttpReply HttpServerTest::Raw(std::string_view bytes) {
  UnixHttpClient client(path_);
  EXPECT_TRUE(client.Send(bytes));
  return client.ReadReply();
}

bool HttpServerTest::Eventually(const std::function<bool()>& condition) {
  auto deadline = steady_clock::now() + seconds(20);
  while (!condition()) {
    if (steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

}  // namespace tailrace
