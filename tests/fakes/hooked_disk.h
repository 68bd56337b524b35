// HookedDisk: a disk that calls the test before each Open of a file: what another thread may do between two steps of a
// reader is done there. Owned by the test; as many threads as the disk below and the hook can bear.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/disk.h"

namespace tailrace {

class HookedDisk final : public Disk {
 public:
  using Hook = std::function<void(const std::string& path)>;
  HookedDisk(Disk& disk, Hook before_open) : disk_(disk), before_open_(std::move(before_open)) {}

  Result<std::unique_ptr<File>> Open(const std::string& path, OpenMode mode) override {
    before_open_(path);
    return disk_.Open(path, mode);
  }
  Result<std::unique_ptr<Fifo>> OpenFifo(const std::string& path) override { return disk_.OpenFifo(path); }
  Result<std::unique_ptr<Poller>> NewPoller() override { return disk_.NewPoller(); }
  Status MakeDir(const std::string& path) override { return disk_.MakeDir(path); }
  Status RemoveDir(const std::string& path) override { return disk_.RemoveDir(path); }
  Status Rename(const std::string& from, const std::string& to) override { return disk_.Rename(from, to); }
  Status Unlink(const std::string& path) override { return disk_.Unlink(path); }
  Status MakeLink(const std::string& target, const std::string& path) override { return disk_.MakeLink(target, path); }
  Result<std::string> ReadLink(const std::string& path) override { return disk_.ReadLink(path); }
  Result<std::vector<DirEntry>> List(const std::string& path) override { return disk_.List(path); }
  Result<FileInfo> Stat(const std::string& path) override { return disk_.Stat(path); }
  Result<SpaceInfo> Space(const std::string& path) override { return disk_.Space(path); }
  Status SyncDir(const std::string& path) override { return disk_.SyncDir(path); }

 private:
  Disk& disk_;
  const Hook before_open_;
};

}  // namespace tailrace
