// Drain: the least that any plugin can cost: reads FIFOs with the rests of the product's intake and forgets what it read.
// What everything else is compared with. One thread of the caller; no state.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace tailrace {

// Until every FIFO has ended; CPU seconds. `frame_bytes` is the size of one entry, header included.
double Drain(const std::vector<std::string>& fifos, size_t frame_bytes);

}  // namespace tailrace
