#include "base/unix_address.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

TEST(UnixAddress, TakesWhatFitsWithItsEnd) {
  const std::string longest(sizeof(sockaddr_un::sun_path) - 1, 'x');
  const Result<sockaddr_un> address = UnixAddress("listen on", longest);
  ASSERT_TRUE(address.ok());
  EXPECT_EQ(address->sun_family, AF_UNIX);
  EXPECT_EQ(std::string(address->sun_path), longest);
}

TEST(UnixAddress, SaysHowLongAPathMayBe) {
  for (const std::string& path : {std::string(), std::string(sizeof(sockaddr_un::sun_path), 'x')}) {
    const Result<sockaddr_un> address = UnixAddress("connect to", path);
    EXPECT_EQ(address.status().code(), StatusCode::kInvalid);
    EXPECT_EQ(address.status().message(), "connect to '" + path + "': a socket's path has 1 to 107 bytes");
  }
}

}  // namespace
}  // namespace tailrace
