// Clients' proposals: taken by the leader, refused with directions by everybody else.
#include <gtest/gtest.h>

#include "src/raft/test_support.hpp"

namespace raft::test {
namespace {

TEST(Proposal, Leader_AppendsAndReplicates) {
  Server server = leader({.servers = 3, .term = 2, .log = {1}});
  const Effects effects = step(server, Propose{"t2"});
  EXPECT_EQ(effects.outcome, Outcome::ProposalAppended);
  EXPECT_EQ(effects.proposed, Index{2});
  EXPECT_EQ(effects.persist.log_from, Index{2});
  EXPECT_EQ(server.log, log_of({1, 2}));
  const auto requests = sent<AppendEntries>(effects);
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_EQ(requests[0], std::pair(2u, append(2, {1, 1}, {2})));
  EXPECT_EQ(requests[1], std::pair(3u, append(2, {1, 1}, {2})));
}

TEST(Proposal, Leader_NumbersProposalsInOrder) {
  Server server = leader({.term = 2});
  EXPECT_EQ(step(server, Propose{"x"}).proposed, Index{1});
  EXPECT_EQ(step(server, Propose{"y"}).proposed, Index{2});
  EXPECT_EQ(server.log.at(Index{1}).command, "x");
  EXPECT_EQ(server.log.at(Index{2}).command, "y");
}

TEST(Proposal, Leader_TakesTheSameCommandTwice) {
  Server server = leader({.term = 2});
  step(server, Propose{"x"});
  EXPECT_EQ(step(server, Propose{"x"}).proposed, Index{2});
}

TEST(Proposal, Leader_TakesAnyBytes) {
  Server server = leader({.term = 2});
  const std::string bytes("\0\xFF\n", 3);
  step(server, Propose{""});
  step(server, Propose{bytes});
  EXPECT_EQ(server.log.at(Index{1}), (Entry{Term{2}, EntryKind::Command, ""}));
  EXPECT_EQ(server.log.at(Index{2}).command, bytes);
}

void expect_refused(Server server, ServerId leader) {
  const Server before = server;
  const Effects effects = step(server, Propose{"x"});
  EXPECT_EQ(effects, (Effects{.outcome = Outcome::ProposalRefused, .leader = leader}));
  EXPECT_EQ(server, before);
}

TEST(Proposal, Follower_NamesTheLeader_OnceItHasHeardIt) {
  Server server = follower({.term = 2});
  deliver(server, 3, append(2, {0, 0}));
  expect_refused(server, ServerId{3});
}

TEST(Proposal, Follower_NamesNobody_BeforeItHasHeardTheLeader) {
  expect_refused(follower({.term = 2, .voted_for = 3}), kNoServer);
}

TEST(Proposal, Follower_ForgetsTheLeader_InALaterTerm) {
  Server server = follower({.term = 2});
  deliver(server, 3, append(2, {0, 0}));
  deliver(server, 2, request_vote(3, 0, 0));
  expect_refused(server, kNoServer);
}

TEST(Proposal, Candidate_NamesNobody) { expect_refused(candidate({.term = 2}), kNoServer); }

TEST(Proposal, FormerLeader_DoesNotNameItself) {
  Server server = leader({.term = 2});
  deliver(server, 3, vote(3, false));
  expect_refused(server, kNoServer);
}

// --- Several at once ----------------------------------------------------------------------------

TEST(ProposeBatch, Leader_AppendsAll_InOrder_AndSendsThemTogether) {
  Server server = leader({.servers = 3, .term = 2, .log = {1}});
  const Effects effects = step(server, ProposeBatch{{"x", "y", "z"}});
  EXPECT_EQ(effects.outcome, Outcome::ProposalAppended);
  EXPECT_EQ(effects.proposed, Index{4}) << "the last of them";
  EXPECT_EQ(effects.persist.log_from, Index{2}) << "the first of them";
  EXPECT_EQ(terms_of(server.log), (Terms{1, 2, 2, 2}));
  EXPECT_EQ(server.log.at(Index{2}).command, "x");
  EXPECT_EQ(server.log.at(Index{4}).command, "z");
  const auto requests = sent<AppendEntries>(effects);
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_EQ(requests[0].second.prev_log_index, Index{1});
  EXPECT_EQ(requests[0].second.entries,
            std::vector<Entry>(server.log.entries().begin() + 1, server.log.entries().end()));
  EXPECT_EQ(requests[1].second, requests[0].second);
}

TEST(ProposeBatch, OfOne_IsAProposal) {
  Server one = leader({.term = 2, .log = {1}});
  Server other = one;
  EXPECT_EQ(step(one, ProposeBatch{{"x"}}), step(other, Propose{"x"}));
  EXPECT_EQ(one, other);
}

TEST(ProposeBatch, OfNone_IsMalformed) {
  for (Server server : {leader({.term = 2}), follower({.term = 2})}) {
    const Server before = server;
    EXPECT_EQ(step(server, ProposeBatch{}), (Effects{.outcome = Outcome::MalformedIgnored}));
    EXPECT_EQ(server, before);
  }
}

TEST(ProposeBatch, SingleServer_CommitsAllAtOnce) {
  Server server = leader({.servers = 1, .term = 2});
  EXPECT_EQ(step(server, ProposeBatch{{"x", "y"}}).apply, (Apply{Index{1}, Index{2}}));
}

TEST(ProposeBatch, Follower_RefusesAll_NamingTheLeader) {
  Server server = follower({.term = 2});
  deliver(server, 3, append(2, {0, 0}));
  const Server before = server;
  EXPECT_EQ(step(server, ProposeBatch{{"x", "y"}}),
            (Effects{.outcome = Outcome::ProposalRefused, .leader = ServerId{3}}));
  EXPECT_EQ(server, before);
}

TEST(ProposeBatch, Leader_RefusesAll_WhileItHandsTheLeadOver) {
  Server server = leader({.term = 2});
  step(server, Transfer{ServerId{2}});
  EXPECT_EQ(step(server, ProposeBatch{{"x", "y"}}).outcome, Outcome::ProposalRefused);
  EXPECT_EQ(server.log.last_index(), Index{0});
}

TEST(Proposal, EffectsLeader_IsSetByNothingElse) {
  Server server = follower({.term = 2});
  EXPECT_EQ(deliver(server, 3, append(2, {0, 0})).leader, kNoServer);
  EXPECT_EQ(step(server, ElectionTimeout{}).leader, kNoServer);
}

}  // namespace
}  // namespace raft::test
