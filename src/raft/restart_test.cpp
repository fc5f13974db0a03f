// Persistence as the effects state it, and what a restart keeps (Figure 2, persistent state).
#include <gtest/gtest.h>

#include "src/raft/contract.hpp"
#include "src/raft/test_support.hpp"

namespace raft::test {
namespace {

Durable on_disk(const Server& server) { return {server.hard_state, server.log}; }

// Takes the step and checks that obeying its Persist brings the disk up to the server.
Effects step_and_persist(Server& server, const Input& input) {
  Durable disk = on_disk(server);
  const Effects effects = step(server, input);
  make_durable(disk, effects.persist, server);
  EXPECT_EQ(disk, on_disk(server));
  return effects;
}

TEST(Restart, Persist_CoversTheTermAndTheVote) {
  struct Row {
    const char* why;
    Server server;
    Input input;
    HardState hard_state;
  };
  Server voter = follower({.term = 1});
  Server lone = follower({.servers = 1, .term = 1});
  const std::vector<Row> rows = {
      {"election", voter, ElectionTimeout{}, {Term{2}, ServerId{1}}},
      {"election won at once", lone, ElectionTimeout{}, {Term{2}, ServerId{1}}},
      {"vote", voter, received(voter, 2, request_vote(1, 0, 0)), {Term{1}, ServerId{2}}},
      {"term and vote", voter, received(voter, 2, request_vote(2, 0, 0)), {Term{2}, ServerId{2}}},
      {"term by AppendEntries", voter, received(voter, 2, append(2, {0, 0})), {Term{2}, kNoServer}},
      {"term by a vote", voter, received(voter, 2, vote(2, false)), {Term{2}, kNoServer}},
      {"term by a reply", voter, received(voter, 2, rejected(2, 0, 0)), {Term{2}, kNoServer}},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.why);
    Server server = row.server;
    const Effects effects = step_and_persist(server, row.input);
    EXPECT_EQ(effects.persist.hard_state, row.hard_state);
    EXPECT_EQ(effects.persist.log_from, std::nullopt);
  }
}

TEST(Restart, Persist_CoversTheLog) {
  struct Row {
    const char* why;
    Server server;
    Input input;
    Index log_from;
  };
  const Server voter = follower({.term = 2, .log = {1, 1}});
  const Server leading = leader({.term = 2, .log = {1, 1}});
  const Server electing = candidate({.term = 2, .log = {1, 1}, .no_op = true});
  const std::vector<Row> rows = {
      {"proposal", leading, Propose{"x"}, Index{3}},
      {"no-op", electing, received(electing, 2, vote(2, true)), Index{3}},
      {"entries", voter, received(voter, 2, append(2, {2, 1}, {2, 2})), Index{3}},
      {"conflict", voter, received(voter, 2, append(2, {0, 0}, {1, 2})), Index{2}},
      {"conflict, shorter", voter, received(voter, 2, append(2, {0, 0}, {2})), Index{1}},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.why);
    Server server = row.server;
    const Effects effects = step_and_persist(server, row.input);
    EXPECT_EQ(effects.persist.log_from, row.log_from);
    EXPECT_EQ(effects.persist.hard_state, std::nullopt);
  }
}

TEST(Restart, Persist_AsksForNothing_WhenNothingDurableChanged) {
  const Server voter = follower({.term = 2, .voted_for = 3, .log = {1, 2}});
  const Server leading = leader({.term = 2, .log = {1, 2}});
  const std::vector<std::pair<Server, Input>> rows = {
      {voter, HeartbeatTimeout{}},
      {voter, Propose{"x"}},
      {voter, received(voter, 2, request_vote(2, 2, 2))},
      {voter, received(voter, 2, append(1, {0, 0}))},
      {voter, received(voter, 2, append(2, {2, 2}, {}, 2))},
      {voter, received(voter, 2, append(2, {0, 0}, {1, 2}))},
      {leading, HeartbeatTimeout{}},
      {leading, received(leading, 2, accepted(2, 2))},
      {leading, received(leading, 2, rejected(2, 0, 1))},
  };
  for (auto [server, input] : rows) EXPECT_EQ(step_and_persist(server, input).persist, Persist{});
}

TEST(Restart, Disk_FollowsALogThatGrowsAndShrinks) {
  Server server = follower({.term = 1});
  Durable disk = on_disk(server);
  for (const AppendEntries& request :
       {append(1, {0, 0}, {1, 1, 1}), append(2, {1, 1}, {2}), append(3, {0, 0}, {3, 3, 3, 3}),
        append(4, {4, 3}), append(5, {3, 3}, {5, 5})}) {
    const Effects effects = deliver(server, 2, request);
    make_durable(disk, effects.persist, server);
    EXPECT_EQ(disk, on_disk(server));
  }
  EXPECT_EQ(terms_of(disk.log), (Terms{3, 3, 3, 5, 5}));
}

TEST(Restart, Disk_StaysAsItIs_WhenNothingIsAskedFor) {
  const Server server = follower({.term = 3, .log = {1, 2}});
  Durable disk{{Term{1}, ServerId{2}}, log_of({1})};
  const Durable before = disk;
  make_durable(disk, Persist{}, server);
  EXPECT_EQ(disk, before);
}

TEST(Restart, Server_LosesOnlyWhatIsVolatile) {
  const Situation now{.term = 3,
                      .voted_for = 1,
                      .log = {1, 2},
                      .commit = 1,
                      .no_op = true,
                      .backtracking = Backtracking::Plain,
                      .entries_per_message = 4};
  Situation after = now;
  after.commit = 0;
  for (Server server : {follower(now), candidate(now), leader(now)}) {
    const Effects effects = step(server, Restart{on_disk(server)});
    EXPECT_EQ(effects.outcome, Outcome::Restarted);
    EXPECT_EQ(server, follower(after));
    EXPECT_EQ(effects.persist, Persist{});
    EXPECT_TRUE(effects.messages.empty());
    EXPECT_EQ(effects.apply, Apply{});
  }
}

TEST(Restart, Server_GoesByTheDisk_NotByWhatItHadInMemory) {
  Server server = follower({.term = 5, .voted_for = 2, .log = {1, 5}});
  step(server, Restart{{{Term{3}, ServerId{3}}, log_of({1})}});
  EXPECT_EQ(server, follower({.term = 3, .voted_for = 3, .log = {1}}));
}

TEST(Restart, Server_DoesNotVoteAgain_InTheTermInWhichItVoted) {
  Server server = follower({.term = 1});
  Durable disk = on_disk(server);
  make_durable(disk, deliver(server, 2, request_vote(2, 0, 0)).persist, server);
  step(server, Restart{disk});
  EXPECT_EQ(deliver(server, 3, request_vote(2, 0, 0)).outcome, Outcome::VoteRefusedVoted);
}

TEST(Restart, Leader_IsNoLeaderAnyMore) {
  Server server = leader({.term = 2, .log = {2}});
  step(server, Restart{on_disk(server)});
  EXPECT_EQ(step(server, Propose{"x"}).outcome, Outcome::ProposalRefused);
  EXPECT_EQ(deliver(server, 2, accepted(2, 1)).outcome, Outcome::StaleReplyIgnored);
}

TEST(Restart, Server_AppliesFromTheStart_AfterARestart) {
  Server server = follower({.term = 1, .log = {1, 1}, .commit = 2});
  step(server, Restart{on_disk(server)});
  EXPECT_EQ(deliver(server, 2, append(1, {2, 1}, {}, 2)).apply, (Apply{Index{1}, Index{2}}));
}

TEST(Restart, DamagedStorage_BreaksAContract) {
  const std::vector<Durable> damaged = {
      {{Term{3}, kNoServer}, log_of({2, 1})},  // terms go back
      {{Term{3}, kNoServer}, log_of({0})},     // no entry has term 0
      {{Term{3}, kNoServer}, log_of({1, 4})},  // an entry of a term not reached
      {{Term{0}, kNoServer}, log_of({1})},     // the term was lost
  };
  for (const Durable& durable : damaged) {
    Server server = follower({.term = 3});
    EXPECT_THROW(step(server, Restart{durable}), ContractViolation);
  }
}

TEST(Restart, FreshServer_IsAFollowerInTermZero) {
  const Server server = fresh_server({.servers = 3}, ServerId{2});
  EXPECT_EQ(server, follower({.id = 2, .term = 0}));
  EXPECT_EQ(server.role, Role{Follower{}});
}

TEST(Restart, FreshServer_NeedsAPossibleCluster) {
  EXPECT_THROW(fresh_server({.servers = 0}, ServerId{1}), ContractViolation);
  EXPECT_THROW(fresh_server({.servers = kServersMax + 1}, ServerId{1}), ContractViolation);
  EXPECT_THROW(fresh_server({.servers = 3}, ServerId{0}), ContractViolation);
  EXPECT_THROW(fresh_server({.servers = 3}, ServerId{4}), ContractViolation);
  EXPECT_NO_THROW(fresh_server({.servers = kServersMax}, ServerId{kServersMax}));
  EXPECT_NO_THROW(fresh_server({.servers = 1}, ServerId{1}));
}

}  // namespace
}  // namespace raft::test
