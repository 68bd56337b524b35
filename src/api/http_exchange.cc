#include "api/http_exchange.h"

#define CPPHTTPLIB_USE_POLL
#include <httplib.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <new>

#include "api/messages.h"
#include "base/bytes.h"

namespace tailrace {

namespace {

constexpr const char* kJson = "application/json";
constexpr const char* kStream = "application/x-json-stream";

ApiAnswer Refusal(int status, std::string_view sentence) {
  ApiAnswer answer;
  answer.status = status;
  answer.body = EncodeError(sentence);
  return answer;
}

// The head without its Range lines: cpp-httplib would match them by a regular expression that recurses for each
// character, and no answer of ours has ranges.
std::string WithoutRanges(const std::string& head) {
  constexpr std::string_view kRange = "range:";
  std::string kept;
  for (size_t begin = 0; begin < head.size();) {
    size_t end = std::min(head.find('\n', begin), head.size() - 1) + 1;
    std::string_view line(head.data() + begin, end - begin);
    bool is_range = line.size() >= kRange.size() &&
                    std::equal(kRange.begin(), kRange.end(), line.begin(),
                               [](char a, char b) { return a == std::tolower(static_cast<unsigned char>(b)); });
    if (!is_range) kept += line;
    begin = end;
  }
  return kept;
}

// The connection as cpp-httplib sees it: the head that has been read, then an end; what it writes is gathered, so that
// an answer goes out in one piece or not at all.
class GatheringStream final : public httplib::Stream {
 public:
  GatheringStream(ClientSocket& socket, std::string head) : socket_(socket), head_(std::move(head)) {}

  bool is_readable() const override { return taken_ < head_.size(); }
  bool is_writable() const override { return !socket_.is_gone(); }
  ssize_t read(char* out, size_t size) override {
    size_t n = std::min(size, head_.size() - taken_);
    std::copy_n(head_.data() + taken_, n, out);
    taken_ += n;
    return static_cast<ssize_t>(n);
  }
  ssize_t write(const char* bytes, size_t size) override {
    gathered_.append(bytes, size);
    return static_cast<ssize_t>(size);
  }
  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  socket_t socket() const override { return socket_.fd(); }

  bool Flush() {
    bool sent = socket_.Write(gathered_);
    gathered_.clear();
    return sent;
  }

 private:
  ClientSocket& socket_;
  const std::string head_;
  size_t taken_ = 0;
  std::string gathered_;
};

class ChunkWriter final : public BodyWriter {
 public:
  ChunkWriter(ClientSocket& socket, ExchangeHost& host) : socket_(socket), host_(host) {}

  bool Write(std::string_view bytes) override {
    if (bytes.empty()) return true;  // An empty chunk would be the end.
    char size[24];
    int n = std::snprintf(size, sizeof(size), "%zx\r\n", bytes.size());
    return socket_.Write({size, static_cast<size_t>(n)}) && socket_.Write(bytes) && socket_.Write("\r\n");
  }
  bool is_gone() override { return socket_.is_gone(); }
  bool is_stopping() override { return host_.is_stopping(); }
  bool End() { return socket_.Write("0\r\n\r\n"); }

 private:
  ClientSocket& socket_;
  ExchangeHost& host_;
};

// A cpp-httplib server of a single request, for its protected process_request. It has no handlers of its own (each
// would be a regular expression), and never reads a body: everything happens in the hook before its routing.
class Exchange final : private httplib::Server {
 public:
  Exchange(ClientSocket& socket, const std::vector<ApiRoute>& routes, ExchangeHost& host, Clock& clock)
      : socket_(socket), routes_(routes), host_(host), clock_(clock) {
    svr_sock_ = socket.fd();  // Otherwise it takes itself to be shutting down and sends no stream.
    set_pre_routing_handler([this](const httplib::Request& request, httplib::Response& response) {
      answer_ = AnswerCaught(request);
      Fill(response);
      return HandlerResponse::Handled;
    });
    set_error_handler([](const httplib::Request&, httplib::Response& response) {
      if (response.body.empty())
        response.set_content(EncodeError("the request is not HTTP as dockerd speaks it"), kJson);
    });
  }

  void Serve() {
    deadline_ = clock_.Now() + kRequestTimeMax;
    switch (socket_.ReadHead(deadline_)) {
      case ClientSocket::Head::kClosed: return;
      case ClientSocket::Head::kSlow: return Reply("408 Request Timeout", "the request did not come in time");
      case ClientSocket::Head::kTooLarge:
        return Reply("431 Request Header Fields Too Large", "the headers are too large");
      case ClientSocket::Head::kWhole: break;
    }
    GatheringStream stream(socket_, WithoutRanges(socket_.head()));
    stream_ = &stream;
    bool connection_closed = false;
    bool sent = process_request(stream, /*close_connection=*/true, connection_closed, nullptr);
    // A client that has closed can have read nothing; a socket takes bytes for it all the same until then.
    if (answer_.source == nullptr) sent = sent && !socket_.is_gone() && stream.Flush();
    if (!sent && answer_.undo) answer_.undo();
    if (!is_body_read_) socket_.Linger();
  }

 private:
  void Reply(std::string_view status, std::string_view sentence) {
    std::string body = EncodeError(sentence);
    socket_.Write("HTTP/1.1 " + std::string(status) + "\r\nConnection: close\r\nContent-Type: " + kJson +
                  "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    socket_.Linger();
  }

  ApiAnswer AnswerCaught(const httplib::Request& request) {
    try {
      return Answer(request);
    } catch (const std::bad_alloc&) {
      std::abort();  // The journal makes a restart safe; going on without memory would not be.
    } catch (const std::exception& exception) {
      return Refusal(500, std::string("tailrace failed at this request: ") + exception.what());
    }
  }

  ApiAnswer Answer(const httplib::Request& request) {
    auto route =
        std::find_if(routes_.begin(), routes_.end(), [&](const ApiRoute& r) { return r.path == request.path; });
    if (route == routes_.end()) return Refusal(404, "there is nothing at this path");
    const std::string_view method = route->is_get ? "GET" : "POST";
    if (request.method != method) return Refusal(405, "this path takes " + std::string(method) + " only");
    ApiRequest parsed{request.path, {}};
    if (std::optional<ApiAnswer> refusal = ReadBody(request, parsed.body)) return std::move(*refusal);
    if (route->is_stream && !host_.TakeStreamPlace()) {
      return Refusal(503, "too many clients are reading logs at once; try again when some have ended");
    }
    return route->handle(parsed);
  }

  std::optional<ApiAnswer> ReadBody(const httplib::Request& request, std::string& body) {
    if (request.has_header("Transfer-Encoding") || request.has_header("Content-Encoding")) {
      return Refusal(400, "send the body as it is, with its Content-Length, neither chunked nor compressed");
    }
    std::optional<uint64_t> length = 0;
    if (request.has_header("Content-Length")) length = ParseDecimal(request.get_header_value("Content-Length"));
    if (!length || request.get_header_value_count("Content-Length") > 1) {
      return Refusal(400, "Content-Length is not a number");
    }
    if (*length > kRequestBodyBytesMax) return Refusal(413, "the body is over 4 MiB");
    stream_->Flush();  // It may hold an invitation to send the body (Expect: 100-continue).
    return ReceiveBody(*length, body);
  }

  // Grows as bytes come, whatever length was announced.
  std::optional<ApiAnswer> ReceiveBody(uint64_t length, std::string& body) {
    std::array<char, 16 * 1024> buffer;
    while (body.size() < length) {
      size_t wanted = std::min(buffer.size(), static_cast<size_t>(length) - body.size());
      ssize_t n = socket_.Read(buffer.data(), wanted, deadline_);
      if (n < 0) return Refusal(408, "the request's body did not come in time");
      if (n == 0) return Refusal(400, "the request's body is cut short");
      body.append(buffer.data(), static_cast<size_t>(n));
    }
    is_body_read_ = true;
    return std::nullopt;
  }

  void Fill(httplib::Response& response) {
    response.status = answer_.status;
    if (answer_.source == nullptr) {
      return response.set_content(answer_.body, answer_.content_type.empty() ? kJson : answer_.content_type);
    }
    // The chunks are framed by ChunkWriter: cpp-httplib would copy each twice and send it piece by piece.
    response.set_header("Transfer-Encoding", "chunked");
    response.set_content_provider(kStream, [this](size_t, httplib::DataSink& sink) {
      sink.done();
      ChunkWriter writer(socket_, host_);
      return stream_->Flush() && answer_.source->WriteTo(writer) && writer.End();
    });
  }

  ClientSocket& socket_;
  const std::vector<ApiRoute>& routes_;
  ExchangeHost& host_;
  Clock& clock_;
  MonoTime deadline_;
  GatheringStream* stream_ = nullptr;  // while Serve runs
  ApiAnswer answer_;
  bool is_body_read_ = false;
};

}  // namespace

void ServeExchange(ClientSocket& socket, const std::vector<ApiRoute>& routes, ExchangeHost& host, Clock& clock) {
  Exchange(socket, routes, host, clock).Serve();
}

}  // namespace tailrace
