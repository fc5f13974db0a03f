// The properties that must hold, by the paper's names. Three kinds: of a cluster state, of one
// server's step, and contracts (which the implementation states itself; the checker reports them).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "spec/history.hpp"
#include "spec/view.hpp"

namespace spec {

// In the order in which they are reported when one step breaks several: the paper's Figure 3 first,
// then the early forms (which imply later trouble and fire sooner), then the local step properties.
enum class Property : std::uint8_t {
  ElectionSafety,        // Figure 3: at most one leader is elected in a term, ever
  LeaderAppendOnly,      // Figure 3: a leader never overwrites or deletes entries of its log
  LogMatching,           // Figure 3: same index and term: identical logs through that index
  LeaderCompleteness,    // Figure 3: a committed entry is in the log of every later leader
  StateMachineSafety,    // Figure 3: no two servers apply different entries at an index
  ReadsSeeCommitted,     // dissertation 6.4: a read sees all that was committed before it was asked
  CommittedOnQuorum,     // early form: every committed entry is in the logs of a majority
  OwnTermCommit,         // early form (5.4.2): a leader counts replicas of own-term entries only
  MatchIndexSound,       // early form (5.3): an acknowledged prefix is in the follower's log
  OneVotePerTerm,        // Figure 2: in a term a vote is not given to another; restarts keep it
  TermMonotonic,         // Figure 2: currentTerm never goes back, over a restart either
  CommitIndexMonotonic,  // Figure 2: commitIndex never goes back, but for a restart
  LastAppliedMonotonic,  // Figure 2: lastApplied never goes back, but for a restart
  MatchIndexMonotonic,   // Figure 2: matchIndex never goes back while a server leads a term
  LogSurvivesRestart,    // Figure 2: the log is persistent
  PreVotePromise,        // dissertation 9.6: a pre-vote changes and disturbs nothing
  TransferPromise,       // dissertation 3.10: the lead goes to a server that has the whole log
  Contract,              // the implementation's own contract was broken: it said so itself
  SnapshotMatchesApplied,  // section 7: a snapshot holds what was committed through its index
  QuorumsOverlap,          // section 6: consecutive memberships have no two quorums apart
  CommittedDurable,        // early form: a committed entry is on the disks of a majority
  AppliedInOrder,          // Figure 2, lastApplied: each entry is handed out once, in index order
};
inline constexpr std::size_t kPropertyCount = 22;

const char* to_string(Property property);                       // "ElectionSafety", ...
std::optional<Property> property_named(std::string_view name);  // exactly as to_string prints it
const char* description(Property property);                     // one line for `raftcheck list`

// Which properties are checked: bit i is Property i.
using PropertySet = std::uint32_t;
constexpr PropertySet set_of(Property property) {
  return PropertySet{1} << static_cast<unsigned>(property);
}
inline constexpr PropertySet kAllProperties = (PropertySet{1} << kPropertyCount) - 1;

struct Violation {
  Property property{};
  std::string message;  // one sentence that names the servers, terms and indices that disagree
  bool operator==(const Violation&) const = default;
};

// Checks the properties of a cluster state, `servers` being in id order (servers[0] is server 1).
// The first broken property in the order of the enumeration is returned. `history` must already
// include this state (see `extended`). Used on initial states and on states at a bound like on any.
std::optional<Violation> check_state(std::span<const ServerView* const> servers,
                                     const History& history, PropertySet properties);

// Checks the properties that one server's step shows by itself. `restarted`: the step was a crash
// with a restart from what was durable, which may reset what is volatile. A vote that is given up
// within a term and not given to another is no violation by itself (ElectionSafety judges what
// comes of it), unless a restart lost it.
std::optional<Violation> check_step(const ServerView& before, const ServerView& after,
                                    bool restarted, PropertySet properties);

// What one step handed to the server's state machine.
struct Applied {
  // The state machine became anew what it was after this entry: by a snapshot, or, with 0, empty by
  // a restart. Absent: it goes on.
  std::optional<Index> anew{};
  Index first = 0;  // then it was given the entries first..last; none if both are 0
  Index last = 0;
};

// What passed between a server and its surroundings in one step.
struct Exchange {
  const MessageView* received = nullptr;  // nullptr: the step received nothing
  std::span<const MessageView> sent{};
  const Applied* applied = nullptr;  // nullptr: the implementation does not say
};

// Checks the properties that say what a server may answer to what, and hand to whom. Only messages
// of a judged kind say anything.
std::optional<Violation> check_exchange(const ServerView& before, const ServerView& after,
                                        const Exchange& exchange, PropertySet properties);
bool is_judged(std::string_view message_kind);

}  // namespace spec
