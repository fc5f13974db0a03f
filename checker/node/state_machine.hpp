// The state machine that the checker gives to the core's servers: it remembers every entry that was
// applied, in order, so that a snapshot of it can be compared with what was committed. As a text
// that people can read in a trace: "1:v1;2:-;2:!;" is the command v1 of term 1, a no-op and a
// membership of term 2: which one, the state machine is not told.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "src/raft/log.hpp"

namespace node {

// In the text, bytes of a command that are not letters, digits or one of _.= are written %XX.
std::string snapshot_text(std::span<const raft::Entry> applied);

// The way back. What is not such a text becomes one last entry of term 0, which no log has.
std::vector<raft::Entry> snapshot_entries(std::string_view text);

}  // namespace node
