#include "sinks/curl_handles.h"

#include <curl/curl.h>

#include "tests/sinks/transport_fixture.h"

namespace tailrace {
namespace {

TEST(CurlHandles, AreUsedAgainUntilTheyAreForgotten) {
  CurlHandles handles;
  void* first = handles.Take();
  void* second = handles.Take();
  EXPECT_NE(first, second);
  handles.Give(first);
  EXPECT_EQ(handles.Take(), first);
  handles.Give(first);
  handles.Give(second);
  handles.Forget();
  void* third = handles.Take();  // Perhaps at the same place in memory.
  ASSERT_NE(third, nullptr);
  curl_easy_cleanup(third);
}

TEST(CurlHandles, KeepNothingOfTheRequestBefore) {
  CurlHandles handles;
  void* easy = handles.Take();
  int mark = 0;
  ASSERT_EQ(curl_easy_setopt(easy, CURLOPT_PRIVATE, &mark), CURLE_OK);
  handles.Give(easy);
  ASSERT_EQ(handles.Take(), easy);
  char* kept = nullptr;
  ASSERT_EQ(curl_easy_getinfo(easy, CURLINFO_PRIVATE, &kept), CURLE_OK);
  EXPECT_EQ(kept, nullptr);
  handles.Give(easy);
}

using CurlHandlesTest = TransportFixture;

TEST_F(CurlHandlesTest, OneDestinationsSecretsNeverReachAnother) {
  std::vector<std::string> heads;
  const auto note = [&heads](TestConnection& connection, int) {
    TestConnection::Request request;
    while (connection.Read(request)) {
      heads.push_back(request.head);
      connection.Send(Answer(200, "fine"));
    }
  };
  TestHttpServer trusted(note);
  TestHttpServer other(note);
  ConnectionSettings with_secret = To(trusted.url());
  with_secret.headers = {{"Authorization", "Basic c2VjcmV0"}};
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(Response(Post(transport_, with_secret, std::string(100'000, 'x'))).status, 200);
    EXPECT_EQ(Response(Post(transport_, To(other.url()), "x")).status, 200);
  }
  ASSERT_EQ(heads.size(), 6u);
  for (size_t i = 0; i < heads.size(); ++i) {
    EXPECT_EQ(heads[i].find("c2VjcmV0") != heads[i].npos, i % 2 == 0) << heads[i];
  }
}

}  // namespace
}  // namespace tailrace
