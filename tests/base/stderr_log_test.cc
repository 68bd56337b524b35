#include "base/stderr_log.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <thread>

#include "base/bytes.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/temp_dir.h"

namespace tailrace {
namespace {

constexpr std::string_view kTime = "time=2026-01-02T03:04:05.000000000Z ";

std::string Line(std::string_view event, std::initializer_list<LogField> fields, uint64_t left_out = 0,
                 uint64_t dropped = 0) {
  std::string line = LogLine(FakeClock::kStart, LogLevel::kInfo, event, fields, left_out, dropped);
  EXPECT_TRUE(line.starts_with(kTime)) << line;
  EXPECT_EQ(line.find('\n'), line.size() - 1) << line;
  return line.substr(kTime.size(), line.size() - kTime.size() - 1);
}

TEST(LogLine, IsKeysAndValues) {
  EXPECT_EQ(Line("spool-full", {{"container", "c0ffee"}, {"bytes", "5"}}),
            "level=info event=spool-full container=c0ffee bytes=5");
  EXPECT_EQ(Line("x", {}, 3, 4), "level=info event=x repeats=3 dropped=4");
}

TEST(LogLine, QuotesWhatCouldBeMisread) {
  EXPECT_EQ(Line("x", {{"k", "two words"}}), R"(level=info event=x k="two words")");
  EXPECT_EQ(Line("x", {{"k", ""}}), R"(level=info event=x k="")");
  EXPECT_EQ(Line("x", {{"k", "a=b"}}), R"(level=info event=x k="a=b")");
  EXPECT_EQ(Line("x", {{"k", "a\"b\\c\nd\te"}}), R"(level=info event=x k="a\"b\\c\nd\te")");
  EXPECT_EQ(Line("x", {{"k", "\x1b[31m\x7f"}}), R"(level=info event=x k="\x1b[31m\x7f")");
}

TEST(LogLine, EscapesWhatIsNotUtf8) {
  EXPECT_EQ(Line("x", {{"k", "caf\xc3\xa9"}}), "level=info event=x k=caf\xc3\xa9");
  EXPECT_EQ(Line("x", {{"k", "a\xff" "b\xc3"}}), R"(level=info event=x k="a\xffb\xc3")");
}

TEST(LogLine, IsCutAtItsLimitAndSaysSo) {
  for (const std::string& value : {std::string(10'000, 'x'), std::string(10'000, '\n'), std::string(10'000, '"')}) {
    std::string line = LogLine(FakeClock::kStart, LogLevel::kError, "x", {{"k", value}, {"l", "lost"}}, UINT64_MAX,
                               UINT64_MAX);
    EXPECT_LE(line.size(), Log::kLineBytesMax);
    EXPECT_GT(line.size(), Log::kLineBytesMax - 100);
    EXPECT_NE(line.find(" cut=true repeats=18446744073709551615 dropped=18446744073709551615\n"), std::string::npos);
    EXPECT_EQ(line.find("lost"), std::string::npos);
  }
}

TEST(LogLine, IsCutBetweenCharacters) {
  std::string text;
  for (int i = 0; i < 3000; ++i) text += "\xe2\x82\xac";
  std::string line = Line("x", {{"k", text}});
  size_t cut = line.find(" cut=true");
  ASSERT_NE(cut, std::string::npos);
  EXPECT_EQ(line.substr(cut - 3, 3), "\xe2\x82\xac");
}

TEST(LogLine, FieldsBeyondTheLimitAreLeftOut) {
  std::string half(2000, 'x');
  std::string line = LogLine(FakeClock::kStart, LogLevel::kInfo, "x", {{"a", half}, {"b", half}, {"c", half}}, 0, 0);
  EXPECT_LE(line.size(), Log::kLineBytesMax);
  EXPECT_NE(line.find(" cut=true\n"), std::string::npos);
}

class StderrLogTest : public testing::Test {
 protected:
  void SetUp() override {
    int ends[2];
    ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
    reader_ = UniqueFd(ends[0]);
    writer_ = UniqueFd(ends[1]);
    fcntl(reader_.get(), F_SETFL, O_NONBLOCK);
    log_ = std::make_unique<StderrLog>(clock_, LogLevel::kInfo, writer_.get());
  }

  std::string ReadAll() {
    std::string all;
    std::string part(65536, '\0');
    for (ssize_t n; (n = read(reader_.get(), part.data(), part.size())) > 0;) all += part.substr(0, static_cast<size_t>(n));
    return all;
  }
  size_t CountLines() {
    std::string all = ReadAll();
    return static_cast<size_t>(std::count(all.begin(), all.end(), '\n'));
  }
  // Until the pipe takes nothing more.
  void FillPipe() {
    fcntl(writer_.get(), F_SETFL, O_NONBLOCK);
    std::string page(4096, 'x');
    while (write(writer_.get(), page.data(), page.size()) > 0) {
    }
    fcntl(writer_.get(), F_SETFL, 0);
  }

  FakeClock clock_;
  UniqueFd reader_;
  UniqueFd writer_;
  std::unique_ptr<StderrLog> log_;
};

TEST_F(StderrLogTest, WritesALine) {
  log_->Write(LogLevel::kWarning, "spool-full", {{"bytes", "5"}});
  EXPECT_EQ(ReadAll(), std::string(kTime) + "level=warning event=spool-full bytes=5\n");
}

TEST_F(StderrLogTest, LeavesOutWhatIsBelowTheLevel) {
  log_->Write(LogLevel::kDebug, "detail", {});
  EXPECT_EQ(ReadAll(), "");
}

TEST_F(StderrLogTest, TheFirstLineOfAKeyComesAtOnceAndThenOneEachHalfMinute) {
  for (int i = 0; i < 10; ++i) log_->Write(LogLevel::kInfo, "x", {{"k", "a"}});
  EXPECT_EQ(CountLines(), 1u);
  clock_.Advance(Log::kRepeat - Nanos(1));
  log_->Write(LogLevel::kInfo, "x", {{"k", "a"}});
  EXPECT_EQ(CountLines(), 0u);
  clock_.Advance(Nanos(1));
  log_->Write(LogLevel::kInfo, "x", {{"k", "a"}});
  EXPECT_NE(ReadAll().find("event=x k=a repeats=10\n"), std::string::npos);
  log_->Write(LogLevel::kInfo, "x", {{"k", "a"}});
  clock_.Advance(Log::kRepeat);
  log_->Write(LogLevel::kInfo, "x", {{"k", "a"}});
  EXPECT_NE(ReadAll().find("event=x k=a repeats=1\n"), std::string::npos);
}

TEST_F(StderrLogTest, KeysAreThrottledApart) {
  log_->Write(LogLevel::kInfo, "x", {{"k", "a"}, {"n", "1"}});
  log_->Write(LogLevel::kInfo, "x", {{"k", "b"}, {"n", "1"}});
  log_->Write(LogLevel::kInfo, "y", {{"k", "a"}, {"n", "1"}});
  log_->Write(LogLevel::kInfo, "x", {{"k", "a"}, {"n", "2"}});  // The second field is no part of the key.
  log_->Write(LogLevel::kInfo, "z", {});
  EXPECT_EQ(CountLines(), 4u);
}

TEST_F(StderrLogTest, KeysAreBoundedAndForgottenWhenOld) {
  for (size_t i = 0; i < Log::kKeysMax; ++i) {
    log_->Write(LogLevel::kInfo, "x", {{"k", std::to_string(i)}});
    if (i % 100 == 0) ReadAll();
  }
  ReadAll();
  log_->Write(LogLevel::kInfo, "one-more", {});
  EXPECT_EQ(ReadAll(), "");
  clock_.Advance(Log::kRepeat);
  log_->Write(LogLevel::kInfo, "one-more", {});
  EXPECT_NE(ReadAll().find("event=one-more dropped=1\n"), std::string::npos);
}

TEST_F(StderrLogTest, AFullPipeDropsLinesAndTheNextOneTells) {
  FillPipe();
  log_->Write(LogLevel::kError, "a", {});  // Would hang here if it could wait.
  log_->Write(LogLevel::kError, "b", {});
  EXPECT_EQ(ReadAll().find("event="), std::string::npos);
  log_->Write(LogLevel::kError, "c", {});
  EXPECT_NE(ReadAll().find("event=c dropped=2\n"), std::string::npos);
  log_->Write(LogLevel::kError, "d", {});
  EXPECT_NE(ReadAll().find("event=d\n"), std::string::npos);
}

TEST_F(StderrLogTest, TheSharedDescriptorStaysBlocking) {
  log_->Write(LogLevel::kInfo, "x", {});
  EXPECT_EQ(fcntl(writer_.get(), F_GETFL) & O_NONBLOCK, 0);
}

TEST_F(StderrLogTest, APipeWithoutReaderDropsLines) {
  sighandler_t before = signal(SIGPIPE, SIG_IGN);
  reader_ = UniqueFd();
  log_->Write(LogLevel::kInfo, "x", {});
  signal(SIGPIPE, before);
}

TEST_F(StderrLogTest, WritesToAFileAsWell) {
  TempDir dir;
  UniqueFd file(open((dir / "log").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  StderrLog log(clock_, LogLevel::kDebug, file.get());
  log.Write(LogLevel::kDebug, "x", {});
  std::string text(100, '\0');
  ssize_t n = pread(file.get(), text.data(), text.size(), 0);
  EXPECT_EQ(text.substr(0, static_cast<size_t>(n)), std::string(kTime) + "level=debug event=x\n");
}

TEST_F(StderrLogTest, LinesOfSeveralThreadsStayWhole) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([this, t] {
      for (int i = 0; i < 100; ++i) log_->Write(LogLevel::kInfo, "x", {{"k", std::to_string(t * 100 + i)}});
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::string all = ReadAll();
  for (size_t at = 0, end; at < all.size(); at = end + 1) {
    end = all.find('\n', at);
    ASSERT_NE(end, std::string::npos);
    ASSERT_TRUE(all.substr(at).starts_with(std::string(kTime) + "level=info event=x k=")) << all.substr(at, end - at);
  }
  EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), 400);
}

TEST_F(StderrLogTest, ALongLineIsOneWholeWrite) {
  log_->Write(LogLevel::kInfo, "x", {{"k", std::string(100'000, 'x')}});
  std::string line = ReadAll();
  EXPECT_EQ(line.back(), '\n');
  EXPECT_LE(line.size(), Log::kLineBytesMax);
}

}  // namespace
}  // namespace tailrace
