// The oracle of our decoder: protobuf-lite, and the two ways in which we differ from it on purpose. Pure; any thread.
//  * A known field with a wrong wire type, and any group, is an error to us (as to dockerd); protobuf skips it.
//  * A source or partial id that is not UTF-8 is an error to protobuf; to us it is bytes.
#pragma once

#include <string>
#include <string_view>

namespace tailrace {

// Empty when our decoder, our summary and protobuf agree about `body`; otherwise what they disagree on.
std::string DisagreementAbout(std::string_view body);

}  // namespace tailrace
