// Coverage of states: what a fuzzer is told beside which code ran. On a protocol the code is soon
// covered, and what matters is which states its servers have been in and what led from one to the
// other.
//
// A counter for each of many hashes of things that were seen. To libFuzzer they are extra counters;
// AFL++ counts them like edges of the program. Set RAFTCHECK_STATE_COVERAGE=off, to see what it is
// worth.
#pragma once

#include <cstddef>
#include <cstdint>

namespace fuzz {

// Tells the fuzzer that this was seen. Equal hashes are the same thing, in every process.
void saw(std::uint64_t hash);

// Switches it off, or on again.
void set_state_coverage(bool is_on);

}  // namespace fuzz
