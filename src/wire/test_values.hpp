// One value of each kind, with every field in use: what golden.txt holds the frames of.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "src/wire/values.hpp"

namespace wire::test {

inline raft::Membership joint_membership() {
  return {.voters = raft::ServerSet::first(2),
          .outgoing = raft::ServerSet::from_bits(6),
          .learners = raft::ServerSet::from_bits(8)};
}

inline std::vector<raft::Entry> three_entries() {
  return {{raft::Term{2}, raft::EntryKind::NoOp, ""},
          {raft::Term{2}, raft::EntryKind::Command, "x=1"},
          {raft::Term{300}, raft::EntryKind::Membership, "", joint_membership()}};
}

inline raft::Durable some_durable() {
  return {.hard_state = {raft::Term{300}, raft::ServerId{3}},
          .log = raft::Log(raft::Index{4}, raft::Term{1}, three_entries()),
          .snapshot = {raft::Index{4}, raft::Term{1}, std::string("a\0b", 3), joint_membership()}};
}

inline std::vector<raft::MessageBody> bodies() {
  using namespace raft;  // NOLINT(google-build-using-namespace)
  return {
      RequestVote{Term{7}, Index{300}, Term{6}, true},
      RequestVoteReply{Term{7}, true},
      AppendEntries{Term{300}, Index{4}, Term{1}, three_entries(), Index{5}, 9},
      AppendEntriesReply{Term{300}, false, Index{4}, Term{2}, Index{3}, 9},
      PreVote{Term{7}, Index{300}, Term{6}},
      PreVoteReply{Term{7}, false},
      TimeoutNow{Term{7}},
      ReadIndex{Term{7}, 12},
      ReadIndexReply{Term{7}, 12, Index{300}},
      InstallSnapshot{Term{7}, Index{4}, Term{1}, 2, std::string("\xFF\0", 2), true,
                      joint_membership()},
      InstallSnapshotReply{Term{7}, Index{4}, 4, true},
  };
}

inline std::vector<raft::Input> inputs() {
  using namespace raft;  // NOLINT(google-build-using-namespace)
  std::vector<Input> inputs{
      ElectionTimeout{},
      HeartbeatTimeout{},
      LeaseTimeout{},
      Propose{"x=1"},
      Read{12},
      Transfer{ServerId{2}},
      Compact{Index{300}, "abc"},
      ChangeMembership{ServerSet::first(3), ServerSet::from_bits(8)},
      Persisted{{Term{7}, ServerId{2}}, Index{300}, Term{6}},
      Restart{some_durable()},
      ProposeBatch{{"x=1", "", "a command of more bytes than lie in the value itself"}},
  };
  for (MessageBody& body : bodies()) {
    inputs.emplace_back(Receive{{ServerId{1}, ServerId{3}, std::move(body)}});
  }
  return inputs;
}

inline Report some_report() {
  return {.outcome = raft::Outcome::AppendAccepted,
          .proposed = raft::Index{1},
          .leader = raft::ServerId{2},
          .restore = some_durable().snapshot,
          .first = raft::Index{5},
          .apply = three_entries(),
          .reads = {12, 300},
          .reset_election = true,
          .reset_heartbeat = false,
          .reset_lease = true};
}

inline raft::Write some_write() {
  return {.hard_state = raft::HardState{raft::Term{300}, raft::ServerId{3}},
          .snapshot = some_durable().snapshot,
          .log_from = raft::Index{5},
          .entries = three_entries(),
          .last_index = raft::Index{7},
          .last_term = raft::Term{300}};
}

// Each frame with its kind's name, as a journal would not have it: each begins its own chain.
inline std::vector<std::string> frames() {
  std::vector<std::string> frames;
  for (const raft::Input& input : inputs()) frames.push_back(frame_of(input));
  frames.push_back(frame_of(some_report()));
  frames.push_back(frame_of(JournalStart{raft::ServerId{3}, some_durable()}));
  frames.push_back(frame_of(some_write()));
  return frames;
}

}  // namespace wire::test
