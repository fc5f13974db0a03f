// Whole runs of clusters with any options: what must hold of every one, and that they are runs in
// which something happens.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <iomanip>
#include <iostream>

#include "checker/cluster/replay.hpp"
#include "checker/node/raft_node.hpp"
#include "checker/rapidcheck/failing_run.hpp"
#include "checker/rapidcheck/runs.hpp"

namespace cluster::rapid {
namespace {

using spec::Witness;

// --- What the generators bring about ------------------------------------------------------------

struct Class {
  const char* name;
  bool (*is_of)(const Happened& happened);
  int per_mille;  // of the runs, at least
};

template <Witness... Which>
bool saw(const Happened& happened) {
  return (happened.has(Which) || ...);
}

constexpr std::array kClasses = {
    Class{"elected", saw<Witness::LeaderElected>, 450},
    Class{"elected in several terms", saw<Witness::LaterLeaderElected>, 200},
    Class{"deposed a leader", saw<Witness::LeaderDeposed>, 180},
    Class{"committed", saw<Witness::EntryCommitted>, 220},
    Class{"committed an entry of an old term", saw<Witness::OldTermEntryCommitted>, 30},
    Class{"truncated a log", saw<Witness::ConflictTruncated>, 8},
    Class{"crashed", saw<Witness::ServerRestarted>, 300},
    Class{"lost entries that were not synced", saw<Witness::UnsyncedLost>, 10},
    Class{"tore a disk", [](const Happened& happened) { return happened.torn > 0; }, 40},
    Class{"lost messages", [](const Happened& happened) { return happened.lost > 0; }, 200},
    Class{"doubled messages", [](const Happened& happened) { return happened.doubled > 0; }, 200},
    Class{"overtook messages", [](const Happened& happened) { return happened.overtaken > 0; },
          150},
    Class{"partitioned", [](const Happened& happened) { return happened.cuts > 0; }, 100},
    Class{"healed", [](const Happened& happened) { return happened.heals > 0; }, 80},
    Class{"compacted", saw<Witness::LogCompacted>, 60},
    Class{"installed a snapshot", saw<Witness::SnapshotInstalled>, 5},
    Class{"restarted from a snapshot", saw<Witness::RestartedFromSnapshot>, 20},
    Class{"changed the membership", saw<Witness::MembershipCommitted>, 40},
    Class{"was joint", saw<Witness::JointCommitted>, 20},
    Class{"read", saw<Witness::LeaderAnsweredRead, Witness::FollowerAnsweredRead>, 60},
    Class{"handed the lead over", saw<Witness::TransferStarted>, 60},
    Class{"won a pre-vote", saw<Witness::PreVoteWon>, 90},
    Class{"lost its quorum", saw<Witness::QuorumLost>, 25},
    Class{"pipelined", saw<Witness::AppendsPipelined>, 6},
};

// RapidCheck counts combinations of tags, so only the broadest are tagged.
void classify(const Happened& happened) {
  RC_CLASSIFY(happened.has(Witness::LeaderElected), "elected");
  RC_CLASSIFY(happened.has(Witness::EntryCommitted), "committed");
  RC_CLASSIFY(happened.has(Witness::ServerRestarted), "crashed");
  RC_CLASSIFY(happened.cuts > 0, "partitioned");
}

// The seed is fixed: generators that rot fail every time.
TEST(RapidCheckRuns, ReachEachClass_OftenEnough) {
  constexpr int kRuns = 1000;
  std::array<int, kClasses.size()> seen{};
  std::uint64_t steps = 0;
  rc::Random random(2026);
  for (int i = 0; i < kRuns; ++i) {
    const PlannedRun run = runs()(random.split(), rc::kNominalSize * (i % 10 + 1) / 10).value();
    const auto node = node::make_raft_node(run.options);
    ChosenRun chosen(*node, run.options);
    chosen.take(run.choices);
    steps += chosen.happened().steps;
    for (std::size_t of = 0; of < kClasses.size(); ++of) {
      seen[of] += kClasses[of].is_of(chosen.happened()) ? 1 : 0;
    }
  }
  std::cout << kRuns << " runs of " << steps / kRuns << " steps on average\n";
  for (std::size_t of = 0; of < kClasses.size(); ++of) {
    std::cout << std::setw(6) << std::fixed << std::setprecision(1) << 100.0 * seen[of] / kRuns
              << " % " << kClasses[of].name << '\n';
    EXPECT_GE(1000 * seen[of], kClasses[of].per_mille * kRuns) << kClasses[of].name;
  }
}

TEST(RapidCheckRuns, AreTheSame_FromTheSameSeed) {
  for (int size = 10; size <= rc::kNominalSize; size += 10) {
    const PlannedRun one = runs()(rc::Random(7), size).value();
    EXPECT_EQ(one.choices, runs()(rc::Random(7), size).value().choices);
    EXPECT_NE(one.choices, runs()(rc::Random(8), size).value().choices);
  }
}

RC_GTEST_PROP(RapidCheckRuns, FaultsAlone_LeaveEveryServerInTermZero, ()) {
  const node::Options made = *options();
  const auto node = node::make_raft_node(made);
  ChosenRun chosen(*node, made);
  chosen.take(*fault_schedules(made));
  for (const spec::ServerView& view : chosen.runner().views()) RC_ASSERT(view.current_term == 0U);
  RC_CLASSIFY(chosen.happened().cuts > 0, "partitioned");
  RC_CLASSIFY(chosen.happened().steps > chosen.happened().cuts + chosen.happened().heals,
              "crashed");
}

// Inputs of one's own between faults that were drawn: one client proposes all the time.
RC_GTEST_PROP(RapidCheckRuns, FaultsBetweenProposals_LoseNothingThatIsCommitted, ()) {
  const node::Options made{.servers = 3, .async_disk = *rc::gen::arbitrary<bool>()};
  const auto node = node::make_raft_node(made);
  ChosenRun chosen(*node, made);
  std::uint8_t turn = 0;
  for (const Choice& fault : *fault_schedules(made)) {
    turn = turn % 60 + 1;
    const auto server = static_cast<std::uint8_t>(turn % 3 + 1);
    if (turn == 60) chosen.take({ChoiceKind::ElectionTimeout, server});
    if (turn % 4 == 0) chosen.take({ChoiceKind::Propose, server});
    chosen.take(fault);
  }
  require_no_violation(chosen, "FaultsBetweenProposals");
  classify(chosen.happened());
}

// --- What holds of every run --------------------------------------------------------------------

RC_GTEST_PROP(RapidCheckRuns, KeepEveryProperty, ()) {
  const PlannedRun run = *runs();
  const auto node = node::make_raft_node(run.options);
  ChosenRun chosen(*node, run.options);
  chosen.take(run.choices);
  require_no_violation(chosen, "KeepEveryProperty");
  classify(chosen.happened());
}

RC_GTEST_PROP(RapidCheckRuns, AreReplayedByTheirTraces, ()) {
  const PlannedRun run = *runs();
  const auto node = node::make_raft_node(run.options);
  ChosenRun chosen(*node, run.options);
  chosen.take(run.choices);
  const traces::Trace trace = chosen.trace();
  const auto other = node::make_raft_node(node_options(trace.config));
  const ReplayResult replayed = replay(*other, trace, [](std::size_t) {});
  RC_LOG(replayed.path + ": " + replayed.explanation);
  RC_ASSERT(replayed.verdict == ReplayVerdict::Passed);
}

// --- Two inputs to different servers ------------------------------------------------------------

bool is_numbered_by_the_run(ChoiceKind kind) {
  return kind == ChoiceKind::Propose || kind == ChoiceKind::Read;
}

// Whether the order of the two can be told apart by more than what the servers do: both change the
// network, or count in the run.
bool may_commute(const Choice& one, const Choice& other) {
  return one.server != 0 && other.server != 0 && one.server != other.server &&
         one.kind != ChoiceKind::Lose && other.kind != ChoiceKind::Lose &&
         !(is_numbered_by_the_run(one.kind) && one.kind == other.kind);
}

bool is_possible(ChosenRun run, const Choice& choice) { return run.take(choice); }

// The last two steps of a run that took `one` before `other`, those of `one` first.
std::array<traces::Step, 2> last_two(const ChosenRun& run, bool is_swapped) {
  const traces::Trace trace = run.trace();
  std::array<traces::Step, 2> steps{trace.steps[trace.steps.size() - 2], trace.steps.back()};
  if (is_swapped) std::swap(steps[0], steps[1]);
  for (traces::Step& step : steps) step.number = 0;
  return steps;
}

// A server sees what it gets, and nobody else's steps: both orders end in the same states, and
// send, answer and come to the same. (A lease that one gets may keep the other from timing out:
// that is the clocks' promise, not the servers' doing.)
RC_GTEST_PROP(RapidCheckRuns, TwoInputsToDifferentServers_ComeToTheSameInEitherOrder, ()) {
  const PlannedRun run = *runs();
  const auto node = node::make_raft_node(run.options);
  ChosenRun before(*node, run.options);
  before.take(run.choices);
  engine::Random random(*rc::gen::arbitrary<std::uint64_t>(), 0);
  std::vector<Choice> possible = draw_choices(run.options, random, 60);
  for (Choice& choice : possible) choice.number = 0;  // else it may mean what the other sends
  std::erase_if(possible, [&](const Choice& choice) { return !is_possible(before, choice); });
  int pairs = 0;
  for (std::size_t i = 1; i < possible.size(); ++i) {
    const Choice& one = possible[i - 1];
    const Choice& other = possible[i];
    if (!may_commute(one, other)) continue;
    ChosenRun first = before;
    ChosenRun second = before;
    if (!first.take(one) || !first.take(other)) continue;
    if (!second.take(other) || !second.take(one)) continue;
    ++pairs;
    require(first.runner().states() == second.runner().states() &&
                last_two(first, false) == last_two(second, true),
            "the last two steps come to the same in the other order", first, "TwoInputs");
  }
  RC_CLASSIFY(pairs > 0, "two inputs");
}

}  // namespace
}  // namespace cluster::rapid
