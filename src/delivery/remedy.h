// Remedies: what an operator can do about a destination that does not take its lines, as half a sentence for the log and
// the status. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "sinks/sink.h"

namespace tailrace {

// `kind` is the prefix of the options that name the destination: "es".
std::string RemedyForFailure(std::string_view kind, const HttpFailure& failure);
// Of an answer that did not accept everything.
std::string RemedyForAnswer(std::string_view kind, Advice advice, int status);
// Of a stream that is held: `why` is the error's type, as the server names it, or what our own disk said.
std::string RemedyForHold(std::string_view why);

}  // namespace tailrace
