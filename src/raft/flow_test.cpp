// Flow control: bounded messages, pipelining and probing, a bounded uncommitted tail (dissertation
// 10.2.1 and, for probing, section 5.3).
#include <gtest/gtest.h>

#include "src/raft/test_support.hpp"

namespace raft::test {
namespace {

Situation pipelined(Situation now, std::uint32_t in_flight) {
  now.appends_in_flight = in_flight;
  return now;
}

Terms terms_sent(const Effects& effects, std::uint32_t to) {
  Terms terms;
  for (const auto& [receiver, request] : sent<AppendEntries>(effects)) {
    if (receiver != to) continue;
    for (const Entry& entry : request.entries) terms.push_back(entry.term.value);
  }
  return terms;
}

std::size_t appends_to(const Effects& effects, std::uint32_t to) {
  std::size_t count = 0;
  for (const auto& [receiver, request] : sent<AppendEntries>(effects)) count += receiver == to;
  return count;
}

Server with_commands(const std::vector<std::string>& commands, std::uint32_t bytes) {
  Server server = leader({.term = 1, .bytes_per_message = bytes});
  for (const std::string& command : commands) {
    server.log.append({Term{1}, EntryKind::Command, command});
  }
  std::get<Leader>(server.role).progress[ServerId{2}].next_index = Index{1};
  return server;
}

// What an AppendEntries to server 2 holds; throws if not exactly one was sent to it.
AppendEntries request_to_2(const Effects& effects) {
  std::vector<AppendEntries> found;
  for (const auto& [receiver, request] : sent<AppendEntries>(effects)) {
    if (receiver == 2) found.push_back(request);
  }
  if (found.size() != 1) throw std::runtime_error("not exactly one request to server 2");
  return found.front();
}

TEST(Bytes, Message_HoldsAsManyEntriesAsFit_InOrder) {
  for (const auto& [bytes, entries] : std::vector<std::pair<std::uint32_t, std::size_t>>{
           {0, 4}, {1, 1}, {2, 1}, {5, 1}, {6, 2}, {7, 2}, {8, 3}, {9, 4}, {100, 4}}) {
    Server server = with_commands({"aa", "bbbb", "cc", "d"}, bytes);
    const AppendEntries request = request_to_2(step(server, HeartbeatTimeout{}));
    EXPECT_EQ(request.entries.size(), entries) << bytes << " bytes";
    for (std::size_t i = 0; i < request.entries.size(); ++i) {
      EXPECT_EQ(request.entries[i], server.log.at({i + 1}));
    }
  }
}

TEST(Bytes, Message_HoldsOneEntryAtLeast) {
  Server server = with_commands({"a long command", "b"}, 4);
  EXPECT_EQ(request_to_2(step(server, HeartbeatTimeout{})).entries.size(), 1u);
}

TEST(Pipeline, FollowerIsProbed_UntilItAnswers) {
  Server server = leader(pipelined({.term = 1}, 2));
  EXPECT_EQ(terms_sent(step(server, Propose{"a"}), 2), Terms{1});
  EXPECT_EQ(appends_to(step(server, Propose{"b"}), 2), 0u) << "the probe is still out";
  const Effects answered = deliver(server, 2, accepted(1, 1));
  EXPECT_EQ(terms_sent(answered, 2), Terms{1});
  EXPECT_EQ(progress_of(server, 2).next_index, Index{3}) << "moves with what is sent";
}

TEST(Pipeline, Probe_IsSentAgain_WithEachHeartbeat) {
  Server server = leader(pipelined({.term = 1}, 2));
  step(server, Propose{"a"});
  EXPECT_EQ(terms_sent(step(server, HeartbeatTimeout{}), 2), Terms{1});
}

TEST(Pipeline, Leader_SendsOnWithoutAnswers_UpToTheBound) {
  Server server = leader(pipelined({.term = 1}, 2));
  deliver(server, 2, accepted(1, 0));
  EXPECT_EQ(terms_sent(step(server, Propose{"a"}), 2), Terms{1});
  EXPECT_EQ(terms_sent(step(server, Propose{"b"}), 2), Terms{1});
  EXPECT_EQ(appends_to(step(server, Propose{"c"}), 2), 0u);
  EXPECT_EQ(appends_to(step(server, HeartbeatTimeout{}), 2), 1u) << "heartbeats go, empty";
  EXPECT_EQ(terms_sent(step(server, HeartbeatTimeout{}), 2), Terms{});
  EXPECT_EQ(terms_sent(deliver(server, 2, accepted(1, 1)), 2), Terms{1}) << "one place is free";
}

TEST(Pipeline, Rejection_LeadsBackToProbing) {
  Server server = leader(pipelined({.term = 1}, 2));
  deliver(server, 2, accepted(1, 0));
  step(server, Propose{"a"});
  step(server, Propose{"b"});
  const Effects effects = deliver(server, 2, rejected(1, 0, 1));
  EXPECT_EQ(effects.outcome, Outcome::BackedUp);
  EXPECT_EQ(terms_sent(effects, 2), (Terms{1, 1}));
  EXPECT_EQ(progress_of(server, 2).next_index, Index{1}) << "does not move before an answer";
  EXPECT_EQ(appends_to(step(server, Propose{"c"}), 2), 0u);
}

TEST(Pipeline, FollowerThatIsFarBehind_IsSentAllItLacks_InBoundedMessages) {
  Server server =
      leader(pipelined({.term = 1, .log = {1, 1, 1, 1, 1}, .entries_per_message = 1}, 3));
  deliver(server, 2, rejected(1, 0, 1));
  const Effects effects = deliver(server, 2, accepted(1, 1));
  EXPECT_EQ(appends_to(effects, 2), 3u);
  EXPECT_EQ(progress_of(server, 2).next_index, Index{5});
}

TEST(Pipeline, Acceptance_FreesWhatItCovers_AndNoMore) {
  Server server = leader(pipelined({.term = 1, .entries_per_message = 1}, 3));
  deliver(server, 2, accepted(1, 0));
  for (const char* command : {"a", "b", "c"}) step(server, Propose{command});
  deliver(server, 2, accepted(1, 2));
  EXPECT_EQ(progress_of(server, 2).flow->in_flight, std::vector<Index>{{3}});
}

TEST(Pipeline, LostMessage_IsSentAgain_OnceAHeartbeatIsRejected) {
  Server server = leader(pipelined({.term = 1}, 1));
  deliver(server, 2, accepted(1, 0));
  step(server, Propose{"a"});  // lost
  EXPECT_EQ(request_to_2(step(server, HeartbeatTimeout{})).prev_log_index, Index{1});
  EXPECT_EQ(terms_sent(deliver(server, 2, rejected(1, 0, 1)), 2), Terms{1});
}

TEST(Pipeline, Snapshot_IsSentOnce_UntilAnsweredOrAHeartbeat) {
  Server server = leader(pipelined({.term = 1, .log = {1, 1}, .commit = 2}, 2));
  step(server, Compact{Index{2}, "s"});
  EXPECT_EQ(sent<InstallSnapshot>(deliver(server, 2, rejected(1, 0, 1))).size(), 1u);
  EXPECT_EQ(sent<InstallSnapshot>(step(server, Propose{"a"})).size(), 0u);
  EXPECT_EQ(sent<InstallSnapshot>(step(server, HeartbeatTimeout{})).size(), 1u);
  const InstallSnapshotReply installed{
      .term = Term{1}, .last_included_index = Index{2}, .installed = true};
  EXPECT_EQ(terms_sent(deliver(server, 2, installed), 2), Terms{1}) << "and so in a pipeline";
  EXPECT_FALSE(progress_of(server, 2).flow->is_probing);
}

// The nemesis of the lab found this: nobody was sent anything but heartbeats any more.
TEST(Pipeline, ThatWasLost_IsFollowedByTheSnapshot_WhereWhatFollowsItIsCompacted) {
  for (const Backtracking backtracking : {Backtracking::Fast, Backtracking::Plain}) {
    Server server = leader(pipelined({.term = 1, .backtracking = backtracking}, 1));
    deliver(server, 2, accepted(1, 0));
    deliver(server, 3, accepted(1, 0));
    step(server, Propose{"a"});  // to server 2: its answer is lost
    deliver(server, 3, accepted(1, 1));
    step(server, Propose{"b"});
    deliver(server, 3, accepted(1, 2));
    step(server, Compact{Index{2}, "s"});
    const AppendEntries heartbeat = request_to_2(step(server, HeartbeatTimeout{}));
    EXPECT_EQ(heartbeat.prev_log_index, Index{2});
    Server peer = follower({.servers = 3, .id = 2, .term = 1, .log = {1}});
    peer.config.backtracking = backtracking;
    const auto refusal = only<AppendEntriesReply>(deliver(peer, 1, heartbeat));
    EXPECT_FALSE(refusal.success);
    EXPECT_EQ(sent<InstallSnapshot>(deliver(server, 2, refusal)).size(), 1u);
    EXPECT_TRUE(progress_of(server, 2).flow->is_probing);
  }
}

// The round that a read begins must reach a follower that waits for its snapshot, too.
TEST(Pipeline, Read_SendsAHeartbeat_WhileTheSnapshotIsOnItsWay) {
  Server server = leader(pipelined({.term = 1, .log = {1, 1}, .commit = 2}, 2));
  step(server, Compact{Index{2}, "s"});
  deliver(server, 2, rejected(1, 0, 1));
  const AppendEntries request = request_to_2(step(server, Read{1}));
  EXPECT_EQ(request.prev_log_index, Index{2});
  EXPECT_EQ(request.prev_log_term, Term{1});
  EXPECT_EQ(request.round, 1u);
  EXPECT_TRUE(request.entries.empty());
}

TEST(Pipeline, WithoutABound_NothingIsRemembered) {
  Server server = leader({.term = 1});
  step(server, Propose{"a"});
  EXPECT_EQ(terms_sent(step(server, Propose{"b"}), 2), (Terms{1, 1})) << "from nextIndex on";
  EXPECT_FALSE(progress_of(server, 2).flow.has_value());
}

TEST(Uncommitted, Proposals_AreRefused_OverTheBound_UntilSomethingIsCommitted) {
  Server server = leader({.term = 1, .uncommitted = 2});
  step(server, Propose{"a"});
  step(server, Propose{"b"});
  EXPECT_EQ(step(server, Propose{"c"}), (Effects{.outcome = Outcome::ProposalRefused}));
  deliver(server, 2, accepted(1, 1));
  EXPECT_EQ(step(server, Propose{"c"}).outcome, Outcome::ProposalAppended);
}

// 5.4.2: they are committed with an entry of this term, and not before.
TEST(Uncommitted, EntriesOfEarlierTerms_DoNotKeepAProposalOut) {
  Server server = leader({.term = 2, .log = {1, 1, 1}, .uncommitted = 2});
  EXPECT_EQ(step(server, Propose{"a"}).outcome, Outcome::ProposalAppended);
  EXPECT_EQ(step(server, Propose{"b"}).outcome, Outcome::ProposalAppended);
  EXPECT_EQ(step(server, Propose{"c"}).outcome, Outcome::ProposalRefused);
}

TEST(Uncommitted, ABatch_IsRefusedWhole_UnlessAllOfItFits) {
  Server server = leader({.term = 1, .uncommitted = 3});
  EXPECT_EQ(step(server, ProposeBatch{{"a", "b", "c", "d"}}).outcome, Outcome::ProposalRefused);
  EXPECT_EQ(step(server, ProposeBatch{{"a", "b"}}).outcome, Outcome::ProposalAppended);
  EXPECT_EQ(step(server, ProposeBatch{{"c", "d"}}), (Effects{.outcome = Outcome::ProposalRefused}));
  EXPECT_EQ(server.log.last_index(), Index{2});
  deliver(server, 2, accepted(1, 1));
  EXPECT_EQ(step(server, ProposeBatch{{"c", "d"}}).outcome, Outcome::ProposalAppended);
  EXPECT_EQ(step(server, Propose{"e"}).outcome, Outcome::ProposalRefused);
}

TEST(Uncommitted, EntriesOfEarlierTerms_DoNotKeepABatchOut) {
  Server server = leader({.term = 2, .log = {1, 1, 1}, .uncommitted = 3});
  EXPECT_EQ(step(server, ProposeBatch{{"a", "b", "c", "d"}}).outcome, Outcome::ProposalRefused);
  EXPECT_EQ(step(server, ProposeBatch{{"a"}}).outcome, Outcome::ProposalAppended);
  EXPECT_EQ(step(server, ProposeBatch{{"b", "c", "d"}}).outcome, Outcome::ProposalRefused);
  EXPECT_EQ(step(server, ProposeBatch{{"b", "c"}}).outcome, Outcome::ProposalAppended);
}

}  // namespace
}  // namespace raft::test
