#include "config/host_port.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

TEST(HostPort, TakesAddressesWithPorts) {
  EXPECT_EQ(ParseHostPort("127.0.0.1:9123"), (HostPort{"127.0.0.1", false, 9123}));
  EXPECT_EQ(ParseHostPort("localhost:1"), (HostPort{"127.0.0.1", false, 1}));
  EXPECT_EQ(ParseHostPort("0.0.0.0:65535"), (HostPort{"0.0.0.0", false, 65535}));
  EXPECT_EQ(ParseHostPort("[::1]:9123"), (HostPort{"::1", true, 9123}));
  EXPECT_EQ(ParseHostPort("[::]:9123"), (HostPort{"::", true, 9123}));
  EXPECT_EQ(ParseHostPort(":9123"), (HostPort{"", false, 9123}));
}

TEST(HostPort, RefusesEverythingElse) {
  for (std::string_view text : {"", ":", "9123", ":0", ":65536", ":-1", ":+1", ": 1", "127.0.0.1", "127.0.0.1:", "::1:9123",
                                "[::1]", "[]:1", "[:9123", "host:9123", "1.2.3:4", "1.2.3.4.5:6", "[127.0.0.1]:1",
                                "http://127.0.0.1:9123", "127.0.0.1:9123/metrics", "[localhost]:1"}) {
    EXPECT_EQ(ParseHostPort(text), std::nullopt) << text;
  }
  EXPECT_EQ(ParseHostPort(std::string_view("127.0.0.1\0x:1", 13)), std::nullopt);
}

}  // namespace
}  // namespace tailrace
