#include "driver/slot_plans.h"

#include <gtest/gtest.h>

#include <array>

#include "tests/fakes/mem_disk.h"

namespace tailrace {
namespace {

constexpr std::array kRows{OptionRow{.name = "toy-url"}, OptionRow{.name = "toy-key", .secret = true},
                           OptionRow{.name = "toy-mode", .default_value = "fast"}};

class ToySink final : public Sink {
 public:
  std::vector<std::string> Describe(const StreamDescription& stream) const override { return {stream.container_name}; }
  void Append(const RecordView& record, const std::vector<std::string>&, std::string& body) const override {
    body += record.text;
  }
  HttpRequest Finish(std::string body, size_t) const override {
    HttpRequest request;
    request.body = std::move(body);
    return request;
  }
  Judgement Judge(const HttpResponse&, size_t records) const override {
    Judgement judgement;
    judgement.outcomes = Outcomes(records, {});
    return judgement;
  }
  size_t ResponseBytesMax(size_t) const override { return 1; }
};

const std::array kKinds{SinkKind{
    .name = "toy",
    .activating_option = "toy-url",
    .options = kRows,
    .connect = [](const SlotOptions& options, FileSource& files) -> Result<ConnectionSettings> {
      ConnectionSettings settings;
      settings.urls = {options.values.at("toy-url")};
      if (settings.urls[0] == "bad") return Invalid("log-opt toy-url: write http://host");
      if (options.values.contains("toy-key")) {
        ASSIGN_OR_RETURN(settings.key_pem, files.Read(options.values.at("toy-key")));
      }
      return settings;
    },
    .make = [](const SlotOptions&) -> Result<std::unique_ptr<Sink>> {
      return std::unique_ptr<Sink>(std::make_unique<ToySink>());
    }}};

class SlotPlansTest : public testing::Test {
 protected:
  FakeClock clock_;
  MemDisk disk_{clock_};
  PluginOptions plugin_;
  SlotPlans plans_{disk_, kKinds, plugin_};
};

TEST_F(SlotPlansTest, SlotsAreCheckedWithoutAnyNetwork) {
  const Result<std::vector<std::string>> slots =
      plans_.Check({{"toy-url", {"http://t", false}}, {"toy.two-url", {"http://u", true}}, {"tag", {"x", false}}});
  ASSERT_TRUE(slots.ok());
  EXPECT_EQ(*slots, (std::vector<std::string>{"toy", "toy.two"}));
}

TEST_F(SlotPlansTest, WhatCannotWorkIsRefusedWithTheKindsSentence) {
  const Result<std::vector<std::string>> slots = plans_.Check({{"toy-url", {"bad", false}}});
  ASSERT_FALSE(slots.ok());
  EXPECT_EQ(slots.status().code(), StatusCode::kInvalid);
  EXPECT_EQ(slots.status().message(), "log-opt toy-url: write http://host");
  EXPECT_EQ(plans_.SlotsOf({{"toy-url", {"bad", false}}}), std::vector<std::string>{"toy"});
}

TEST_F(SlotPlansTest, OptionsWithoutAnAddressAreRefusedUnlessInherited) {
  const Result<std::vector<std::string>> own = plans_.Check({{"toy.x-mode", {"slow", false}}});
  ASSERT_FALSE(own.ok());
  EXPECT_NE(own.status().message().find("toy.x-url"), std::string::npos) << own.status().message();
  EXPECT_TRUE(plans_.Check({{"toy-mode", {"slow", true}}}).ok());
}

TEST_F(SlotPlansTest, WhatWasInheritedIsLookedUpAnewAndTheRestIsFrozen) {
  StreamFacts facts;
  facts.container_name = "web";
  facts.options = {{"toy-url", {"http://old", true}}, {"toy.own-url", {"http://frozen", false}}};
  EXPECT_FALSE(plans_.Make(facts, "toy").ok()) << "the environment no longer has it";
  plugin_.defaults = {{"toy-url", "http://new"}, {"toy.own-url", "http://other"}};
  EXPECT_EQ(plans_.Make(facts, "toy")->settings.urls[0], "http://new");
  EXPECT_EQ(plans_.Make(facts, "toy.own")->settings.urls[0], "http://frozen");
}

TEST_F(SlotPlansTest, FilesAreReadAnewAndSecretsStayOutOfDescriptions) {
  StreamFacts facts;
  facts.container_name = "web";
  facts.options = {{"toy-url", {"http://t", false}}, {"toy-key", {"/key", false}}};
  EXPECT_FALSE(plans_.Make(facts, "toy").ok());
  disk_.SetContents("/key", "one");
  EXPECT_EQ(plans_.Make(facts, "toy")->settings.key_pem, "one");
  disk_.SetContents("/key", "two");
  const Result<SlotPlan> plan = plans_.Make(facts, "toy");
  EXPECT_EQ(plan->settings.key_pem, "two");
  EXPECT_EQ(plan->kind, "toy");
  EXPECT_EQ(plan->description.container_name, "web");
  EXPECT_EQ(plan->description.options, (std::map<std::string, std::string>{{"toy-url", "http://t"}, {"toy-mode", "fast"}}));
}

TEST_F(SlotPlansTest, AnUnknownKindIsSaidSo) {
  EXPECT_EQ(plans_.Make(StreamFacts{}, "gone").status().code(), StatusCode::kUnsupported);
}

}  // namespace
}  // namespace tailrace
