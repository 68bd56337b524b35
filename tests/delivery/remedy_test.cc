#include "delivery/remedy.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

bool Has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST(RemedyTest, NamesTheOptionsOfTheKind) {
  EXPECT_TRUE(Has(RemedyForFailure("http", {.maybe_delivered = false, .is_connect = true}), "http-url, DNS"));
  EXPECT_TRUE(Has(RemedyForAnswer("es", Advice::kHold, 401), "es-user"));
  EXPECT_TRUE(Has(RemedyForAnswer("es", Advice::kHold, 404), "check es-url"));
  EXPECT_TRUE(Has(RemedyForAnswer("es", Advice::kHold, 301), "redirected"));
  EXPECT_TRUE(Has(RemedyForAnswer("es", Advice::kHold, 407), "proxy"));
  EXPECT_TRUE(Has(RemedyForAnswer("es", Advice::kUnknown, 200), "something else"));
}

TEST(RemedyTest, WhatPassesByItselfIsSaidSo) {
  EXPECT_TRUE(Has(RemedyForFailure("es", {}), "nothing, if it passes"));
  EXPECT_TRUE(Has(RemedyForAnswer("es", Advice::kSlow, 503), "nothing, if it passes"));
  EXPECT_EQ(RemedyForAnswer("es", Advice::kOk, 200), "");
}

TEST(RemedyTest, EveryHoldHasOne) {
  EXPECT_TRUE(Has(RemedyForHold("index_not_found_exception"), "create the index"));
  EXPECT_TRUE(Has(RemedyForHold("cluster_block_exception"), "read-only"));
  EXPECT_TRUE(Has(RemedyForHold("security_exception"), "right"));
  EXPECT_TRUE(Has(RemedyForHold("unavailable_shards_exception"), "cluster's health"));
  EXPECT_TRUE(Has(RemedyForHold("write dead letter: dead-letters-limit is reached"), "dead-letters-full=drop"));
  EXPECT_EQ(RemedyForHold(""), "mend it at the destination");
}

}  // namespace
}  // namespace tailrace
