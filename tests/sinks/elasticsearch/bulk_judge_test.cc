#include "sinks/elasticsearch/bulk_judge.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

namespace tailrace {
namespace {

namespace fs = std::filesystem;

const char* const kBodies = TAILRACE_SOURCE_DIR "/tests/sinks/elasticsearch/bodies";

HttpResponse Recorded(const std::string& file) {
  std::ifstream in(std::string(kBodies) + "/" + file, std::ios::binary);
  EXPECT_TRUE(in.is_open()) << file;
  std::stringstream text;
  text << in.rdbuf();
  HttpResponse response;
  response.status = std::stoi(file);
  response.body = text.str();
  return response;
}

std::vector<std::string> Names() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(kBodies)) {
    if (entry.is_regular_file()) names.push_back(entry.path().filename().string());
  }
  return names;
}

// One letter a record: Delivered, 2 for a duplicate, Failure store, Retry, Hold, X for rejected.
std::string Letters(const Judgement& judgement) {
  std::string letters;
  for (const RecordOutcome& outcome : judgement.outcomes) letters += "D2FRHX"[static_cast<size_t>(outcome.outcome)];
  return letters;
}

struct Case {
  const char* file;
  const char* letters;
  Advice advice = Advice::kOk;
};

constexpr Case kItems[] = {
    {"200_created.json", "DDD"},
    {"200_created_unfiltered_es8.json", "DD"},
    {"200_overwritten.json", "DD"},
    {"200_conflict.json", "2D"},
    {"200_conflict_es1.json", "2D"},
    {"200_mapping_os.json", "XD"},
    {"200_mapping_es8.json", "XD"},
    {"200_strict.json", "XD"},
    {"200_object_and_value.json", "XD"},
    {"200_field_limit_os.json", "XD"},
    {"200_field_limit_es8.json", "XD"},
    {"200_depth_os2.json", "XD"},
    {"200_depth_os219.json", "XD"},
    {"200_immense_term_os.json", "XD"},
    {"200_immense_term_es1.json", "RD"},
    {"200_not_an_object_os.json", "XD"},
    {"200_not_an_object_es8.json", "XD"},
    {"200_invalid_utf8.json", "XD"},
    {"200_missing_timestamp.json", "XD"},
    {"200_index_on_data_stream.json", "XD"},
    {"200_bad_index_name.json", "HH"},
    {"200_empty_id.json", "XD"},
    {"200_index_closed.json", "HD"},
    {"200_index_closed_es1.json", "HD"},
    {"200_too_many_shards.json", "HD"},
    {"200_unknown_pipeline.json", "HH"},
    {"200_pipeline_failed.json", "XD"},
    {"200_no_write_index.json", "HD"},
    {"200_index_missing.json", "HD"},
    {"200_requires_data_stream.json", "HD"},
    {"200_no_privilege_os.json", "HD"},
    {"200_no_privilege_es8.json", "HD"},
    {"200_write_block.json", "HH", Advice::kOk},
    {"200_flood_stage.json", "HH", Advice::kOk},
    {"200_queue_full_os.json", "RDD"},
    {"200_queue_full_es.json", "RDD"},
    {"200_primary_not_active.json", "RR", Advice::kSlow},
    {"200_node_gone.json", "RDRR", Advice::kSlow},
    {"200_circuit_breaker.json", "RDD"},
    {"200_failure_store_used.json", "FD"},
    {"200_failure_store_failed.json", "XD"},
    {"200_failure_store_not_enabled.json", "XD"},
    {"200_mock_not_indexable.json", "XD"},
    {"200_no_status.json", "RD"},
};

constexpr Case kWhole[] = {
    {"200_too_few.json", "RR", Advice::kUnknown},
    {"200_too_many.json", "RR", Advice::kUnknown},
    {"200_victorialogs_dropped.json", "RR", Advice::kUnknown},
    {"200_truncated.json", "RR", Advice::kUnknown},
    {"200_proxy_page.html", "RR", Advice::kUnknown},
    {"200_captive_portal.json", "RR", Advice::kUnknown},
    {"200_empty.txt", "RR", Advice::kUnknown},
    {"200_root_page.json", "RR", Advice::kUnknown},
    {"201_made.json", "RR", Advice::kUnknown},
    {"204_empty.txt", "RR", Advice::kUnknown},
    {"302_login.html", "RR", Advice::kHold},
    {"400_malformed_action.json", "RR", Advice::kSplit},
    {"400_no_newline.json", "RR", Advice::kSplit},
    {"400_unknown_meta_key.json", "RR", Advice::kHold},
    {"400_id_too_long.json", "RR", Advice::kSplit},
    {"400_empty_body.json", "RR", Advice::kSplit},
    {"400_no_requests.json", "RR", Advice::kSplit},
    {"400_media_type.json", "RR", Advice::kHold},
    {"400_unknown_query_parameter.json", "RR", Advice::kHold},
    {"400_no_handler.json", "RR", Advice::kHold},
    {"400_plain_to_https.html", "RR", Advice::kHold},
    {"401_os.txt", "RR", Advice::kHold},
    {"401_es8.json", "RR", Advice::kHold},
    {"403_cluster_read_only.json", "RR", Advice::kHold},
    {"403_no_privilege.json", "RR", Advice::kHold},
    {"404_nginx.html", "RR", Advice::kHold},
    {"405_get.json", "RR", Advice::kHold},
    {"406_content_type.json", "RR", Advice::kHold},
    {"413_empty.txt", "RR", Advice::kSplit},
    {"413_nginx.html", "RR", Advice::kSplit},
    {"429_indexing_pressure_os.json", "RR", Advice::kSlow},
    {"429_indexing_pressure_es.json", "RR", Advice::kSlow},
    {"429_circuit_breaker.json", "RR", Advice::kSlow},
    {"429_nginx.html", "RR", Advice::kSlow},
    {"502_nginx.html", "RR", Advice::kSlow},
    {"503_security_not_ready.txt", "RR", Advice::kSlow},
    {"503_no_manager.json", "RR", Advice::kSlow},
    {"503_no_master.json", "RR", Advice::kSlow},
    {"503_not_recovered.json", "RR", Advice::kSlow},
    {"504_gateway.html", "RR", Advice::kSlow},
};

void ExpectJudged(const Case& expected) {
  const std::string letters = expected.letters;
  const Judgement judgement = JudgeBulk(Recorded(expected.file), letters.size());
  EXPECT_EQ(Letters(judgement), letters) << expected.file;
  EXPECT_EQ(judgement.advice, expected.advice) << expected.file << ": " << judgement.error;
  const bool is_fine = letters.find_first_of("RHX") == letters.npos;
  EXPECT_EQ(judgement.error.empty(), is_fine) << expected.file << ": " << judgement.error;
}

TEST(BulkJudge, EachKindOfItem) {
  for (const Case& expected : kItems) ExpectJudged(expected);
}

TEST(BulkJudge, EachKindOfRefusal) {
  for (const Case& expected : kWhole) ExpectJudged(expected);
}

TEST(BulkJudge, EveryRecordedBodyIsInATable) {
  std::set<std::string> known;
  for (const Case& one : kItems) known.insert(one.file);
  for (const Case& one : kWhole) known.insert(one.file);
  for (const std::string& name : Names()) EXPECT_TRUE(known.contains(name)) << name;
}

TEST(BulkJudge, NoMessageQuotesADocument) {
  for (const std::string& name : Names()) {
    const Judgement judgement = JudgeBulk(Recorded(name), 2);
    EXPECT_EQ(judgement.error.find("Preview"), std::string::npos) << judgement.error;
    EXPECT_LT(judgement.error.size(), 300u) << judgement.error;
  }
}

TEST(BulkJudge, TheReasonIsKeptForTheDeadLetter) {
  const Judgement judgement = JudgeBulk(Recorded("200_mapping_es8.json"), 2);
  EXPECT_EQ(judgement.outcomes[0].status, 400);
  EXPECT_EQ(judgement.outcomes[0].type, "document_parsing_exception");
  EXPECT_TRUE(judgement.outcomes[0].reason.starts_with("[1:57] failed to parse field"));
  EXPECT_EQ(judgement.error, "the server answered 400 document_parsing_exception for 1 of 2 documents");
}

TEST(BulkJudge, ALoneDocumentThatIsPoisonIsRejectedButNotForAMisconfiguration) {
  EXPECT_EQ(Letters(JudgeBulk(Recorded("400_id_too_long.json"), 1)), "X");
  EXPECT_EQ(JudgeBulk(Recorded("400_id_too_long.json"), 1).outcomes[0].type, "illegal_argument_exception");
  EXPECT_EQ(Letters(JudgeBulk(Recorded("413_empty.txt"), 1)), "X");
  for (const char* file : {"400_plain_to_https.html", "400_no_handler.json", "400_unknown_query_parameter.json"}) {
    const Judgement judgement = JudgeBulk(Recorded(file), 1);
    EXPECT_EQ(Letters(judgement), "R") << file;
    EXPECT_EQ(judgement.advice, Advice::kHold) << file;
  }
}

TEST(BulkJudge, CutsAndFlipsNeverMakeASuccess) {
  for (const char* file : {"200_created.json", "200_node_gone.json", "200_mapping_os.json"}) {
    const HttpResponse whole = Recorded(file);
    const size_t records = file == std::string("200_node_gone.json") ? 4
                           : file == std::string("200_created.json") ? 3
                                                                     : 2;
    for (size_t bytes = 0; bytes < whole.body.size(); ++bytes) {
      HttpResponse cut = whole;
      cut.body.resize(bytes);
      EXPECT_EQ(Letters(JudgeBulk(cut, records)), std::string(records, 'R')) << file << " " << bytes;
    }
    for (size_t i = 0; i < whole.body.size(); ++i) {
      HttpResponse flipped = whole;
      flipped.body[i] = static_cast<char>(flipped.body[i] ^ 4);
      EXPECT_EQ(JudgeBulk(flipped, records).outcomes.size(), records);
    }
  }
}

TEST(BulkJudge, EveryItemStatusHasAVerdict) {
  for (int status = 0; status < 600; ++status) {
    BulkItem item;
    item.status = status;
    const Outcome outcome = JudgeBulkItem(item).outcome;
    const bool is_success = status == 200 || status == 201;
    EXPECT_EQ(outcome == Outcome::kDelivered, is_success) << status;
    if (status < 400 && !is_success) {
      EXPECT_EQ(outcome, Outcome::kRetry) << status;
    }
  }
}

}  // namespace
}  // namespace tailrace
