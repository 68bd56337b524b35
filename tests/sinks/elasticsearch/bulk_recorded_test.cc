// JudgeBulk on answers that real servers gave: bodies/recorded, one file an answer, named <server>-<version>-<case>.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "base/json.h"
#include "sinks/elasticsearch/bulk_judge.h"

namespace tailrace {
namespace {

namespace fs = std::filesystem;

const char* const kRecorded = TAILRACE_SOURCE_DIR "/tests/sinks/elasticsearch/bodies/recorded";

struct Recording {
  std::string name;  // of the case
  size_t items = 0;
  HttpResponse response;
  bool is_filtered = false;
};

// Answers to requests that we never make (nothing in them) are left out.
std::vector<Recording> Recordings() {
  std::vector<Recording> recordings;
  for (const auto& entry : fs::directory_iterator(kRecorded)) {
    if (entry.path().extension() != ".json") continue;
    std::ifstream in(entry.path(), std::ios::binary);
    std::stringstream text;
    text << in.rdbuf();
    auto document = JsonDocument::Parse(text.str());
    EXPECT_TRUE(document.ok()) << entry.path() << document.status().message();
    const JsonView root = document->root();
    Recording recording;
    recording.name = root.Member("case").AsString().value_or("");
    recording.items = static_cast<size_t>(root.Member("request_items").AsInt64().value_or(0));
    recording.response.status = static_cast<int>(root.Member("status").AsInt64().value_or(0));
    recording.response.body = root.Member("body").AsString().value_or("");
    recording.is_filtered = entry.path().stem().string().ends_with("-filtered");
    if (recording.items > 0 && recording.response.status > 0) recordings.push_back(std::move(recording));
  }
  return recordings;
}

// The letters of the records, each once: Delivered (then or before: the same case was sent twice), Failure store,
// Retry, Hold, X for rejected.
std::string LetterSet(const Judgement& judgement) {
  std::set<char> letters;
  for (const RecordOutcome& outcome : judgement.outcomes)
    letters.insert("DDFRHX"[static_cast<size_t>(outcome.outcome)]);
  return {letters.begin(), letters.end()};
}

// "R|H": servers of different kinds or ages differ.
bool IsOneOf(const std::string& letters, const std::string& alternatives) {
  return ("|" + alternatives + "|").find("|" + letters + "|") != std::string::npos;
}

const std::map<std::string, std::string>& Expected() {
  static const std::map<std::string, std::string> expected = {
      {"bad-date", "X"},
      {"bad-index-name", "H"},
      {"bad-number", "X"},
      {"block-read-only", "H"},
      {"block-write", "H"},
      {"circuit-breaker", "R"},
      {"cluster-read-only", "R"},
      {"control-character", "X"},
      {"created", "D"},
      {"document-is-array", "X"},
      {"document-is-scalar", "X"},
      {"duplicate", "D"},
      {"duplicate-in-request", "D"},
      {"duplicate-key", "X"},
      {"empty-field-name", "X"},
      {"empty-id", "X"},
      {"failure-store-used", "F"},
      {"flood-stage", "H"},
      {"forbidden", "H"},
      {"forbidden-item", "DH"},
      {"immense-term", "X"},
      {"index-closed", "H"},
      {"index-missing", "H"},
      {"indexing-pressure", "R"},
      {"invalid-utf8", "X"},
      {"long-field-name", "D"},
      {"long-id", "X"},
      {"majority-lost", "DR"},
      {"malformed-action", "R"},
      {"missing-index", "X"},
      {"mixed", "DX"},
      {"nested-too-deep", "X"},
      {"no-credentials", "R"},
      {"no-final-newline", "X"},
      {"no-manager", "R"},
      {"not-a-number", "X"},
      {"number-out-of-range", "X"},
      {"object-for-value", "X"},
      {"overwritten", "D"},
      {"primary-not-active", "R"},
      {"queue-full", "DR"},
      {"require-data-stream", "R|H"},
      {"security-not-ready", "R"},
      {"stream-created", "D"},
      {"stream-index-action", "X"},
      {"stream-without-timestamp", "X"},
      {"strict-mapping", "X"},
      {"text-after-object", "X"},
      {"too-large", "X"},
      {"too-large-gzip", "X"},
      {"too-many-fields", "X"},
      {"too-many-shards", "H"},
      {"type-in-meta", "R"},
      {"unknown-action", "X"},
      {"unknown-meta-key", "R"},
      {"unknown-parameter", "R"},
      {"unknown-path", "R"},
      {"unknown-pipeline", "H"},
      {"value-for-object", "X"},
      {"vendor-content-type", "R"},
      {"wrong-content-type", "R"},
      {"wrong-password", "R"},
  };
  return expected;
}

TEST(BulkRecorded, RealAnswersAreJudgedAsWritten) {
  if (!fs::exists(kRecorded)) GTEST_SKIP() << "nothing was recorded";
  size_t judged = 0;
  for (const Recording& recording : Recordings()) {
    auto expected = Expected().find(recording.name);
    if (expected == Expected().end()) continue;
    const Judgement judgement = JudgeBulk(recording.response, recording.items);
    EXPECT_EQ(judgement.outcomes.size(), recording.items);
    EXPECT_TRUE(IsOneOf(LetterSet(judgement), expected->second))
        << recording.name << ": " << recording.response.body.substr(0, 300);
    ++judged;
  }
  EXPECT_GT(judged, 100u);
}

TEST(BulkRecorded, NoRealAnswerIsBeyondUnderstanding) {
  if (!fs::exists(kRecorded)) GTEST_SKIP() << "nothing was recorded";
  for (const Recording& recording : Recordings()) {
    const Judgement judgement = JudgeBulk(recording.response, recording.items);
    EXPECT_NE(judgement.advice, Advice::kUnknown) << recording.name << ": " << judgement.error;
    EXPECT_EQ(judgement.error.find("Preview"), std::string::npos) << judgement.error;
  }
}

TEST(BulkRecorded, TheTextOfAnAllCreatedAnswerIsWhatRealServersWrite) {
  if (!fs::exists(kRecorded)) GTEST_SKIP() << "nothing was recorded";
  size_t seen = 0;
  for (const Recording& recording : Recordings()) {
    const bool is_created = recording.name == "created" || recording.name == "stream-created";
    if (!is_created || !recording.is_filtered) continue;
    EXPECT_TRUE(IsAllCreated(recording.response.body, recording.items)) << recording.response.body;
    ++seen;
  }
  EXPECT_GE(seen, 4u);  // Two servers.
}

}  // namespace
}  // namespace tailrace
