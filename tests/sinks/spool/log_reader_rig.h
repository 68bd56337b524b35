// LogReaderRig: a container whose streams a test writes, and readers of it. The clock stands still. A fixture.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "sinks/spool/log_reader.h"
#include "tests/fakes/log_frames.h"
#include "tests/sinks/spool/log_oracle.h"
#include "tests/sinks/spool/test_stream.h"

namespace tailrace {

class LogReaderRig : public testing::Test {
 protected:
  TestStream& AddStream() {
    streams_.push_back(std::make_unique<TestStream>(spool_.disk, spool_.NewStream()));
    return *streams_.back();
  }
  static void Say(TestStream& stream, int64_t time, std::string_view text, std::string_view source = "stdout") {
    stream.Add(Frame(source, time, text));
    stream.Publish();
  }
  std::unique_ptr<LogReader> Open(const ReadOptions& options) {
    return std::make_unique<LogReader>(spool_.disk, spool_.clock, spool_.journal, "c0ffee", options);
  }
  // What there is to say now.
  std::vector<Said> Now(LogReader& reader) { return ReadAll(reader, spool_.clock.Now()); }
  std::string Texts(const std::unique_ptr<LogReader>& reader) { return Texts(*reader); }
  std::string Texts(LogReader& reader) {
    std::string texts;
    for (const Said& said : Now(reader)) texts += said.text;
    return texts;
  }
  bool IsOver(LogReader& reader) { return reader.Next(spool_.clock.Now()).kind == LogReader::Chunk::Kind::kEnd; }
  int64_t WallNow() { return spool_.clock.WallNow().ns; }

  TestSpool spool_;
  std::vector<std::unique_ptr<TestStream>> streams_;
};

}  // namespace tailrace
