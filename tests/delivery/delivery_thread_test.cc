// Delivery with its thread: figures for others, and an end within a bound. Time is the fake clock's: the transport moves
// it, and holds answers back until the test, or the end, asks for them.
#include <gtest/gtest.h>

#include <optional>
#include <thread>

#include "tests/delivery/delivery_full_rig.h"

namespace tailrace {
namespace {

// Answers only in the thread that made it, that is while Delivery drains.
class HeldTransport final : public Transport {
 public:
  explicit HeldTransport(FakeClock& clock) : clock_(clock) {}

  uint64_t Start(const ConnectionSettings&, size_t, HttpRequest request, size_t) override {
    MutexLock lock(mu_);
    started_.push_back(std::move(request.body));
    changed_.NotifyAll();
    return started_.size();
  }
  void Cancel(uint64_t) override {}
  std::vector<HttpCompletion> Poll(MonoTime deadline) override {
    if (std::this_thread::get_id() == maker_) return Drain(deadline);
    MutexLock lock(mu_);
    if (started_.empty() && deadline != kNever) clock_.AdvanceTo(deadline);
    while (!is_woken_ && !started_.empty()) changed_.WaitFor(mu_, std::chrono::seconds(10));
    is_woken_ = false;
    return {};
  }
  void Wake() override {
    MutexLock lock(mu_);
    is_woken_ = true;
    changed_.NotifyAll();
  }
  void WaitStarted() {
    MutexLock lock(mu_);
    while (started_.empty()) changed_.WaitFor(mu_, std::chrono::seconds(10));
  }
  std::optional<HttpResponse> answer;  // to the first request; none: it never comes

 private:
  std::vector<HttpCompletion> Drain(MonoTime deadline) {
    if (answer) return {HttpCompletion{1, *std::exchange(answer, std::nullopt)}};
    clock_.AdvanceTo(deadline);
    return {};
  }

  FakeClock& clock_;
  const std::thread::id maker_ = std::this_thread::get_id();
  Mutex mu_;
  CondVar changed_;
  std::vector<std::string> started_ GUARDED_BY(mu_);
  bool is_woken_ GUARDED_BY(mu_) = false;
};

class DeliveryThreadTest : public testing::Test {
 protected:
  DeliveryThreadTest() : transport_(rig_.clock), stream_(rig_.NewStream()) {
    Delivery::Options options;
    options.make_slot = [](const StreamFacts&, const std::string& slot) -> Result<SlotPlan> {
      SlotPlan plan;
      plan.kind = "fake";
      plan.settings.urls = {"http://" + slot};
      plan.settings.gzip = false;
      plan.sink = std::make_unique<FakeBulkSink>(slot);
      return plan;
    };
    options.dead_letters.directory = "/spool/dead";
    delivery_.emplace(options, Delivery::Parts{rig_.disk, rig_.clock, rig_.random, rig_.log, *rig_.journal, transport_});
    delivery_->Allow();
    delivery_->Attach(rig_.journal->Lease(*stream_));
    for (int i = 0; i < 10; ++i) rig_.WriteLine(*stream_, "a");
  }
  DeliveryFullRig rig_;
  HeldTransport transport_;
  StreamLease stream_;
  std::optional<Delivery> delivery_;
};

TEST_F(DeliveryThreadTest, StopTakesWhatIsStillAnswered) {
  delivery_->Start();
  transport_.WaitStarted();
  std::string items;
  for (int i = 0; i < 10; ++i) items += std::string(i > 0 ? "," : "") + R"({"create":{"status":201}})";
  transport_.answer = HttpResponse{.status = 200, .headers = {}, .body = R"({"items":[)" + items + "]}"};
  const MonoTime before = rig_.clock.Now();
  delivery_->Stop();
  EXPECT_EQ(rig_.clock.Now(), before);  // Nothing else is in flight.
  const DeliveryStats stats = delivery_->Stats();
  ASSERT_EQ(stats.destinations.size(), 1u);
  EXPECT_EQ(stats.destinations[0].delivered, 10u);
  EXPECT_EQ(CursorFile::Peek(rig_.disk, StreamSlot::CursorPath(*stream_, "es"))->cursor().frontier(),
            stream_->Snapshot().progress.end);
}

TEST_F(DeliveryThreadTest, StopWaitsNoLongerThanItSays) {
  delivery_->Start();
  transport_.WaitStarted();
  const MonoTime before = rig_.clock.Now();
  delivery_->Stop();
  EXPECT_EQ(rig_.clock.Now() - before, Delivery::kDrainMax);
  EXPECT_EQ(delivery_->Stats().destinations[0].waiting, 10u);
  const Result<CursorFile> cursor = CursorFile::Peek(rig_.disk, StreamSlot::CursorPath(*stream_, "es"));
  EXPECT_EQ(cursor->cursor().sent_up_to, stream_->Snapshot().progress.end);
}

TEST_F(DeliveryThreadTest, FiguresAreThoseOfNowWhileItSleeps) {
  EXPECT_TRUE(delivery_->Stats().destinations.empty());  // It does not run yet: at once.
  delivery_->Start();
  transport_.WaitStarted();
  DeliveryStats stats = delivery_->Stats();
  ASSERT_EQ(stats.destinations.size(), 1u);
  EXPECT_EQ(stats.destinations[0].in_flight, 1u);
  EXPECT_EQ(stats.destinations[0].waiting, 10u);
  EXPECT_GT(stats.budget_bytes, 0u);
  EXPECT_EQ(stats.budget_limit_bytes, Budget::kDefaultBytes);
  // What comes while a request is in flight does not wake it, and is shown all the same.
  rig_.WriteLine(*stream_, "b");
  stats = delivery_->Stats();
  EXPECT_EQ(stats.destinations[0].waiting, 11u);
  delivery_->Stop();
}

}  // namespace
}  // namespace tailrace
