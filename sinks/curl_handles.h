// CurlHandles: libcurl's easy handles, used again and again: a new one reads the machine's resolver configuration from
// files, which costs as much as sending does. Owned by CurlTransport; its thread alone.
#pragma once

#include <cstddef>
#include <vector>

namespace tailrace {

class CurlHandles {
 public:
  CurlHandles() = default;
  ~CurlHandles() { Forget(); }
  CurlHandles(const CurlHandles&) = delete;
  CurlHandles& operator=(const CurlHandles&) = delete;

  // A CURL with the defaults of a new one. The caller's, until it is given back or cleaned up.
  void* Take();
  // One that no multi handle has any more.
  void Give(void* easy);
  // Those that are kept go: they may know a resolver that is no longer the machine's.
  void Forget();

 private:
  static constexpr size_t kMax = 16;  // a destination's requests in flight, twice

  std::vector<void*> free_;
};

}  // namespace tailrace
