#include "checker/lab/simulator.hpp"

#include <gtest/gtest.h>

#include "checker/lab/scenario.hpp"

namespace lab {
namespace {

SimulatorOptions options_of(std::uint32_t servers) {
  SimulatorOptions options;
  options.node.servers = servers;
  options.seed = 7;
  return options;
}

void play(const SimulatorOptions& options, Task<void> (*scenario)(Lab& lab)) {
  const auto live = node::make_live_raft(options.node);
  Simulator simulator(*live, options);
  Lab lab(simulator);
  simulator.run(scenario(lab));
}

TEST(Simulator, Sleep_TakesExactlyAsLongAsItSays) {
  play(options_of(3), [](Lab& lab) -> Task<void> {
    const Time before = lab.now();
    co_await lab.sleep(millis(1234));
    EXPECT_EQ(lab.now() - before, millis(1234));
  });
}

Task<void> note(Lab& lab, Time pause, std::string word, std::string& words) {
  co_await lab.sleep(pause);
  words += word;
}

TEST(Simulator, TasksRunBesideEachOther) {
  play(options_of(3), [](Lab& lab) -> Task<void> {
    std::string words;
    Task<void> late = note(lab, millis(20), "b", words);
    Task<void> early = note(lab, millis(10), "a", words);
    late.start();
    early.start();
    co_await lab.sleep(millis(15));
    EXPECT_EQ(words, "a");
    co_await late;
    co_await early;
    EXPECT_EQ(words, "ab");
  });
}

TEST(Simulator, ATaskThatFails_FailsTheRun_ThoughNobodyAwaitsItYet) {
  const auto run = [] {
    play(options_of(3), [](Lab& lab) -> Task<void> {
      auto failing = [](Lab& inner) -> Task<void> {
        co_await inner.sleep(millis(1));
        inner.fail("on purpose");
      };
      Task<void> task = failing(lab);
      task.start();
      co_await lab.sleep(seconds(1));
      ADD_FAILURE() << "the run goes on";
      co_await task;
    });
  };
  EXPECT_THROW(run(), TestFailed);
}

TEST(Simulator, AScenarioBeyondTheTimeLimit_Fails) {
  const auto run = [] {
    play(options_of(3), [](Lab& lab) -> Task<void> { co_await lab.sleep(seconds(121)); });
  };
  EXPECT_THROW(run(), TestFailed);
}

TEST(Simulator, ALeaderIsElected_AndSendsHeartbeatsTenTimesASecond) {
  play(options_of(3), [](Lab& lab) -> Task<void> {
    co_await lab.check_one_leader();
    const std::uint64_t before = lab.calls();
    co_await lab.sleep(seconds(10));
    EXPECT_NEAR(static_cast<double>(lab.calls() - before), 200, 4);
  });
}

TEST(Simulator, ACallToAServerThatIsDown_IsNotCounted_AndItsBytesAre) {
  play(options_of(3), [](Lab& lab) -> Task<void> {
    const spec::ServerId leader = co_await lab.check_one_leader();
    for (std::uint32_t k = 1; k <= 2; ++k) lab.crash(lab.after(leader, k));
    const std::uint64_t calls = lab.calls();
    const std::uint64_t bytes = lab.bytes();
    co_await lab.sleep(seconds(1));
    EXPECT_EQ(lab.calls(), calls);
    EXPECT_GT(lab.bytes(), bytes);
  });
}

TEST(Simulator, ALinkThatIsCutWhileAHandlerRuns_TurnsItsReplyIntoAFailure) {
  play(options_of(3), [](Lab& lab) -> Task<void> {
    co_await lab.one("a", 3, false);
    const spec::ServerId leader = co_await lab.check_one_leader();
    const spec::ServerId follower = lab.after(leader, 1);
    const std::uint64_t calls = lab.simulator().calls_of(follower);
    lab.start(leader, "b");
    while (lab.simulator().calls_of(follower) == calls) co_await lab.sleep(1);
    lab.disconnect(follower);
    co_await lab.sleep(seconds(1));
    EXPECT_EQ(lab.simulator().log(follower).size(), 2U);  // the handler has run
    EXPECT_EQ(lab.simulator().facts(leader).match_index[follower - 1], 1U);
    EXPECT_EQ(lab.simulator().facts(leader).match_index[lab.after(leader, 2) - 1], 2U);
  });
}

TEST(Simulator, ARequestToAServerThatIsKilledAndRestarted_IsNotHandled) {
  play(options_of(3), [](Lab& lab) -> Task<void> {
    co_await lab.one("a", 3, false);
    const spec::ServerId leader = co_await lab.check_one_leader();
    const spec::ServerId follower = lab.after(leader, 1);
    const std::uint64_t calls = lab.simulator().calls_of(follower);
    lab.start(leader, "b");
    lab.crash(follower);
    lab.bring_up(follower);
    co_await lab.sleep(millis(1));
    EXPECT_EQ(lab.simulator().calls_of(follower), calls);
    EXPECT_EQ(lab.simulator().calls_of(lab.after(leader, 2)), calls + 1);
  });
}

TEST(Simulator, AReplyToACallerThatWasRestarted_GoesToNobody) {
  SimulatorOptions options = options_of(3);
  options.is_recorded = true;
  play(options, [](Lab& lab) -> Task<void> {
    co_await lab.one("a", 3, false);
    const spec::ServerId leader = co_await lab.check_one_leader();
    lab.set_network({.is_reliable = true, .has_long_reordering = true});
    for (int i = 0; i < 5; ++i) lab.start(leader, lab.random_command());
    co_await lab.sleep(millis(1));
    lab.crash(leader);
    lab.bring_up(leader);
    const auto& recorded = lab.simulator().recorded();
    const std::size_t before = recorded.size();
    co_await lab.sleep(seconds(3));
    EXPECT_GT(recorded.size(), before + 10);
    for (std::size_t i = before; i < recorded.size(); ++i) {
      const traces::Action& action = recorded[i].action;
      const bool is_for_it = action.kind == traces::ActionKind::Deliver && action.server == leader;
      EXPECT_FALSE(is_for_it && action.sent_at <= before) << "step " << i + 1;
    }
  });
}

// A leader reads by its lease until that ends: before any other server's clock can say that the
// minimum election timeout is over.
TEST(Simulator, ALeadersLease_EndsBeforeAnElectionTimeoutCan_HoweverClocksDiffer) {
  constexpr std::uint32_t kSkew = 150;
  static Time longest;
  longest = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    SimulatorOptions options = options_of(3);
    options.seed = seed;
    options.node.vote_lease = true;
    options.node.lease_reads = true;
    options.timer_skew_permille = kSkew;
    play(options, [](Lab& lab) -> Task<void> {
      co_await lab.one("a", 3, true);
      const spec::ServerId leader = co_await lab.check_one_leader();
      lab.simulator().read(leader, 1);
      EXPECT_TRUE(lab.simulator().facts(leader).lease);
      const Time asked = lab.now();
      while (lab.simulator().facts(leader).lease) co_await lab.sleep(micros(100));
      longest = std::max(longest, lab.now() - asked);
    });
  }
  const Time shortest_timeout = kElectionTimeoutMin * (1000 - kSkew) / 1000;
  EXPECT_LE(longest, shortest_timeout + micros(100));
  EXPECT_GE(longest, shortest_timeout * 9 / 10);  // by the slowest clock, nearly all of it
}

TEST(Simulator, ARestart_KeepsTheLogAndTheTerm_AndForgetsWhatWasApplied) {
  play(options_of(3), [](Lab& lab) -> Task<void> {
    co_await lab.one("a", 3, false);
    const spec::ServerId follower = lab.after(co_await lab.check_one_leader(), 1);
    const spec::Term term = lab.term_of(follower);
    EXPECT_EQ(lab.simulator().applied(follower).size(), 1U);
    lab.crash(follower);
    lab.bring_up(follower);
    EXPECT_EQ(lab.term_of(follower), term);
    EXPECT_EQ(lab.simulator().log(follower).size(), 1U);
    EXPECT_EQ(lab.simulator().applied(follower).size(), 0U);
    co_await lab.one("b", 3, true);
    EXPECT_EQ(lab.simulator().applied(follower).size(), 2U);
  });
}

TEST(Simulator, Snapshots_AreTakenEveryTenEntries_AndKeepTheLogShort) {
  SimulatorOptions options = options_of(3);
  options.node.snapshots = true;
  options.snapshots = Snapshots::Every;
  play(options, [](Lab& lab) -> Task<void> {
    for (int i = 0; i < 25; ++i) co_await lab.one(lab.random_command(), 3, true);
    for (spec::ServerId id = 1; id <= 3; ++id) {
      EXPECT_EQ(lab.simulator().facts(id).snapshot_index, 19U);
      EXPECT_EQ(lab.simulator().log(id).size(), 25U);
    }
  });
}

}  // namespace
}  // namespace lab
