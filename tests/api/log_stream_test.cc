#include "api/log_stream.h"

#include <gtest/gtest.h>

#include "tests/driver/driver_fixture.h"

namespace tailrace {
namespace {

class FakeBodyWriter final : public BodyWriter {
 public:
  bool Write(std::string_view bytes) override {
    if (gone) return false;
    for (const proto::LogEntry& entry : ParseFrames(bytes)) text += entry.line();
    ++writes;
    if (writes == gone_after) gone = true;
    return true;
  }
  bool is_gone() override { return gone; }
  bool is_stopping() override { return stopping; }

  std::string text;
  int writes = 0;
  int gone_after = -1;
  std::atomic<bool> gone{false};
  std::atomic<bool> stopping{false};
};

class LogStreamTest : public DriverTest {
 protected:
  void SetUp() override {
    writer_ = MakeFifo("f1");
    ASSERT_TRUE(driver_->Start(Request("f1")).ok());
    writer_->Write(Frame("stdout", 1, "one"));
    driver_->Stop(fifos_ + "/f1");  // It is in the journal.
  }
  LogStream Stream(bool follow) {
    ReadRequest request;
    request.info.id = "c1";
    request.options.follow = follow;
    return LogStream(driver_->Read(request), follow, clock_);
  }

  std::unique_ptr<RealWriter> writer_;
  FakeBodyWriter body_;
};

TEST_F(LogStreamTest, EndsCleanlyWhenAllHasBeenSaid) {
  EXPECT_TRUE(Stream(/*follow=*/false).WriteTo(body_));
  EXPECT_EQ(body_.text, "one\n");
}

TEST_F(LogStreamTest, FollowerEndsWithItsContainer) {
  LogStream stream = Stream(/*follow=*/true);
  writer_->Write(Frame("stdout", 2, "two"));
  writer_->Close();
  EXPECT_TRUE(stream.WriteTo(body_));
  EXPECT_EQ(body_.text, "one\ntwo\n");
}

TEST_F(LogStreamTest, ClientThatGoesIsNoCleanEnd) {
  body_.gone_after = 1;
  EXPECT_FALSE(Stream(/*follow=*/true).WriteTo(body_));
  EXPECT_EQ(body_.writes, 1);
}

TEST_F(LogStreamTest, IdleFollowerNoticesThatItsClientHasGone) {
  LogStream stream = Stream(/*follow=*/true);
  std::thread client([&] { body_.gone = true; });
  EXPECT_FALSE(stream.WriteTo(body_));
  client.join();
}

TEST_F(LogStreamTest, StopEndsAFollowerAndLetsAnythingElseFinish) {
  body_.stopping = true;
  EXPECT_TRUE(Stream(/*follow=*/true).WriteTo(body_));
  FakeBodyWriter other;
  other.stopping = true;
  EXPECT_TRUE(Stream(/*follow=*/false).WriteTo(other));
  EXPECT_EQ(other.text, "one\n");
}

}  // namespace
}  // namespace tailrace
