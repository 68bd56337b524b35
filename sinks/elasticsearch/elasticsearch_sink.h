// ElasticsearchSink: lines as documents of a _bulk request. A Sink: immutable; any thread.
//
// A record is two lines. Each document names its index, since a request mixes streams with different ones:
//   {"create":{"_index":"logs-docker-default","_id":"…"}}
//   {"@timestamp":"…","log":{"offset":N},"stream":"stdout","container":{…},…,"message":"…"}
#pragma once

#include <string>
#include <vector>

#include "sinks/sink.h"

namespace tailrace {

struct ElasticsearchSettings {
  bool has_ids = true;   // else the server makes them, and what is sent twice is there twice
  std::string pipeline = {};  // empty: the index's own
};

class ElasticsearchSink final : public Sink {
 public:
  explicit ElasticsearchSink(const ElasticsearchSettings& settings);

  // By the option es-index; without one, or with one that is no name, kDefaultIndexName.
  std::vector<std::string> Describe(const StreamDescription& stream) const override;
  void Append(const RecordView& record, const std::vector<std::string>& pieces, std::string& body) const override;
  HttpRequest Finish(std::string body, size_t records) const override;
  Judgement Judge(const HttpResponse& response, size_t records) const override;
  size_t ResponseBytesMax(size_t records) const override;

 private:
  const ElasticsearchSettings settings_;
  const std::string path_;
};

}  // namespace tailrace
