// The names and the one-line descriptions of the properties. What they mean is in
// state_properties.cpp and step_properties.cpp.
#include "spec/property.hpp"

#include <array>

namespace spec {
namespace {

struct Words {
  const char* name;
  const char* description;
};

// Slot i is Property i.
constexpr std::array<Words, kPropertyCount> kWords = {{
    {"ElectionSafety", "a term never has two leaders, at the same time or one after the other"},
    {"LeaderAppendOnly", "while a server leads a term, its log only grows at the end"},
    {"LogMatching", "two logs with the same term at an index are equal through that index"},
    {"LeaderCompleteness", "an entry committed in a term is in the log of every later leader"},
    {"StateMachineSafety", "no two servers ever apply different entries at the same index"},
    {"ReadsSeeCommitted", "a read sees every entry that was committed before it was asked"},
    {"CommittedOnQuorum", "every committed entry stays in the logs of a majority"},
    {"OwnTermCommit", "a leader moves its commit index only to an entry of its own term"},
    {"MatchIndexSound", "a follower's log agrees with its leader's through the match index"},
    {"OneVotePerTerm", "a vote never moves to another server in its term, and a restart keeps it"},
    {"TermMonotonic", "a server's term never goes back, not even over a restart"},
    {"CommitIndexMonotonic", "a server's commit index never goes back while it runs"},
    {"LastAppliedMonotonic", "a server's last applied index never goes back while it runs"},
    {"MatchIndexMonotonic", "a leader's match indices never go back while it leads its term"},
    {"LogSurvivesRestart", "a restart leaves the log as it was"},
    {"PreVotePromise", "a pre-vote changes no term and no vote, and a leader in touch stops it"},
    {"TransferPromise", "a lead is handed over to a server with all of a log that grows no more"},
    {"Contract", "the implementation never reports a broken contract of its own"},
    {"SnapshotMatchesApplied", "a snapshot holds the committed entries through its index, no more"},
    {"QuorumsOverlap", "each quorum of a membership meets each quorum of the one before it"},
    {"CommittedDurable", "every committed entry is on the disks of a majority"},
    {"AppliedInOrder", "a state machine is handed every entry once, in the order of the log"},
}};

const Words& words(Property property) { return kWords.at(static_cast<std::size_t>(property)); }

}  // namespace

const char* to_string(Property property) { return words(property).name; }

const char* description(Property property) { return words(property).description; }

std::optional<Property> property_named(std::string_view name) {
  for (std::size_t i = 0; i < kWords.size(); ++i) {
    if (kWords[i].name == name) return static_cast<Property>(i);
  }
  return std::nullopt;
}

}  // namespace spec
