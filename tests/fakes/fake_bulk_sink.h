// FakeBulkSink: a small Sink for FakeElasticsearch: a `create` action and a document a record, text as hex so that any
// bytes can be compared. Ids are "<stream>-<offset>", those of markers end in "m". Owned by the test; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sinks/sink.h"

namespace tailrace {

class FakeBulkSink final : public Sink {
 public:
  explicit FakeBulkSink(std::string index) : index_(std::move(index)) {}

  static std::string IdOf(uint64_t stream_id, uint64_t first, bool is_marker);
  static std::string Hex(std::string_view bytes);

  std::vector<std::string> Describe(const StreamDescription& stream) const override;
  void Append(const RecordView& record, const std::vector<std::string>& pieces, std::string& body) const override;
  HttpRequest Finish(std::string body, size_t records) const override;
  Judgement Judge(const HttpResponse& response, size_t records) const override;
  size_t ResponseBytesMax(size_t records) const override { return 4096 + 256 * records; }

 private:
  const std::string index_;
};

}  // namespace tailrace
