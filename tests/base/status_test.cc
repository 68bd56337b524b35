#include "base/status.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <memory>

namespace tailrace {
namespace {

TEST(Status, IsOkByDefault) {
  EXPECT_TRUE(Status().ok());
  EXPECT_EQ(Status::Ok().code(), StatusCode::kOk);
  EXPECT_EQ(Status::Ok().message(), "");
}

TEST(Status, SaysWhatWasDoneAndWhyItFailed) {
  Status status = Status::FromErrno(ENOSPC, "append j/07.log");
  EXPECT_EQ(status.code(), StatusCode::kNoSpace);
  EXPECT_EQ(status.message(), "append j/07.log: No space left on device");
}

TEST(Status, SortsErrnosByWhatACallerDecidesOn) {
  EXPECT_EQ(Status::FromErrno(ENOENT, "x").code(), StatusCode::kNotFound);
  EXPECT_EQ(Status::FromErrno(ENOTDIR, "x").code(), StatusCode::kNotFound);
  EXPECT_EQ(Status::FromErrno(EEXIST, "x").code(), StatusCode::kExists);
  EXPECT_EQ(Status::FromErrno(EDQUOT, "x").code(), StatusCode::kNoSpace);
  EXPECT_EQ(Status::FromErrno(EROFS, "x").code(), StatusCode::kDenied);
  EXPECT_EQ(Status::FromErrno(EWOULDBLOCK, "x").code(), StatusCode::kBusy);
  EXPECT_EQ(Status::FromErrno(EIO, "x").code(), StatusCode::kIo);
  EXPECT_EQ(Status::FromErrno(ENOMEM, "x").code(), StatusCode::kIo);
}

TEST(Status, WrapsFromTheInsideOut) {
  Status status = NotFound("open facts: No such file").Wrap("attach stream 7");
  EXPECT_EQ(status.code(), StatusCode::kNotFound);
  EXPECT_EQ(status.message(), "attach stream 7: open facts: No such file");
}

TEST(Status, EveryCodeHasItsOwnName) {
  EXPECT_EQ(StatusCodeName(StatusCode::kOk), "ok");
  EXPECT_EQ(StatusCodeName(StatusCode::kNoSpace), "no-space");
  EXPECT_EQ(StatusCodeName(StatusCode::kGone), "gone");
}

Result<int> Half(int value) {
  if (value % 2 != 0) return Invalid("halve " + std::to_string(value) + ": odd");
  return value / 2;
}

Result<int> Quarter(int value) {
  ASSIGN_OR_RETURN(int half, Half(value));
  return Half(half);
}

Status CheckEven(int value) {
  RETURN_IF_ERROR(Half(value).status());
  return Status::Ok();
}

TEST(Result, CarriesAValueOrTheReasonForNone) {
  EXPECT_EQ(*Quarter(8), 2);
  EXPECT_EQ(Quarter(6).status().message(), "halve 3: odd");
  EXPECT_EQ(Quarter(5).status().message(), "halve 5: odd");
  EXPECT_EQ(Quarter(5).value_or(-1), -1);
  EXPECT_TRUE(CheckEven(2).ok());
  EXPECT_FALSE(CheckEven(3).ok());
}

TEST(Result, MovesWhatCannotBeCopied) {
  Result<std::unique_ptr<int>> result(std::make_unique<int>(5));
  std::unique_ptr<int> owned = std::move(*result);
  EXPECT_EQ(*owned, 5);
}

TEST(ResultDeathTest, AskingForAMissingValueIsOurBug) {
  Result<int> result = Half(3);
  EXPECT_DEATH(static_cast<void>(result.value()), "check failed");
  EXPECT_DEATH(static_cast<void>(Result<int>{Status::Ok()}), "check failed");
}

}  // namespace
}  // namespace tailrace
