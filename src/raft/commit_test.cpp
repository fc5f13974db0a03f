// The leader's commit rule (sections 5.3, 5.4.2) and quorum arithmetic.
#include <gtest/gtest.h>

#include "src/raft/quorum.hpp"
#include "src/raft/test_support.hpp"

namespace raft::test {
namespace {

TEST(Commit, Quorum_IsTheHighestIndexThatAMajorityHolds) {
  struct Row {
    std::vector<std::uint64_t> matches;
    std::uint64_t quorum;
  };
  const std::vector<Row> rows = {
      {{12}, 12},
      {{12, 0}, 0},
      {{12, 5}, 5},
      {{12, 5, 0}, 5},
      {{12, 5, 6}, 6},
      {{5, 5, 12}, 5},
      {{100, 101, 103}, 101},
      {{101, 104, 103, 103, 0}, 103},
      {{101, 102, 103, 103, 0}, 102},
      {{4, 3, 2, 1}, 2},  // of four, three are a majority
  };
  for (const Row& row : rows) {
    Matches matches;
    for (const std::uint64_t match : row.matches) matches.add({match});
    EXPECT_EQ(matches.quorum_index(), Index{row.quorum}) << row.matches.size() << " voters";
  }
}

TEST(Commit, Majority_IsMoreThanHalf) {
  const std::vector<std::size_t> majorities = {1, 2, 2, 3, 3, 4, 4};
  for (std::size_t servers = 1; servers <= 7; ++servers) {
    EXPECT_EQ(majority_of(servers), majorities[servers - 1]) << servers << " servers";
  }
}

TEST(Commit, Leader_CommitsByCounting_OnlyInItsOwnTerm) {
  struct Row {
    std::vector<std::uint64_t> acknowledged;  // by servers 2, 3, ...; 0: no reply
    Terms log;
    std::uint64_t term, commit;
  };
  const std::vector<Row> rows = {
      {{1, 1}, {1, 1}, 1, 1},    {{1, 1}, {1, 1}, 2, 0},    {{1, 2}, {1, 2}, 2, 2},
      {{1, 2}, {1, 1}, 2, 0},    {{1, 1, 2}, {1, 1}, 2, 0}, {{1, 2, 2}, {1, 2}, 2, 2},
      {{1, 2, 2}, {1, 1}, 2, 0},
  };
  for (const Row& row : rows) {
    const auto servers = static_cast<std::uint32_t>(row.acknowledged.size() + 1);
    SCOPED_TRACE(testing::Message()
                 << servers << " servers, term " << row.term << ", last term " << row.log.back());
    Server server = leader({.servers = servers, .term = row.term, .log = row.log});
    for (std::uint32_t id = 2; id <= servers; ++id) {
      deliver(server, id, accepted(row.term, row.acknowledged[id - 2]));
    }
    EXPECT_EQ(server.commit_index, Index{row.commit});
  }
}

TEST(Commit, LoneServer_CommitsWhatItAppends_AndOnlyThen) {
  struct Row {
    Terms log;
    bool proposes;
    Terms log_after;
    std::uint64_t term, commit;
  };
  const std::vector<Row> rows = {
      {{}, true, {1}, 1, 1},
      {{1}, false, {1}, 2, 0},
      {{1}, true, {1, 2}, 2, 2},
  };
  for (const Row& row : rows) {
    Server server = follower({.servers = 1, .term = row.term - 1, .log = row.log});
    step(server, ElectionTimeout{});
    if (row.proposes) {
      const Effects effects = step(server, Propose{"x"});
      EXPECT_EQ(effects.persist.log_from, effects.proposed);
      EXPECT_EQ(effects.apply.last, effects.proposed);
    }
    EXPECT_EQ(terms_of(server.log), row.log_after);
    EXPECT_EQ(server.commit_index, Index{row.commit});
  }
}

TEST(Commit, EarlierTerms_AreCommitted_OnlyWithAnEntryOfTheLeadersTerm) {
  for (const auto& [acknowledged, commit] : {std::pair{1u, 0u}, {2u, 0u}, {3u, 3u}, {4u, 4u}}) {
    Server server = follower({.servers = 2, .term = 2, .log = {1, 2}, .no_op = true});
    step(server, ElectionTimeout{});
    deliver(server, 2, vote(3, true));
    step(server, Propose{"x"});
    ASSERT_EQ(terms_of(server.log), (Terms{1, 2, 3, 3}));
    const Effects effects = deliver(server, 2, accepted(3, acknowledged));
    EXPECT_EQ(server.commit_index, Index{commit}) << "acknowledged: " << acknowledged;
    EXPECT_EQ(effects.apply, commit == 0 ? Apply{} : (Apply{Index{1}, Index{commit}}));
  }
}

TEST(Commit, Proposal_Commits_OnceAMajorityHoldsIt) {
  struct Row {
    std::uint32_t servers, acknowledgements;
    bool commits;
  };
  for (const Row& row : {Row{1, 0, true}, Row{3, 0, false}, Row{3, 1, true}, Row{5, 0, false},
                         Row{5, 1, false}, Row{5, 2, true}}) {
    SCOPED_TRACE(testing::Message()
                 << row.servers << " servers, " << row.acknowledgements << " acknowledgements");
    Server server = fresh_server({.servers = row.servers, .no_op = true}, ServerId{1});
    step(server, ElectionTimeout{});
    for (std::uint32_t id = 2; id <= row.servers; ++id) deliver(server, id, vote(1, true));
    for (std::uint32_t id = 2; id <= row.servers; ++id) deliver(server, id, accepted(1, 1));
    ASSERT_EQ(server.commit_index, Index{1}) << "the no-op";
    step(server, Propose{"x"});
    for (std::uint32_t i = 0; i < row.acknowledgements; ++i) {
      deliver(server, 2 + i, accepted(1, 2));
    }
    EXPECT_EQ(server.commit_index, Index{row.commits ? 2u : 1u});
  }
}

TEST(Commit, Leader_CountsAFollowerOnce_WhenItAcknowledgesTwice) {
  Server server = leader({.servers = 5, .term = 1, .log = {1}});
  deliver(server, 2, accepted(1, 1));
  deliver(server, 2, accepted(1, 1));
  EXPECT_EQ(server.commit_index, Index{0});
}

TEST(Commit, Leader_TellsItsCommitIndex_InTheRequestItSendsNext) {
  Server server = leader({.servers = 3, .term = 1, .log = {1, 1}});
  deliver(server, 2, rejected(1, 0, 1));
  const Effects effects = deliver(server, 2, accepted(1, 1));
  EXPECT_EQ(effects.apply, (Apply{Index{1}, Index{1}}));
  EXPECT_EQ(only<AppendEntries>(effects), append(1, {1, 1}, {1}, 1));
}

TEST(Commit, Leader_HandsOutEachEntryOnce) {
  Server server = leader({.servers = 3, .term = 1, .log = {1, 1}});
  EXPECT_EQ(deliver(server, 2, accepted(1, 2)).apply, (Apply{Index{1}, Index{2}}));
  EXPECT_EQ(deliver(server, 3, accepted(1, 2)).apply, Apply{});
}

}  // namespace
}  // namespace raft::test
