#include "sinks/curl_handles.h"

#include <curl/curl.h>

#include "base/check.h"

namespace tailrace {

void* CurlHandles::Take() {
  if (free_.empty()) {
    void* easy = curl_easy_init();
    CHECK(easy != nullptr);
    return easy;
  }
  void* easy = free_.back();
  free_.pop_back();
  return easy;
}

void CurlHandles::Give(void* easy) {
  if (free_.size() >= kMax) {
    curl_easy_cleanup(easy);
    return;
  }
  // At once, not when it is taken: it points into the request that is over, and holds its secrets.
  curl_easy_reset(easy);
  free_.push_back(easy);
}

void CurlHandles::Forget() {
  for (void* easy : free_) curl_easy_cleanup(easy);
  free_.clear();
}

}  // namespace tailrace
