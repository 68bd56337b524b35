#include "driver/start_check.h"

#include <gtest/gtest.h>

#include <string>

namespace tailrace {
namespace {

TEST(StartCheck, TakesWhatDockerSends) {
  EXPECT_TRUE(CheckContainerId(std::string(64, 'c')).ok());
  EXPECT_TRUE(CheckFifoPath("/run/docker/logging/" + std::string(64, 'f')).ok());
}

TEST(StartCheck, RefusesIdsThatAreNoFileNames) {
  for (const char* id : {"", ".", "..", "../x", "a/b", "a b", ".hidden", "a\n", "\xff"}) {
    EXPECT_FALSE(CheckContainerId(id).ok()) << id;
  }
  EXPECT_FALSE(CheckContainerId(std::string(kContainerIdBytesMax + 1, 'c')).ok());
  EXPECT_FALSE(CheckContainerId(std::string_view("a\0b", 3)).ok());
}

TEST(StartCheck, RefusesPathsThatAreNotAbsoluteOrNameNothing) {
  for (const char* path : {"", "f", "./f", "/", "/a/", "/a/..", "/a/.", "/a/ b"}) {
    EXPECT_FALSE(CheckFifoPath(path).ok()) << path;
  }
  EXPECT_FALSE(CheckFifoPath(std::string_view("/a\0/b", 5)).ok());
  EXPECT_FALSE(CheckFifoPath("/" + std::string(kFifoNameBytesMax + 1, 'f')).ok());
}

TEST(StartCheck, SaysWhichFieldIsWrong) {
  StartRequest request;
  request.file = "f";
  EXPECT_EQ(CheckStartRequest(request).message(), "request: File must be an absolute path");
  request.file = "/f";
  EXPECT_EQ(CheckStartRequest(request).message(), "request: Info.ContainerID is not a container's id");
}

}  // namespace
}  // namespace tailrace
