#include "delivery/books.h"

#include <gtest/gtest.h>

#include "tests/delivery/delivery_rig.h"

namespace tailrace {
namespace {

TEST(BooksTest, EachLineIsCountedOnce) {
  DeliveryRig rig;
  const StreamLease stream = rig.NewStream();
  const std::unique_ptr<StreamSlot> slot = rig.NewSlot(*stream);
  Books books;
  RecordPlace place;
  uint64_t at = 0;
  for (const Settlement how : {Settlement::kDelivered, Settlement::kDuplicate, Settlement::kDead, Settlement::kDropped,
                               Settlement::kCorrupt}) {
    place.tile = {Source::kStdout, at, at + 10, at / 10, at / 10 + 1};
    books.Settle(*slot, place, how);
    books.Settle(*slot, place, Settlement::kDelivered);
    at += 10;
  }
  EXPECT_EQ(books.delivered, 2u);
  EXPECT_EQ(books.duplicate, 1u);
  EXPECT_EQ(books.dead, 1u);
  EXPECT_EQ(books.dropped, 1u);
  EXPECT_EQ(books.corrupt, 1u);
  EXPECT_EQ(books.settled(), slot->LinesSettled());
  place.kind = RecordKind::kMarker;
  place.tile = {Source::kStdout, at, at + 100, at / 10, at / 10 + 7};
  books.Settle(*slot, place, Settlement::kDelivered);
  EXPECT_EQ(books.dropped, 8u);
  EXPECT_EQ(books.dropped_by, (std::map<std::string_view, uint64_t>{{"dead-letters-full", 1}, {"drop-oldest", 7}}));
}

TEST(BooksTest, TypesOfErrorsAreTheServersWordsAndFew) {
  DeliveryRig rig;
  const StreamLease stream = rig.NewStream();
  const std::unique_ptr<StreamSlot> slot = rig.NewSlot(*stream);
  Books books;
  RecordPlace place;
  for (uint64_t i = 0; i < 100; ++i) {
    place.tile = {Source::kStdout, i * 10, i * 10 + 10, i, i + 1};
    books.SettleDead(*slot, place, std::string(i % 2 == 0 ? 1000 : 0, 'x') + std::to_string(i % 2 == 0 ? 0 : i));
    books.SettleDead(*slot, place, "again");  // It has its outcome.
  }
  EXPECT_EQ(books.dead, 100u);
  EXPECT_EQ(books.dead_by.size(), Books::kTypesMax + 1);
  EXPECT_EQ(books.dead_by.at(std::string(Books::kTypeBytesMax, 'x')), 50u);
  EXPECT_EQ(books.dead_by.at("other"), 50u - (Books::kTypesMax - 1));
}

}  // namespace
}  // namespace tailrace
