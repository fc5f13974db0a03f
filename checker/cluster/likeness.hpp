// A number for what a server's state, or a message, is like: two that are alike do the same sort of
// thing in the same sort of situation. It is not identity. Who it is, what commands say, and how
// large terms and indexes are altogether does not matter; how they lie to each other does.
//
// This is what a fuzzer is told of states (fuzz/state_coverage.hpp): there are some
// thousands of sorts, where there is no end of states. Finer ones were tried: three times as many,
// that led to no more standings or transitions and filled the fuzzer's counters in a minute.
#pragma once

#include <cstdint>
#include <span>

#include "spec/view.hpp"

namespace cluster {

// Equal in every process.
std::uint64_t likeness(const spec::ServerView& server);
// The same, coarser: some hundreds of sorts, for what leads from one to another.
std::uint64_t outline(const spec::ServerView& server);
std::uint64_t likeness(const spec::MessageView& message);
// Of a whole cluster: in what roles its servers are, who of them is behind in terms or in what is
// committed, who has a lease, whom reads wait at, who goes by another membership, and whether two
// leaders may come of that: whether some majority of it and some majority of that of the server
// that has committed most have nobody in common. So there is something to be seen of a leader that
// does not yet know of the next one, which no server's state tells by itself.
//
// What of one server it depends on: made once a state, it is all that is looked at after a step.
struct Bearing {
  spec::Term term = 0;
  spec::Index commit_index = 0;
  std::uint64_t membership = 0;  // a hash
  std::uint64_t voters = 0;      // a bit each, by their ids
  std::uint64_t outgoing = 0;    // the same
  std::uint32_t role = 0;        // and whether it has a lease, and reads wait
};
Bearing bearing(const spec::ServerView& server);
std::uint64_t standing(std::span<const Bearing> servers);

}  // namespace cluster
