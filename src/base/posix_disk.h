// PosixDisk: Disk by the kernel's calls. Owned by App (or a test); no state, any thread.
// It does not create parent folders, and does not follow a relative path anywhere but from the working directory.
#pragma once

#include "base/disk.h"

namespace tailrace {

class PosixDisk final : public Disk {
 public:
  Result<std::unique_ptr<File>> Open(const std::string& path, OpenMode mode) override;
  Result<std::unique_ptr<Fifo>> OpenFifo(const std::string& path) override;
  Result<std::unique_ptr<Poller>> NewPoller() override;

  Status MakeDir(const std::string& path) override;
  Status RemoveDir(const std::string& path) override;
  Status Rename(const std::string& from, const std::string& to) override;
  Status Unlink(const std::string& path) override;
  Status MakeLink(const std::string& target, const std::string& path) override;
  Result<std::string> ReadLink(const std::string& path) override;
  Result<std::vector<DirEntry>> List(const std::string& path) override;
  Result<FileInfo> Stat(const std::string& path) override;
  Result<SpaceInfo> Space(const std::string& path) override;
  Status SyncDir(const std::string& path) override;
};

}  // namespace tailrace
