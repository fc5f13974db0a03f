#include "checker/models/raft_tla.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <ostream>

#include "checker/models/catalogue.hpp"
#include "checker/models/naive_raft_tla.hpp"
#include "checker/models/search_model.hpp"

namespace models {
namespace naive {
void PrintTo(const Counts& counts, std::ostream* out) {
  *out << counts.generated << " generated, " << counts.distinct << " distinct, depth "
       << counts.depth;
}
}  // namespace naive

namespace {

using naive::Counts;

Counts counts_of(const engine::SearchResult& result) {
  return {result.progress.generated, result.progress.distinct, result.progress.depth};
}

engine::SearchResult search_variant(const std::string& variant, const Settings& given = {},
                                    std::size_t threads = 1) {
  const ModelEntry& entry = model_named("raft-tla");
  const auto model = make_model(entry, settings_of(entry, variant, given));
  return search(*model, threads);
}

// What TLC measured.
struct Row {
  const char* variant;
  Counts counts;
};
class GoldenRow : public testing::TestWithParam<Row> {};

TEST_P(GoldenRow, IsWhatTlcCounts_OnOneThreadAndOnTwo) {
  for (const std::size_t threads : {1U, 2U}) {
    const engine::SearchResult result = search_variant(GetParam().variant, {}, threads);
    EXPECT_EQ(result.stopped_by, engine::StopReason::Exhausted);
    EXPECT_EQ(counts_of(result), GetParam().counts);
  }
}

INSTANTIATE_TEST_SUITE_P(RaftTla, GoldenRow,
                         testing::Values(Row{"election-3", {41'049, 5'667, 31}},
                                         Row{"election-3-full", {243'814, 33'663, 31}},
                                         Row{"election-3-beyond", {53'898, 5'667, 31}},
                                         Row{"election-3-restart", {371'478, 49'695, 32}},
                                         Row{"election-3-lossy", {115'770, 13'848, 31}},
                                         Row{"two-full", {61, 27, 9}}, Row{"two", {37, 16, 9}}),
                         [](const testing::TestParamInfo<Row>& row) {
                           std::string name = row.param.variant;
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

TEST(RaftTla, TheLargestRowIsWhatTlcCounts) {
#ifndef NDEBUG
  GTEST_SKIP() << "takes minutes without optimisation";
#endif
  const engine::SearchResult result = search_variant("replication-3");
  EXPECT_EQ(result.stopped_by, engine::StopReason::Exhausted);
  EXPECT_EQ(counts_of(result), (Counts{49'455'516, 6'425'257, 49}));
}

TEST(RaftTla, OrbitsAddUpToTheStatesWithoutSymmetry) {
  EXPECT_EQ(search_variant("election-3").orbits, 33'663U);
  EXPECT_EQ(search_variant("two").orbits, 27U);
  const engine::SearchResult full = search_variant("election-3-restart", {{"symmetry", "off"}});
  EXPECT_EQ(search_variant("election-3-restart").orbits, full.progress.distinct);
}

void expect_as_naive(const RaftTlaOptions& options, std::uint64_t depth) {
  RaftTla model(options);
  const engine::SearchResult result = search(model, 1, depth);
  EXPECT_EQ(result.violation, 0U);
  EXPECT_EQ(counts_of(result), naive::count(options, depth));
}

TEST(RaftTla, CountsWhatTheNaiveSearchCounts_InTheFirstStepsOfManyServers) {
  RaftTlaOptions options;
  options.max_client_requests = 0;
  options.servers = 4;
  expect_as_naive(options, 7);
  options.servers = 5;
  expect_as_naive(options, 5);
  options.symmetry = false;
  options.servers = 7;
  expect_as_naive(options, 3);
}

TEST(RaftTla, CountsWhatTheNaiveSearchCounts_InTheFirstStepsOfReplication) {
  RaftTlaOptions options;
  expect_as_naive(options, 13);
  options.quorum = 1;  // a leader sooner; two of them in a term only after 10 steps
  options.values = 2;
  options.max_client_requests = 3;
  options.drop = MessageKinds::of(MessageKind::AppendReply);
  options.duplicate = MessageKinds::of(MessageKind::AppendRequest);
  options.constraint_log = 1;
  expect_as_naive(options, 9);
  for (bool RaftTlaOptions::* history :
       {&RaftTlaOptions::elections, &RaftTlaOptions::all_logs, &RaftTlaOptions::voter_log,
        &RaftTlaOptions::message_log}) {
    RaftTlaOptions without = options;
    without.*history = false;
    expect_as_naive(without, 8);
  }
}

RC_GTEST_PROP(RaftTla, CountsWhatTheNaiveSearchCounts_WithTwoServers, ()) {
  RaftTlaOptions options;
  options.servers = 2;
  options.constraint_term.reset();
  options.constraint_log.reset();
  options.values = *rc::gen::inRange(1U, 3U);
  options.max_term = *rc::gen::inRange(1U, 4U);
  options.max_become_leader = *rc::gen::inRange(0U, 3U);
  options.max_client_requests = *rc::gen::inRange(0U, 3U);
  if (*rc::gen::arbitrary<bool>()) options.constraint_term = *rc::gen::inRange(1U, 4U);
  if (*rc::gen::arbitrary<bool>()) options.constraint_log = *rc::gen::inRange(0U, 3U);
  options.restart = *rc::gen::arbitrary<bool>();
  for (std::size_t kind = 0; kind < kMessageKinds; ++kind) {
    if (*rc::gen::inRange(0, 4) == 0) options.drop.insert(static_cast<MessageKind>(kind));
    if (*rc::gen::inRange(0, 4) == 0) options.duplicate.insert(static_cast<MessageKind>(kind));
  }
  options.symmetry = *rc::gen::arbitrary<bool>();
  options.elections = *rc::gen::arbitrary<bool>();
  options.all_logs = *rc::gen::arbitrary<bool>();
  options.voter_log = *rc::gen::arbitrary<bool>();
  options.message_log = *rc::gen::arbitrary<bool>();
  RaftTla model(options);
  RC_ASSERT(counts_of(search(model)) == naive::count(options));
}

TEST(RaftTla, LessThanAMajorityElectsTwoLeadersInATerm) {
  for (const char* symmetry : {"on", "off"}) {
    const ModelEntry& entry = model_named("raft-tla");
    const auto model = make_model(
        entry, settings_of(entry, "election-3", {{"quorum", "1"}, {"symmetry", symmetry}}));
    const engine::SearchResult result = search(*model);
    ASSERT_EQ(result.stopped_by, engine::StopReason::Violation);
    EXPECT_EQ(model->property_names().at(result.violation - 1), "OneLeaderPerTerm");
    const RunText text = text_of_run(*model, result);
    ASSERT_EQ(text.steps.size(), result.path.size());
    EXPECT_EQ(text.steps.front(), "Timeout(s1)");
    EXPECT_TRUE(text.steps.back().starts_with("BecomeLeader(")) << text.steps.back();
    // Twice: time out, ask the other candidate, who votes, receive the vote, become leader.
    EXPECT_EQ(text.steps.size(), 10U);
    EXPECT_NE(text.last_half.find("leader in term 2"), text.last_half.rfind("leader in term 2"));
  }
}

}  // namespace
}  // namespace models
