#include "journal/stream_facts.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

StreamFacts SomeFacts() {
  StreamFacts facts;
  facts.id.value = 0xfedcba9876543210;
  facts.run = 42;
  facts.started.ns = 1'767'323'045'123'456'789;
  facts.fifo = "/run/docker/logging/abc";
  facts.container_id = std::string(64, 'c');
  facts.container_name = "web \"quoted\" \n\\ \xc3\xa4";
  facts.image_id = "sha256:1";
  facts.image_name = "nginx";
  facts.container_created = "2026-01-02T03:04:05.6Z";
  facts.daemon_name = "docker";
  facts.host_name = "host";
  facts.tag = "web/1";
  facts.labels = {{"a", "1"}, {"A", "2"}, {"", ""}};
  facts.env = {{"KEY", std::string("nul\0inside", 10)}};
  facts.options = {{"es-url", {"https://es:9200", true}}, {"tag", {"{{.ID}}", false}}};
  facts.slots = {"es", "http.audit"};
  facts.spool.max_size_bytes = 1;
  facts.spool.max_file = 2;
  facts.spool.backlog_bytes = 3;
  facts.spool.spool_full = SpoolFull::kBlock;
  facts.spool.block_max = Nanos(4);
  return facts;
}

TEST(StreamFacts, ComeBackAsTheyWereWritten) {
  const StreamFacts facts = SomeFacts();
  const std::string bytes = EncodeFacts(facts);
  Result<StreamFacts> read = DecodeFacts(bytes);
  ASSERT_TRUE(read.ok()) << read.status().message();
  EXPECT_EQ(EncodeFacts(*read), bytes);
  EXPECT_EQ(read->id, facts.id);
  EXPECT_EQ(read->run, facts.run);
  EXPECT_EQ(read->started, facts.started);
  EXPECT_EQ(read->fifo, facts.fifo);
  EXPECT_EQ(read->container_name, facts.container_name);
  EXPECT_EQ(read->labels, facts.labels);
  EXPECT_EQ(read->env, facts.env);
  EXPECT_EQ(read->options, facts.options);
  EXPECT_EQ(read->slots, facts.slots);
  EXPECT_EQ(read->spool.spool_full, SpoolFull::kBlock);
  EXPECT_EQ(read->spool.block_max, Nanos(4));
}

TEST(StreamFacts, NoLimitStaysNoLimit) {
  StreamFacts facts = SomeFacts();
  facts.spool.max_size_bytes = facts.spool.max_file = facts.spool.backlog_bytes = UINT64_MAX;
  facts.spool.block_max = Nanos(INT64_MAX);
  Result<StreamFacts> read = DecodeFacts(EncodeFacts(facts));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->spool.segment_bytes(), 16_MiB);
  EXPECT_EQ(read->spool.history_bytes(), UINT64_MAX);
  EXPECT_EQ(read->spool.block_max, Nanos(INT64_MAX));
}

TEST(StreamFacts, EveryTruncationAndEveryFlippedByteIsNoticed) {
  const std::string good = EncodeFacts(SomeFacts());
  for (size_t at = 0; at < good.size(); ++at) {
    EXPECT_EQ(DecodeFacts(good.substr(0, at)).status().code(), StatusCode::kCorrupt) << at;
    for (int bit = 0; bit < 8; ++bit) {
      std::string bytes = good;
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << bit));
      ASSERT_EQ(DecodeFacts(bytes).status().code(), StatusCode::kCorrupt) << at;
    }
  }
  EXPECT_FALSE(DecodeFacts(good + "\n").ok());
  EXPECT_FALSE(DecodeFacts(good + good).ok());
}

TEST(StreamFacts, SegmentsEndBetween64KiBAnd16MiB) {
  const std::pair<uint64_t, uint64_t> cases[] = {
      {0, 64_KiB}, {1, 64_KiB}, {64_KiB, 64_KiB}, {20'000'000, 16_MiB}, {1'000'000, 1'000'000}};
  for (const auto& [max_size, segment] : cases) {
    SpoolSettings spool;
    spool.max_size_bytes = max_size;
    EXPECT_EQ(spool.segment_bytes(), segment);
  }
}

TEST(StreamFacts, DefaultsAreThoseOfTheDesign) {
  const SpoolSettings spool;
  EXPECT_EQ(spool.history_bytes(), 100'000'000u);
  EXPECT_EQ(spool.backlog_bytes, 1_GiB);
  EXPECT_EQ(spool.spool_full, SpoolFull::kDropOldest);
  EXPECT_EQ(spool.block_max, std::chrono::seconds(60));
}

}  // namespace
}  // namespace tailrace
