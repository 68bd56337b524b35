// SettlerTest: a destination with one stream, and a server that refuses what the test says. Owned by gtest.
#pragma once

#include <gtest/gtest.h>

#include "tests/delivery/destination_rig.h"

namespace tailrace {

class SettlerTest : public testing::Test {
 protected:
  SettlerTest() : stream_(rig_.NewStream()), slot_(rig_.Add(*stream_)) {}
  void Answer(const std::string& text, int status) {
    rig_.server.item_status = [text, status](const auto& document) {
      return DestinationRig::Has(document, text) ? status : 0;
    };
  }
  size_t documents() { return rig_.server.documents().size(); }
  DestinationRig rig_;
  StreamLease stream_;
  StreamSlot& slot_;
};

}  // namespace tailrace
