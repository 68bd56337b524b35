#include "tests/fakes/fake_dockerd.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <atomic>
#include <cstdio>

#include "base/bytes.h"
#include "base/check.h"
#include "base/json.h"

namespace tailrace {

namespace {

// 64 hex digits, different each time, also between processes of one test.
std::string FifoName() {
  static std::atomic<uint64_t> count{0};
  uint64_t n = ++count;
  return Hex64(static_cast<uint64_t>(getpid())) + Hex64(n) + Hex64(n * 0x9e3779b97f4a7c15u) + Hex64(~n);
}

void WriteStrings(JsonWriter& writer, std::string_view key, const std::vector<std::string>& values) {
  writer.Key(key);
  if (values.empty()) {
    writer.Null();  // As Go writes a nil slice.
    return;
  }
  writer.BeginArray();
  for (const std::string& value : values) writer.String(value);
  writer.EndArray();
}

void WriteMap(JsonWriter& writer, std::string_view key, const std::map<std::string, std::string>& values) {
  writer.Key(key).BeginObject();
  for (const auto& [name, value] : values) writer.Key(name).String(value);
  writer.EndObject();
}

void WriteInfo(JsonWriter& writer, const FakeContainer& container) {
  writer.Key("Info").BeginObject();
  WriteMap(writer, "Config", container.config);
  writer.Key("ContainerID").String(container.id).Key("ContainerName").String(container.name);
  writer.Key("ContainerEntrypoint").String("sh");
  WriteStrings(writer, "ContainerArgs", {"-c", "true"});
  writer.Key("ContainerImageID").String("sha256:" + std::string(64, 'e')).Key("ContainerImageName").String("busybox");
  writer.Key("ContainerCreated").String("2026-01-02T03:04:05.123456789Z");
  WriteStrings(writer, "ContainerEnv", container.env);
  WriteMap(writer, "ContainerLabels", container.labels);
  writer.Key("LogPath").String("").Key("DaemonName").String("docker").EndObject();
}

}  // namespace

std::string FakeContainerId(uint64_t number) { return Hex64(number) + Hex64(0) + Hex64(1) + Hex64(2); }

FakeLogger::FakeLogger(std::string socket, std::string file, UniqueFd fifo)
    : socket_(std::move(socket)), file_(std::move(file)), fifo_(std::move(fifo)) {}

FakeLogger::~FakeLogger() = default;

void FakeLogger::Write(std::string_view frames) {
  while (!frames.empty()) {
    size_t bytes = 4 + LoadBig32(frames.data());
    WriteBytes(frames.substr(0, bytes));
    frames.remove_prefix(bytes);
  }
}

void FakeLogger::WriteBytes(std::string_view bytes) {
  ssize_t n = RetryInterrupted([&] { return write(fifo_.get(), bytes.data(), bytes.size()); });
  CHECK_EQ(static_cast<size_t>(n), bytes.size());
}

void FakeLogger::WriteLine(std::string_view line, std::string_view source, int64_t time_ns) {
  if (time_ns == 0) {
    time_ns = std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count();
  }
  for (const std::string& frame : SplitLine(source, time_ns, line)) Write(frame);
}

size_t FakeLogger::PipeBytes() const {
  int bytes = 0;
  CHECK_EQ(ioctl(fifo_.get(), FIONREAD, &bytes), 0);
  return static_cast<size_t>(bytes);
}

HttpReply FakeLogger::PostStop() {
  UnixHttpClient client(socket_);
  client.SendPost("/LogDriver.StopLogging", FakeDockerd::StopBody(file_));
  return client.ReadReply();
}

void FakeLogger::CloseAndUnlink() {
  fifo_ = UniqueFd();
  unlink(file_.c_str());
}

HttpReply FakeLogger::Stop() {
  HttpReply reply = PostStop();
  CloseAndUnlink();
  return reply;
}

void FakeLogger::Crash() { fifo_ = UniqueFd(); }

std::string FakeLogs::text() const {
  std::string text;
  for (const proto::LogEntry& entry : entries) text += entry.line();
  return text;
}

FakeLogStream::FakeLogStream(const std::string& socket, const std::string& request) : client_(socket) {
  client_.SendPost("/LogDriver.ReadLogs", request);
  head_ = client_.ReadHead();
}

FakeLogStream::Outcome FakeLogStream::Next(proto::LogEntry& entry, std::chrono::milliseconds patience) {
  while (true) {
    for (; taken_ < waiting_.size(); ++taken_) {
      bool is_shown = waiting_[taken_].source() == "stdout" || waiting_[taken_].source() == "stderr";
      if (is_shown) {
        entry = waiting_[taken_++];
        return Outcome::kEntry;
      }
      ++heartbeats_;
    }
    std::string chunk;
    switch (client_.ReadChunk(chunk, patience)) {
      case UnixHttpClient::Outcome::kChunk: break;
      case UnixHttpClient::Outcome::kEnd: return Outcome::kEnd;
      case UnixHttpClient::Outcome::kBroken: return Outcome::kBroken;
      case UnixHttpClient::Outcome::kTimeout: return Outcome::kTimeout;
    }
    waiting_ = ParseFrames(chunk);  // Whole frames in each chunk.
    taken_ = 0;
  }
}

std::string FakeLogStream::NextText(std::chrono::milliseconds patience) {
  proto::LogEntry entry;
  switch (Next(entry, patience)) {
    case Outcome::kEntry: return entry.line();
    case Outcome::kEnd: return "<end>";
    case Outcome::kBroken: return "<broken>";
    case Outcome::kTimeout: return "<timeout>";
  }
  return {};
}

FakeDockerd::FakeDockerd(std::string socket, std::string fifo_directory)
    : socket_(std::move(socket)), fifo_directory_(std::move(fifo_directory)) {}

HttpReply FakeDockerd::Call(const std::string& path, std::string_view body) {
  UnixHttpClient client(socket_);
  if (!client.is_connected() || !client.SendPost(path, body)) return {};
  return client.ReadReply();
}

std::unique_ptr<FakeLogger> FakeDockerd::MakeLogger() {
  std::string file = fifo_directory_ + "/" + FifoName();
  CHECK_EQ(mkfifo(file.c_str(), 0700), 0);
  UniqueFd fifo(open(file.c_str(), O_RDWR | O_CLOEXEC));
  CHECK(fifo.is_open());
  return std::make_unique<FakeLogger>(socket_, file, std::move(fifo));
}

HttpReply FakeDockerd::PostStart(const std::string& file, const FakeContainer& container) {
  return Call("/LogDriver.StartLogging", StartBody(file, container));
}

std::unique_ptr<FakeLogger> FakeDockerd::Start(const FakeContainer& container) {
  Call("/LogDriver.Capabilities", "");
  std::unique_ptr<FakeLogger> logger = MakeLogger();
  HttpReply reply = PostStart(logger->file(), container);
  refusal_ = "status " + std::to_string(reply.status) + ": " + reply.body;
  Result<JsonDocument> answer = JsonDocument::Parse(reply.body);
  if (reply.status != 200 || !answer.ok()) return nullptr;
  refusal_ = answer->root().Member("Err").AsString().value_or("");
  if (!refusal_.empty()) return nullptr;
  return logger;
}

FakeLogs FakeDockerd::ReadLogs(const FakeContainer& container, const FakeReadConfig& config) {
  FakeLogs logs;
  logs.reply = Call("/LogDriver.ReadLogs", ReadBody(container, config));
  if (logs.reply.status != 200) return logs;
  for (proto::LogEntry& entry : ParseFrames(logs.reply.body)) {
    if (entry.source() == "stdout" || entry.source() == "stderr") logs.entries.push_back(std::move(entry));
  }
  return logs;
}

FakeLogs FakeDockerd::ReadLogsStopped(const FakeContainer& container, const FakeReadConfig& config) {
  std::unique_ptr<FakeLogger> temporary = Start(container);
  if (temporary == nullptr) return {};
  FakeLogs logs = ReadLogs(container, config);
  temporary->Stop();
  return logs;
}

std::unique_ptr<FakeLogStream> FakeDockerd::Follow(const FakeContainer& container, FakeReadConfig config) {
  config.follow = true;
  return std::make_unique<FakeLogStream>(socket_, ReadBody(container, config));
}

std::string FakeDockerd::StartBody(const std::string& file, const FakeContainer& container) {
  JsonWriter writer;
  writer.BeginObject().Key("File").String(file);
  WriteInfo(writer, container);
  writer.EndObject();
  return writer.Take() + "\n";
}

std::string FakeDockerd::StopBody(const std::string& file) {
  JsonWriter writer;
  writer.BeginObject().Key("File").String(file).EndObject();
  return writer.Take() + "\n";
}

std::string FakeDockerd::ReadBody(const FakeContainer& container, const FakeReadConfig& config) {
  JsonWriter writer;
  writer.BeginObject();
  WriteInfo(writer, container);
  writer.Key("Config").BeginObject().Key("Since").String(config.since).Key("Until").String(config.until);
  writer.Key("Tail").Int(config.tail).Key("Follow").Bool(config.follow).EndObject().EndObject();
  return writer.Take() + "\n";
}

}  // namespace tailrace
