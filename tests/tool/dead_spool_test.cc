#include "tool/dead_spool.h"

#include <gtest/gtest.h>

#include "tests/tool/dead_rig.h"
#include "tests/tool/served_plugin.h"

namespace tailrace {
namespace {

TEST(DeadSpool, IsWhereItIsSaidToBe) {
  DeadRig rig;
  EXPECT_EQ(FindDeadLetters(rig.tool, {.root = rig.root}).value_or(""), rig.root + "/dead");
  EXPECT_EQ(FindDeadLetters(rig.tool, {.root = rig.dir.path()}).status().code(), StatusCode::kNotFound);
}

TEST(DeadSpool, IsWhereThePluginSeesIt) {
  DeadRig rig;
  ServedPlugin plugin(rig.dir / "s");
  StatusSnapshot snapshot = SampleSnapshot();
  snapshot.spool.root = rig.root;
  plugin.Set(snapshot);
  const Result<std::string> found = FindDeadLetters(rig.tool, {.socket = rig.dir / "s"});
  ASSERT_TRUE(found.ok()) << found.status().message();
  EXPECT_TRUE(found->ends_with(rig.root + "/dead")) << *found;
  EXPECT_EQ(FindDeadLetters(rig.tool, {.socket = rig.dir / "none"}).status().code(), StatusCode::kNotFound);
}

std::vector<std::string> Read(DeadRig& rig, const std::string& slot = {}) {
  std::vector<std::string> texts;
  EXPECT_TRUE(ForEachDeadLetter(rig.tool, rig.root + "/dead", slot, [&](const DeadLetter& letter) {
                texts.push_back(letter.slot + letter.text.substr(4, 2));
                return true;
              }).ok());
  return texts;
}

TEST(DeadSpool, EachLetterComesOnce) {
  DeadRig rig;
  EXPECT_TRUE(Read(rig).empty());
  rig.Write({SampleLetter(1, "es", "a", 1), SampleLetter(2, "es", "a", 1)});
  rig.Write({SampleLetter(2, "es", "again", 5), SampleLetter(2, "http", "a", 1), SampleLetter(3, "es", "a", 1)});
  // The marker of what was lost before a line has that line's offset.
  DeadLetter marker = SampleLetter(3, "es", "a", 1);
  marker.text = "line M";
  rig.Write({marker});
  EXPECT_EQ(Read(rig), (std::vector<std::string>{"es 1", "es 2", "es 3", "es M", "http 2"}));
  EXPECT_EQ(Read(rig, "http"), std::vector<std::string>{"http 2"});
  EXPECT_TRUE(Read(rig, "h").empty());
}

TEST(DeadSpool, TornAndDamagedLinesArePassedOver) {
  DeadRig rig;
  rig.Write({SampleLetter(1, "es", "a", 1)});
  const Result<std::vector<DeadLetterFile>> files = ListDeadLetters(rig.disk, rig.root + "/dead");
  ASSERT_TRUE(files.ok());
  for (const DeadLetterFile& file : *files) {
    std::ofstream(file.path, std::ios::app) << "not json\n{\"version\":1,\"str";
  }
  rig.Write({SampleLetter(2, "es", "a", 1)});
  EXPECT_EQ(Read(rig), (std::vector<std::string>{"es 1", "es 2"}));
}

TEST(DeadSpool, FileThatCannotBeReadIsToldAndPassedOver) {
  DeadRig rig;
  rig.Write({SampleLetter(1, "es", "a", 1)});
  std::filesystem::create_directory(rig.root + "/dead/es.0000000000.ndjson");
  std::vector<uint64_t> offsets;
  const Status status = ForEachDeadLetter(rig.tool, rig.root + "/dead", "", [&](const DeadLetter& letter) {
    offsets.push_back(letter.offset);
    return true;
  });
  EXPECT_FALSE(status.ok());
  EXPECT_EQ(offsets, std::vector<uint64_t>{100});
  EXPECT_NE(rig.err.find("es.0000000000"), std::string::npos) << rig.err;
}

TEST(DeadSpool, EndsWhenNobodyTakesMore) {
  DeadRig rig;
  for (uint64_t i = 0; i < 3; ++i) rig.Write({SampleLetter(i, "es", "a", 1)});
  int taken = 0;
  EXPECT_TRUE(ForEachDeadLetter(rig.tool, rig.root + "/dead", "", [&](const DeadLetter&) { return ++taken < 2; }).ok());
  EXPECT_EQ(taken, 2);
}

}  // namespace
}  // namespace tailrace
