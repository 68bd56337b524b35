// DriverTest: a driver over a real journal, a real intake thread and real FIFOs; and the housekeeper's part at a
// stream's end, as far as it matters here.
#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "base/posix_disk.h"
#include "base/random.h"
#include "driver/driver.h"
#include "sinks/registry.h"
#include "tests/fakes/log_frames.h"
#include "tests/fakes/memory_log.h"
#include "tests/fakes/real_writer.h"
#include "tests/fakes/temp_dir.h"

namespace tailrace {

class EndedStreams final : public IntakeReports {
 public:
  explicit EndedStreams(Journal& journal) : journal_(journal) {}
  void ReportNoSpace() override {}
  void ReportEnded(StreamLease stream) override {
    if (stream->is_committed()) (void)journal_.RemoveLink(*stream);
    ++count_;
  }
  int count() const { return count_; }

 private:
  Journal& journal_;
  std::atomic<int> count_{0};
};

class DriverTest : public testing::Test {
 protected:
  DriverTest() { Begin(/*open=*/true); }
  ~DriverTest() override { End(); }

  void Begin(bool open) {
    journal_ = std::make_unique<Journal>(Journal::Options{.root = dir_ / "spool", .fifo_directory = fifos_},
                                         Journal::Parts{disk_, clock_, random_, log_});
    if (open) CHECK(journal_->Open().ok());
    ended_ = std::make_unique<EndedStreams>(*journal_);
    intake_ = std::make_unique<Intake>(Intake::Parts{disk_, clock_, log_, *journal_, *ended_});
    driver_ = std::make_unique<Driver>(
        Driver::Parts{disk_, clock_, log_, *journal_, *intake_, table_, plugin_, "host1", own_fifos_});
    intake_->Start();
  }
  void End() {
    intake_->Stop();
    driver_.reset();
    intake_.reset();
    ended_.reset();
    journal_.reset();
  }
  void Restart(bool open = true) {
    End();
    Begin(open);
    driver_->Reattach();
  }

  std::unique_ptr<RealWriter> MakeFifo(const std::string& name) {
    mkdir(fifos_.c_str(), 0700);
    MakeRealFifo(fifos_ + "/" + name);
    return std::make_unique<RealWriter>(fifos_ + "/" + name);
  }
  StartRequest Request(const std::string& fifo, const std::string& container = "c1") {
    StartRequest request;
    request.file = fifos_ + "/" + fifo;
    request.info.id = container;
    request.info.name = "/shop";
    request.info.image_name = "busybox";
    return request;
  }
  std::string Logs(const std::string& container = "c1") {
    ReadRequest request;
    request.info.id = container;
    std::unique_ptr<LogReader> reader = driver_->Read(request);
    std::string text;
    while (true) {
      LogReader::Chunk chunk = reader->Next(clock_.Now() + std::chrono::seconds(5));
      if (chunk.kind == LogReader::Chunk::Kind::kEnd) return text;
      for (const proto::LogEntry& entry : ParseFrames(chunk.bytes)) text += entry.line();
    }
  }
  bool Eventually(const std::function<bool()>& condition) {
    MonoTime deadline = clock_.Now() + std::chrono::seconds(20);
    while (!condition()) {
      if (clock_.Now() > deadline) return false;
      std::this_thread::yield();
    }
    return true;
  }

  TempDir dir_;
  std::string fifos_ = dir_ / "fifos";
  std::string own_fifos_;
  PosixDisk disk_;
  SystemClock clock_;
  SystemRandom random_;
  MemoryLog log_;
  OptionTable table_{SinkOptionRows()};
  PluginOptions plugin_;
  std::unique_ptr<Journal> journal_;
  std::unique_ptr<EndedStreams> ended_;
  std::unique_ptr<Intake> intake_;
  std::unique_ptr<Driver> driver_;
};

}  // namespace tailrace
