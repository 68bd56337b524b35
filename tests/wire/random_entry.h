// Random bodies of log entries, for tests of whatever decodes them. Pure but for the generator; one thread.
#pragma once

#include <string>

#include "tests/fakes/seeded_random.h"

namespace tailrace {

// A valid body: usually as dockerd writes it, now and then with other fields, another order, odd values.
std::string RandomBody(SeededRandom& random);

// The bytes with one to three small accidents: a flip, a cut, an insertion, a repetition.
std::string Mutated(std::string bytes, SeededRandom& random);

}  // namespace tailrace
