// How large a trace is by what grows with the logs: a view shows a whole log, and so a long run
// costs far more than its steps tell, whether it is written, run or judged.
#pragma once

#include <cstdint>

#include "traces/trace.hpp"

namespace cluster {

// In entries, each about a hundred bytes of a trace file: those of the log, the snapshot and the
// messages that the step shows; text of a snapshot that long counts for one, and what a message
// says beside its entries for two, what the step does for four.
std::uint64_t entries_in(const traces::Step& step);

// Of all steps.
std::uint64_t entries_in(const traces::Trace& trace);

}  // namespace cluster
