// Scenario: a short life with everything in it: start, traffic, roll, a discard on a full disk, room returns, sync,
// retention, end; the same calls each time, so that a fault can be put at each of them. Pure but for the World.
#pragma once

#include "tests/sim/world.h"

namespace tailrace {

Housekeeper::Settings ScenarioSettings();
// Ends with all checks; the World's complaint() says what was wrong.
void PlayScenario(World& world);
// How many calls it makes that change something.
uint64_t CountScenarioMutations();

}  // namespace tailrace
