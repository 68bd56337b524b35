#include "sinks/http_message.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

TEST(HttpResponse, TheFirstHeaderOfANameCountsWhateverItsCase) {
  HttpResponse response;
  response.headers = {{"Retry-After", "1"}, {"retry-after", "2"}};
  EXPECT_EQ(response.Header("RETRY-AFTER"), "1");
  EXPECT_EQ(response.Header("Retry-Afte"), "");
}

}  // namespace
}  // namespace tailrace
