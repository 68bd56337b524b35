#include "sinks/http_url.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

std::string WhyNot(std::string_view text) {
  auto url = ParseHttpUrl(text);
  return url.ok() ? "" : url.status().message();
}

TEST(HttpUrl, TakesTheUsualForms) {
  for (const char* text : {"http://es", "https://es:9200", "http://10.0.0.1:9200/a/b", "https://[::1]:9200/x?y=z",
                           "https://a-b_c.example:65535", "http://es/p%20q"}) {
    auto url = ParseHttpUrl(text);
    ASSERT_TRUE(url.ok()) << text << ": " << url.status().message();
    EXPECT_EQ(url->Text(), text);
    EXPECT_FALSE(url->has_credentials);
  }
  EXPECT_EQ(ParseHttpUrl("HTTPS://ES.Example:9200/Path")->Text(), "https://es.example:9200/Path");
  EXPECT_EQ(ParseHttpUrl("http://es?q")->Text(), "http://es/?q");
}

TEST(HttpUrl, TakesCredentialsOut) {
  auto url = ParseHttpUrl("https://us%40er:p%3aa@ss:w@es:9200/x");
  ASSERT_TRUE(url.ok()) << url.status().message();
  EXPECT_EQ(url->Text(), "https://es:9200/x");
  EXPECT_EQ(url->user, "us@er");
  EXPECT_EQ(url->password, "p:a@ss:w");
  auto nameless = ParseHttpUrl("http://user@es");
  ASSERT_TRUE(nameless.ok());
  EXPECT_TRUE(nameless->has_credentials);
  EXPECT_EQ(nameless->password, "");
}

TEST(HttpUrl, SaysWhatIsWrongAndNeverQuotes) {
  for (const char* text : {"",
                           "es:9200",
                           "ftp://es",
                           "http://",
                           "http://:9200",
                           "http://es:",
                           "http://es:0",
                           "http://es:65536",
                           "http://es:port",
                           "http://es:92 00",
                           "http://e s",
                           "http://es/a b",
                           "http://es/#x",
                           "http://[::1",
                           "http://[zz]",
                           "http://u%4:hush@es",
                           "http://u%zz:hush@es",
                           "http://b\xc3\xbc.example",
                           "http://es/\x01",
                           "http://es:999999999",
                           "http://hush@"}) {
    const std::string why = WhyNot(text);
    EXPECT_NE(why, "") << text;
    EXPECT_NE(why.find("write https://host:port"), why.npos) << why;
    EXPECT_EQ(why.find("hush"), why.npos);
  }
}

TEST(HttpUrl, SeveralAreSeparatedByCommas) {
  auto urls = ParseHttpUrls("https://a:9200, https://b:9200/x ,http://c");
  ASSERT_TRUE(urls.ok());
  ASSERT_EQ(urls->size(), 3u);
  EXPECT_EQ((*urls)[1].Text(), "https://b:9200/x");
  EXPECT_FALSE(ParseHttpUrls("https://a,,https://b").ok());
  EXPECT_FALSE(ParseHttpUrls("https://a,").ok());
}

TEST(HttpUrl, AQueryIsNotShown) {
  EXPECT_EQ(ShownUrl("https://h/x?token=hush"), "https://h/x?...");
  EXPECT_EQ(ShownUrl("https://h/x"), "https://h/x");
}

}  // namespace
}  // namespace tailrace
