// The case that a test of many cases is in, told on stderr when a CHECK of the product aborts the process: without it a
// failed run could not be repeated. Global, as the signal handler that reads it is. One thread.
#pragma once

#include <string>

namespace tailrace {

void SetCaseLabel(const std::string& label);

// TAILRACE_LONG is set: the long storms are wanted.
bool IsLongRun();
// The number in TAILRACE_SEED, or `none`.
uint64_t SeedFromEnvironment(uint64_t none);

}  // namespace tailrace
