#include "delivery/dead_letter.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

DeadLetter Some() {
  DeadLetter letter;
  letter.slot = "es";
  letter.url = "http://es:9200";
  letter.container_id = "abc";
  letter.stream_id = 0x0123456789abcdef;
  letter.offset = 42;
  letter.source = "stderr";
  letter.time_nano = 1'767'323'045'000'000'001;
  letter.text = std::string("a\xff\0b", 4);
  letter.document = "{\"create\":{}}\n{\"message\":\"a\"}\n";
  letter.status = 400;
  letter.type = "mapper_parsing_exception";
  letter.reason = std::string(5000, 'r');
  letter.attempts = 3;
  letter.first_attempt.ns = 1;
  letter.last_attempt.ns = 2;
  return letter;
}

TEST(DeadLetterTest, IsReadAsItWasWritten) {
  const std::string line = EncodeDeadLetter(Some());
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  const std::optional<DeadLetter> letter = DecodeDeadLetter(line);
  ASSERT_TRUE(letter.has_value());
  EXPECT_EQ(letter->text, Some().text);
  EXPECT_EQ(letter->document, Some().document);
  EXPECT_EQ(letter->stream_id, Some().stream_id);
  EXPECT_EQ(letter->offset, 42u);
  EXPECT_EQ(letter->time_nano, Some().time_nano);
  EXPECT_EQ(letter->reason.size(), DeadLetter::kReasonBytesMax);
  EXPECT_EQ(letter->status, 400);
  EXPECT_EQ(letter->attempts, 3);
  EXPECT_EQ(letter->last_attempt.ns, 2);
}

TEST(DeadLetterTest, EveryTruncationIsNoLetter) {
  const std::string line = EncodeDeadLetter(Some());
  for (size_t i = 0; i < line.size(); ++i) EXPECT_FALSE(DecodeDeadLetter(line.substr(0, i)).has_value()) << i;
}

}  // namespace
}  // namespace tailrace
