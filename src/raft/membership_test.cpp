// Changes of the membership, by section 6 of the paper and chapter 4 of Ongaro's dissertation; the
// arithmetic of quorums, joint ones included.
#include "src/raft/membership.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <tuple>
#include <vector>

#include "src/raft/contract.hpp"
#include "src/raft/handlers.hpp"
#include "src/raft/test_support.hpp"

namespace raft::test {
namespace {

ServerSet set_of(std::initializer_list<std::uint32_t> ids) {
  ServerSet set;
  for (const std::uint32_t id : ids) set.insert({id});
  return set;
}

PerServer<Index> matches_of(const std::vector<std::uint64_t>& matches) {
  PerServer<Index> held(matches.size());
  std::uint32_t id = 0;
  for (const std::uint64_t match : matches) held[{++id}] = Index{match};
  return held;
}

// --- Quorum arithmetic; 0 where nothing is known ------------------------------------------------

TEST(Membership, QuorumIndex_IsWhatAMajorityHolds) {
  using Row = std::tuple<std::vector<std::uint64_t>, std::uint64_t>;
  for (const auto& [matches, expected] :
       {Row{{12}, 12}, Row{{12, 0}, 0}, Row{{12, 5}, 5}, Row{{12, 5, 0}, 5}, Row{{12, 5, 6}, 6},
        Row{{5, 5, 12}, 5}, Row{{100, 101, 103}, 101}, Row{{101, 104, 103, 103, 0}, 103},
        Row{{101, 102, 103, 103, 0}, 102}}) {
    const auto held = matches_of(matches);
    const Membership all{.voters = ServerSet::first(static_cast<std::uint32_t>(held.size()))};
    EXPECT_EQ(quorum_index(all, held), Index{expected});
  }
}

TEST(Membership, QuorumIndex_OfAJointMembership_IsWhatAMajorityOfEachHolds) {
  using Row = std::tuple<ServerSet, ServerSet, std::vector<std::uint64_t>, std::uint64_t>;
  for (const auto& [voters, outgoing, matches, expected] :
       {Row{set_of({1, 3}), set_of({2}), {100, 45, 50}, 45},
        Row{set_of({1, 2}), set_of({3, 4}), {50, 48, 49, 47}, 47},
        Row{set_of({1, 2, 3}), set_of({4, 5, 6}), {0, 99, 90, 97, 95, 0}, 90},
        Row{set_of({1, 2, 3}), set_of({1, 4, 5}), {0, 100, 99, 99, 98}, 98},
        Row{set_of({1, 2, 3}), set_of({2, 3, 4}), {0, 100, 99, 0}, 99},
        Row{set_of({1, 2, 3}), set_of({1, 2, 3}), {50, 45, 0}, 45}}) {
    EXPECT_EQ(quorum_index({.voters = voters, .outgoing = outgoing}, matches_of(matches)),
              Index{expected});
    EXPECT_EQ(quorum_index({.voters = outgoing, .outgoing = voters}, matches_of(matches)),
              Index{expected});
  }
}

TEST(Membership, Quorum_IsAMajorityOfEach_AndLearnersCountForNothing) {
  const Membership joint{
      .voters = set_of({1, 2, 3}), .outgoing = set_of({4, 5}), .learners = set_of({6})};
  EXPECT_TRUE(has_quorum(joint, set_of({1, 2, 4, 5})));
  EXPECT_FALSE(has_quorum(joint, set_of({1, 2, 3, 4, 6})));
  EXPECT_FALSE(has_quorum(joint, set_of({1, 4, 5, 6})));
}

// --- A leader of a membership -------------------------------------------------------------------

struct Voters {
  std::uint32_t servers = 4;
  ServerSet voters{};
  Changes changes = Changes::SingleServer;
};

// Server 1, which leads term 2 and has committed an entry of it.
Server leader_of(const Voters& now, Situation situation = {.term = 2, .log = {2}, .commit = 1}) {
  situation.servers = now.servers;
  Server server = leader(situation);
  server.config.changes = now.changes;
  server.config.voters = now.voters;
  return server;
}

ChangeMembership change(std::initializer_list<std::uint32_t> voters,
                        std::initializer_list<std::uint32_t> learners = {}) {
  return {set_of(voters), set_of(learners)};
}

Outcome asked(Server server, const ChangeMembership& wanted) {
  return step(server, wanted).outcome;
}

TEST(Membership, Leader_SendsToMembersOnly_AndToLearners) {
  Server server = leader_of({.voters = set_of({1, 2})});
  EXPECT_EQ(sent<AppendEntries>(step(server, HeartbeatTimeout{})).size(), 1u);
  step(server, change({1, 2}, {4}));
  const auto requests = sent<AppendEntries>(step(server, HeartbeatTimeout{}));
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_EQ(requests[0].first, 2u);
  EXPECT_EQ(requests[1].first, 4u);
}

TEST(Membership, Change_IsInForceAtAppend) {  // section 6
  Server server = leader_of({.voters = set_of({1, 2, 3})});
  const Effects effects = step(server, change({1, 2, 3, 4}));
  EXPECT_EQ(effects.outcome, Outcome::ChangeAppended);
  EXPECT_EQ(effects.proposed, Index{2});
  EXPECT_EQ(effects.persist.log_from, Index{2});
  EXPECT_EQ(membership_of(server).voters, set_of({1, 2, 3, 4}));
  EXPECT_EQ(sent<AppendEntries>(effects).size(), 3u);
  deliver(server, 2, accepted(2, 2));
  EXPECT_EQ(server.commit_index, Index{1});  // two of four
  deliver(server, 4, accepted(2, 2));
  EXPECT_EQ(server.commit_index, Index{2});
}

TEST(Membership, Change_IsRefused_BeforeAnEntryOfTheTermIsCommitted) {  // raft-dev, 10 July 2015
  const Server server =
      leader_of({.voters = set_of({1, 2, 3})}, {.term = 2, .log = {1}, .commit = 1});
  EXPECT_EQ(asked(server, change({1, 2})), Outcome::ChangeRefused);
  EXPECT_EQ(asked(leader_of({.voters = set_of({1, 2, 3})}), change({1, 2})),
            Outcome::ChangeAppended);
}

TEST(Membership, Change_IsRefused_WhileAnotherIsNotCommitted) {  // dissertation, section 4.1
  for (const Changes changes : {Changes::SingleServer, Changes::Joint}) {
    Server server = leader_of({.voters = set_of({1, 2, 3}), .changes = changes});
    EXPECT_EQ(step(server, change({1, 2})).outcome, Outcome::ChangeAppended);
    EXPECT_EQ(asked(server, change({1, 2, 3})), Outcome::ChangeRefused);
  }
}

TEST(Membership, Change_IsRefused_WhenItIsNoneOrNoMembership) {
  const Server server = leader_of({.voters = set_of({1, 2, 3})});
  EXPECT_EQ(asked(server, change({1, 2, 3})), Outcome::ChangeRefused);
  EXPECT_EQ(asked(server, change({}, {1, 2, 3})), Outcome::ChangeRefused);
  EXPECT_EQ(asked(server, change({1, 2, 5})), Outcome::ChangeRefused);
  EXPECT_EQ(asked(server, change({1, 2, 3}, {3})), Outcome::ChangeRefused);
  EXPECT_EQ(asked(leader({.servers = 3}), change({1, 2})),
            Outcome::ChangeRefused);  // Changes::None
}

TEST(Membership, SingleServer_RefusesWhatChangesMoreThanOneVoter) {  // dissertation, section 4.1
  const Server server = leader_of({.voters = set_of({1, 2, 3})});
  EXPECT_EQ(asked(server, change({1})), Outcome::ChangeRefused);
  EXPECT_EQ(asked(server, change({1, 2, 4})), Outcome::ChangeRefused);
  EXPECT_EQ(asked(server, change({2, 3})), Outcome::ChangeAppended);
}

TEST(Membership, Follower_RefusesAChange_AndNamesTheLeader) {
  Server server = leader_of({.voters = set_of({1, 2, 3})});
  server.role = Follower{ServerId{3}, {}};
  const Effects effects = step(server, change({1, 2}));
  EXPECT_EQ(effects.outcome, Outcome::ChangeRefused);
  EXPECT_EQ(effects.leader, ServerId{3});
}

TEST(Membership, Learner_BecomesAVoter_OnceItIsCaughtUp) {  // dissertation, section 4.2.1
  Server server = leader_of({.voters = set_of({1, 2})});
  step(server, change({1, 2}, {3}));
  deliver(server, 2, accepted(2, 2));
  EXPECT_EQ(server.commit_index, Index{2});
  EXPECT_EQ(asked(server, change({1, 2, 3})), Outcome::ChangeRefused);
  deliver(server, 3, accepted(2, 2));
  EXPECT_EQ(asked(server, change({1, 2, 3})), Outcome::ChangeAppended);
}

// --- Who stands for election ---------------------------------------------------------------------

Outcome timed_out(Server server) { return step(server, ElectionTimeout{}).outcome; }

TEST(Membership, Learner_NeverStandsForElection_NotAfterARestartEither) {
  Server server = follower({.servers = 4, .id = 4, .term = 2, .log = {2}});
  server.config.changes = Changes::SingleServer;
  server.config.voters = set_of({1, 2, 3});
  EXPECT_EQ(timed_out(server), Outcome::TimeoutIgnored) << "nobody has added it";
  server.log.append(
      {Term{2}, EntryKind::Membership, {}, Membership{set_of({1, 2, 3}), {}, set_of({4})}});
  EXPECT_EQ(timed_out(server), Outcome::TimeoutIgnored) << "nor does it vote now";
  server.log.append(
      {Term{2}, EntryKind::Membership, {}, Membership{.voters = set_of({1, 2, 3, 4})}});
  EXPECT_EQ(timed_out(server), Outcome::ElectionStarted) << "in force at append";
}

// Dissertation, section 4.2.2: it may have to, for the removal to be committed.
TEST(Membership, RemovedServer_StandsForElection_UntilThatIsCommitted) {
  Server server = follower({.servers = 3, .id = 3, .term = 2, .log = {2}, .commit = 1});
  server.config.changes = Changes::SingleServer;
  server.log.append({Term{2}, EntryKind::Membership, {}, Membership{.voters = set_of({1, 2})}});
  EXPECT_EQ(timed_out(server), Outcome::ElectionStarted);
  server.commit_index = server.last_applied = Index{2};
  EXPECT_EQ(timed_out(server), Outcome::TimeoutIgnored);
  server.log.append({Term{2}, EntryKind::Membership, {}, Membership{.voters = set_of({1})}});
  EXPECT_EQ(timed_out(server), Outcome::TimeoutIgnored) << "others come and go without it";
}

// --- Truncation and snapshots -------------------------------------------------------------------

Entry membership_entry(std::uint64_t term, std::initializer_list<std::uint32_t> voters) {
  return {Term{term}, EntryKind::Membership, {}, Membership{.voters = set_of(voters)}};
}

TEST(Membership, Follower_RollsBack_WhenTheEntryIsTruncated) {  // section 6
  Server server = follower({.servers = 4, .id = 2, .term = 2, .log = {1}});
  server.config.changes = Changes::SingleServer;
  server.log.append(membership_entry(2, {1, 2, 3}));
  EXPECT_EQ(membership_of(server).voters, set_of({1, 2, 3}));
  deliver(server, 3, append(3, {1, 1}, {3}));
  EXPECT_EQ(membership_of(server).voters, set_of({1, 2, 3, 4}));
}

TEST(Membership, Snapshot_CarriesTheMembershipOfItsIndex) {  // section 7
  Server server = leader_of({.servers = 3, .voters = set_of({1, 2})});
  step(server, change({1, 2, 3}));
  deliver(server, 2, accepted(2, 2));
  step(server, Compact{Index{1}, "one"});
  EXPECT_EQ(server.snapshot.membership.voters, set_of({1, 2}));
  step(server, Compact{Index{2}, "two"});
  EXPECT_EQ(server.snapshot.membership.voters, set_of({1, 2, 3}));
  EXPECT_EQ(membership_of(server).voters, set_of({1, 2, 3}));

  Server other = follower({.id = 3, .term = 2});
  other.config = server.config;
  deliver(other, 1, only<InstallSnapshot>(deliver(server, 3, rejected(2, 0, 1))));
  EXPECT_EQ(membership_of(other).voters, set_of({1, 2, 3}));
  Server restarted = other;
  step(restarted, Restart{{other.hard_state, other.log, other.snapshot}});
  EXPECT_EQ(membership_of(restarted).voters, set_of({1, 2, 3}));
}

TEST(Membership, Message_IsIgnored_WhenItNamesAStranger) {
  Server server = follower({.servers = 3, .id = 2, .term = 2});
  AppendEntries request = append(2, {0, 0});
  request.entries = {membership_entry(2, {1, 4})};
  EXPECT_EQ(deliver(server, 1, request).outcome, Outcome::MalformedIgnored);
  EXPECT_EQ(deliver(server, 1,
                    InstallSnapshot{.term = Term{2},
                                    .last_included_index = Index{1},
                                    .last_included_term = Term{1},
                                    .done = true,
                                    .membership = {.voters = set_of({1, 4})}})
                .outcome,
            Outcome::MalformedIgnored);
}

// --- Elections (dissertation, section 4.2.2) ----------------------------------------------------

Server member(std::uint32_t id, ServerSet voters, std::vector<Entry> log, std::uint64_t commit) {
  Server server = follower({.servers = 4, .id = id, .term = 2});
  server.config.changes = Changes::SingleServer;
  server.config.voters = voters;
  server.log = Log(std::move(log));
  server.commit_index = server.last_applied = Index{commit};
  return server;
}

TEST(Membership, Server_StartsNoElection_WhenItIsKnownToBeNoVoter) {
  Server fresh = member(4, set_of({1, 2, 3}), {}, 0);
  EXPECT_EQ(step(fresh, ElectionTimeout{}).outcome, Outcome::TimeoutIgnored);
  Server removed = member(3, {}, {membership_entry(2, {1, 2, 4})}, 1);
  EXPECT_EQ(step(removed, ElectionTimeout{}).outcome, Outcome::TimeoutIgnored);
}

TEST(Membership, Server_StartsAnElection_WhileItsRemovalIsNotCommitted_AndDoesNotCountItself) {
  Server server = member(3, {}, {membership_entry(2, {1, 2, 4})}, 0);
  const Effects effects = step(server, ElectionTimeout{});
  EXPECT_EQ(effects.outcome, Outcome::ElectionStarted);
  EXPECT_EQ(sent<RequestVote>(effects).size(), 3u);
  EXPECT_EQ(deliver(server, 1, vote(3, true)).outcome, Outcome::VoteCounted);
  EXPECT_EQ(deliver(server, 2, vote(3, true)).outcome, Outcome::BecameLeader);
}

TEST(Membership, Candidate_NeedsAMajorityOfBoth_WhileJoint) {
  Entry joint = membership_entry(2, {3, 4});
  joint.membership = Membership{.voters = set_of({3, 4}), .outgoing = set_of({1, 2})};
  Server server = member(1, {}, {joint}, 0);
  step(server, ElectionTimeout{});
  for (const std::uint32_t voter : {3, 4}) {
    EXPECT_EQ(deliver(server, voter, vote(3, true)).outcome, Outcome::VoteCounted);
  }
  EXPECT_EQ(deliver(server, 2, vote(3, true)).outcome, Outcome::BecameLeader);
}

TEST(Membership, Voter_AnswersWhoeverAsks) {  // section 6: also of servers it does not know
  Server server = member(2, set_of({1, 2, 3}), {}, 0);
  EXPECT_TRUE(only<RequestVoteReply>(deliver(server, 4, request_vote(3, 0, 0))).vote_granted);
}

// --- Joint consensus (section 6) ----------------------------------------------------------------

TEST(Membership, Joint_GoesThroughBoth_AndOnByItself) {
  Server server = leader_of({.voters = set_of({1, 2}), .changes = Changes::Joint});
  EXPECT_EQ(step(server, change({1, 3, 4})).outcome, Outcome::ChangeAppended);
  EXPECT_EQ(membership_of(server),
            (Membership{.voters = set_of({1, 3, 4}), .outgoing = set_of({1, 2})}));
  deliver(server, 3, accepted(2, 2));
  EXPECT_EQ(server.commit_index, Index{1});  // a majority of C_new, none of C_old
  const Effects effects = deliver(server, 2, accepted(2, 2));
  EXPECT_EQ(server.commit_index, Index{2});
  EXPECT_EQ(membership_of(server), (Membership{.voters = set_of({1, 3, 4})}));
  EXPECT_EQ(effects.persist.log_from, Index{3});
  EXPECT_EQ(server.log.last_index(), Index{3});
  deliver(server, 4, accepted(2, 3));
  EXPECT_EQ(server.commit_index, Index{3});
}

TEST(Membership, Joint_LetsLearnersComeAndGoWithoutDetour) {
  Server server = leader_of({.voters = set_of({1, 2}), .changes = Changes::Joint});
  step(server, change({1, 2}, {3}));
  EXPECT_FALSE(membership_of(server).is_joint());
}

TEST(Membership, Joint_IsFinishedByALaterLeader) {
  Entry joint = membership_entry(2, {1, 2, 3});
  joint.membership = Membership{.voters = set_of({1, 2, 3}), .outgoing = set_of({1, 2})};
  Server server = member(2, {}, {joint}, 0);
  server.config.changes = Changes::Joint;
  step(server, ElectionTimeout{});
  deliver(server, 1, vote(3, true));
  ASSERT_TRUE(is_leader(server));
  step(server, Propose{"x"});  // an entry of its own term commits what came before (section 5.4.2)
  deliver(server, 1, accepted(3, 2));
  EXPECT_EQ(server.commit_index, Index{2});
  EXPECT_EQ(membership_of(server), (Membership{.voters = set_of({1, 2, 3})}));
}

TEST(Membership, Joint_IsOverAtOnce_WhereOneServerDecidesAlone) {
  Server server = leader_of({.servers = 1, .voters = {}, .changes = Changes::Joint});
  server.config.servers = 2;
  server.config.voters = set_of({1});
  std::get<Leader>(server.role).progress = PerServer<Progress>(2);
  std::get<Leader>(server.role).progress[{2}].next_index = Index{2};
  EXPECT_EQ(step(server, change({1}, {2})).outcome, Outcome::ChangeAppended);
  EXPECT_EQ(server.commit_index, Index{2});
}

TEST(Membership, Joint_IsFinishedByALaterLeader_ThatHasItFromASnapshot) {
  const Membership joint{.voters = set_of({1, 2, 3, 4}), .outgoing = set_of({1, 2, 3})};
  Server server = follower({.servers = 4, .term = 2, .log = {1, 2}, .commit = 2});
  server.config.changes = Changes::Joint;
  server.log.compact_through(Index{2});
  server.snapshot = {Index{2}, Term{2}, "state", joint};
  step(server, ElectionTimeout{});
  deliver(server, 2, vote(3, true));
  deliver(server, 3, vote(3, true));
  ASSERT_TRUE(is_leader(server));
  EXPECT_EQ(membership_of(server), (Membership{.voters = set_of({1, 2, 3, 4})}));
  EXPECT_EQ(server.log.last_index(), Index{3});
}

TEST(Membership, StepThatCommitsBothMemberships_AppliesBothEntries) {  // section 6
  Server server = leader_of({.voters = set_of({1, 2, 3}), .changes = Changes::Joint});
  step(server, change({1}));
  EXPECT_EQ(server.commit_index, Index{1});
  // C_old,new is committed; C_new = {1} is appended, and server 1 alone commits it.
  const Effects effects = deliver(server, 2, accepted(2, 2));
  EXPECT_EQ(server.commit_index, Index{3});
  EXPECT_EQ(effects.apply, (Apply{Index{2}, Index{3}}));
}

// --- Transfers (dissertation, section 3.10) -----------------------------------------------------

TEST(Membership, Leader_HandsItsLeadToVotersOnly) {
  const Voters three{.voters = set_of({1, 2, 3})};
  for (const auto& [target, outcome] :
       {std::pair(2U, Outcome::TransferStarted), std::pair(4U, Outcome::TransferRefused)}) {
    Server server = leader_of(three);
    EXPECT_EQ(step(server, Transfer{{target}}).outcome, outcome);
  }
}

TEST(Membership, Change_IsRefused_WhileTheLeadIsHandedOver_AndTheOtherWayAbout) {
  for (const Changes changes : {Changes::SingleServer, Changes::Joint}) {
    Server handing_over = leader_of({.voters = set_of({1, 2, 3}), .changes = changes});
    EXPECT_EQ(step(handing_over, Transfer{{2}}).outcome, Outcome::TransferStarted);
    const Effects refused = step(handing_over, change({1, 2}));
    EXPECT_EQ(refused.outcome, Outcome::ChangeRefused);
    EXPECT_EQ(refused.leader, ServerId{2});
    Server changing = leader_of({.voters = set_of({1, 2, 3}), .changes = changes});
    EXPECT_EQ(step(changing, change({1, 2})).outcome, Outcome::ChangeAppended);
    EXPECT_EQ(step(changing, Transfer{{2}}).outcome, Outcome::TransferRefused);
  }
}

TEST(Membership, Server_DoesNotStandForElection_WhenItIsToldToButIsNoVoter) {
  Server server = leader_of({.voters = set_of({2, 3})});
  server.role = Follower{};
  EXPECT_EQ(deliver(server, 2, TimeoutNow{Term{2}}).outcome, Outcome::TimeoutNowIgnored);
}

// --- A leader that removes itself (section 6; dissertation, section 4.2.2) ----------------------

TEST(Membership, Leader_ThatLeaves_DoesNotCountItself_AndStepsDownOnceThatIsCommitted) {
  Server server = leader_of({.voters = set_of({1, 2, 3})});
  EXPECT_EQ(step(server, change({2, 3})).outcome, Outcome::ChangeAppended);
  deliver(server, 2, accepted(2, 2));
  EXPECT_EQ(server.commit_index, Index{1});
  EXPECT_TRUE(is_leader(server));
  const Effects effects = deliver(server, 3, accepted(2, 2));
  EXPECT_EQ(server.commit_index, Index{2});
  EXPECT_TRUE(is_follower(server));
  EXPECT_TRUE(effects.timers.reset_election);
  for (const auto& [to, request] : sent<AppendEntries>(effects)) {
    EXPECT_EQ(request.leader_commit, Index{2}) << "to server " << to;
  }
  EXPECT_EQ(sent<AppendEntries>(effects).size(), 2u);
}

TEST(Membership, Leader_TellsARemovedServerThatItIsOut) {
  Server server = leader_of({.voters = set_of({1, 2, 3})});
  step(server, change({1, 2}));
  const auto requests = sent<AppendEntries>(deliver(server, 2, accepted(2, 2)));
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_EQ(requests[0].first, 3u);
  EXPECT_EQ(requests[0].second.leader_commit, Index{2});
  EXPECT_EQ(sent<AppendEntries>(step(server, HeartbeatTimeout{})).size(), 1u);  // not again
}

TEST(Membership, FirstVoters_LieAmongTheServers) {
  EXPECT_THROW(
      fresh_server({.servers = 2, .changes = Changes::Joint, .voters = set_of({1, 3})}, {1}),
      ContractViolation);
}

}  // namespace
}  // namespace raft::test
