// Servers and inputs of the core, drawn from bytes: whatever the invariants of server.hpp allow, be
// it reachable or not, and whatever somebody could send to such a server, well formed or not.
#pragma once

#include "fuzz/bytes.hpp"
#include "src/raft/input.hpp"
#include "src/raft/server.hpp"

namespace fuzz {

inline constexpr std::size_t kServerBytes = 48;
inline constexpr std::size_t kInputBytes = 16;

// From kServerBytes bytes. Zeros: a server that never ran, of the paper's Figure 2. `server` is
// overwritten, and its memory used again.
void draw_server(Bytes bytes, raft::Server& server);

// to = from. Memory of `to` is used again, that of its role, too, whatever role it had.
void copy_server(const raft::Server& from, raft::Server& to);

// From kInputBytes bytes; any input but Restart, most often a message to this server, with numbers
// near those that it knows.
raft::Input draw_input(Bytes bytes, const raft::Server& server);

}  // namespace fuzz
