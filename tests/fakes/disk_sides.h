// The two disks that have to agree, each with what dockerd would do on it; and how their answers are noted and compared.
// For the disk_agreement_*_test files alone.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "base/posix_disk.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/mem_disk.h"
#include "tests/fakes/real_writer.h"
#include "tests/fakes/temp_dir.h"

namespace tailrace {

struct RealSide {
  using Writer = RealWriter;
  TempDir dir;
  PosixDisk disk;
  std::string root = dir / "root";  // links may lead one folder up
  RealSide() { EXPECT_TRUE(disk.MakeDir(root).ok()); }
  void MakeFifo(const std::string& path) { MakeRealFifo(path); }
  std::unique_ptr<Writer> OpenWriter(const std::string& path) { return std::make_unique<Writer>(path); }
};

struct MemSide {
  using Writer = MemWriter;
  FakeClock clock;
  MemDisk disk{clock};
  std::string root = "/top/root";
  MemSide() { disk.MakeDirs(root); }
  void MakeFifo(const std::string& path) { disk.MakeFifo(path); }
  std::unique_ptr<Writer> OpenWriter(const std::string& path) { return disk.OpenWriter(path); }
};

inline std::string Show(const Status& status) { return std::string(StatusCodeName(status.code())); }

inline std::string Show(const Result<MoveOutcome>& moved) {
  if (!moved.ok()) return Show(moved.status());
  switch (moved->kind) {
    case MoveOutcome::Kind::kMoved: return "moved " + std::to_string(moved->bytes);
    case MoveOutcome::Kind::kEmpty: return "empty";
    case MoveOutcome::Kind::kEnded: return "ended";
  }
  return "?";
}

template <typename Number>
inline std::string ShowNumber(const Result<Number>& number) {
  return number.ok() ? std::to_string(*number) : Show(number.status());
}

// Bytes that tell where in the stream they are.
inline std::string Pattern(uint64_t from, size_t n) {
  std::string bytes(n, '\0');
  for (size_t i = 0; i < n; ++i) bytes[i] = static_cast<char>('!' + (from + i) * 7 / 5 % 90);
  return bytes;
}

// The first difference, cut where contents begin to bore.
inline testing::AssertionResult IsSame(const std::vector<std::string>& real, const std::vector<std::string>& mem) {
  for (size_t i = 0; i < std::min(real.size(), mem.size()); ++i) {
    if (real[i] == mem[i]) continue;
    return testing::AssertionFailure() << "step " << i << " after " << (i == 0 ? "nothing" : real[i - 1].substr(0, 200))
                                       << "\n kernel: " << real[i].substr(0, 200) << "\n memory: "
                                       << mem[i].substr(0, 200);
  }
  if (real.size() == mem.size()) return testing::AssertionSuccess();
  return testing::AssertionFailure() << real.size() << " against " << mem.size() << " steps";
}

}  // namespace tailrace
