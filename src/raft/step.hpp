// The only door to a server: one input in, the changed server and its effects out.
//
// `step` is a pure function of (server, input): no clock, randomness, I/O or global is touched, and
// equal arguments give equal results. It is total: every input in every state has a named outcome
// (effects.hpp), a stale, odd or hostile message included. What no correct cluster can bring about
// throws ContractViolation; the server is then in no defined state and must not be used again.
//
// Follows Figures 2 and 13 of "In Search of an Understandable Consensus Algorithm (Extended
// Version)"; pre-vote, check quorum, leases, transfers, reads and changes of the membership follow
// Ongaro's dissertation (the handlers name the sections).
#pragma once

#include "src/raft/effects.hpp"
#include "src/raft/input.hpp"
#include "src/raft/server.hpp"

namespace raft {

// Takes the step. `effects` is emptied first and its memory reused.
void step(Server& server, const Input& input, Effects& effects);

// The same for Receive{message}, without a copy of it: for drivers that read messages off a
// network.
void step(Server& server, const Message& message, Effects& effects);

// The same, with effects of its own.
Effects step(Server& server, const Input& input);

}  // namespace raft
