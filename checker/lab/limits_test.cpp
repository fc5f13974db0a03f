// That what the suite demands is really demanded: for each assertion and each limit, servers or
// clients that do not keep it, and the failure that must come of it. No property is checked here.
#include <gtest/gtest.h>

#include "checker/lab/expect_failure.hpp"

namespace lab {
namespace {

using node::InputKind;
using node::LiveFacts;
using node::LiveStep;

// --- elections -----------------------------------------------------------------------------------

class ChangedFacts : public ChangedLive {
 public:
  using Change = void (*)(spec::ServerId server, LiveFacts& facts);
  ChangedFacts(const node::Options& options, Change change)
      : ChangedLive(options), change_(change) {}
  void facts(spec::ServerId server, LiveFacts& facts) const override {
    core().facts(server, facts);
    change_(server, facts);
  }

 private:
  Change change_;
};

MakeLive with_facts(ChangedFacts::Change change) { return make<ChangedFacts>(change); }

TEST(Limits, TwoLeadersOfOneTerm_Fail) {
  const auto all_lead = with_facts([](spec::ServerId, LiveFacts& facts) {
    facts.role = spec::Role::Leader;
    facts.current_term = 7;
  });
  for (const char* test : {"InitialElection", "ReElection", "ManyElections"}) {
    EXPECT_SAYS(failure(test, all_lead), "both lead term 7");
  }
}

TEST(Limits, NoLeader_Fails) {
  const auto nobody =
      with_facts([](spec::ServerId, LiveFacts& facts) { facts.role = spec::Role::Follower; });
  EXPECT_SAYS(failure("InitialElection", nobody), "a leader was expected, and there is none");
}

TEST(Limits, ALeaderOfAMinority_Fails) {
  const auto boastful = with_facts([](spec::ServerId, LiveFacts& facts) {
    if (facts.role == spec::Role::Candidate) facts.role = spec::Role::Leader;
  });
  EXPECT_SAYS(failure("ReElection", boastful), "no leader was expected, and server");
}

TEST(Limits, DifferentTerms_Fail) {
  const auto apart =
      with_facts([](spec::ServerId server, LiveFacts& facts) { facts.current_term += server; });
  EXPECT_SAYS(failure("InitialElection", apart), "the servers disagree about the term");
}

TEST(Limits, ATermOfZero_Fails) {
  const auto zero = with_facts([](spec::ServerId, LiveFacts& facts) { facts.current_term = 0; });
  EXPECT_SAYS(failure("InitialElection", zero), "there is a leader of term 0");
}

// --- agreement -----------------------------------------------------------------------------------

// Applies nothing, or not what it should.
class ChangedApply : public ChangedSteps {
 public:
  using Change = void (*)(spec::ServerId server, spec::Applied& applied);
  ChangedApply(const node::Options& options, Change how) : ChangedSteps(options), change_(how) {}

 protected:
  void change(spec::ServerId server, LiveStep& step) override { change_(server, step.applied); }

 private:
  Change change_;
};

TEST(Limits, CommandsThatAreNotApplied_FailEveryTestThatHasCommands) {
  const auto nothing =
      make<ChangedApply>(+[](spec::ServerId, spec::Applied& applied) { applied = {}; });
  for (const lab::Test& test : suite()) {
    if (test.part == 'A' || test.part == 'N') continue;
    EXPECT_NE(failure(test, nothing), "") << test.name;
  }
  EXPECT_SAYS(failure("BasicAgree", nothing), "no agreement on 100 among 3 servers");
}

TEST(Limits, AFollowerThatAppliesNothing_FailsWhereAllAreAskedFor) {
  const auto one_lags = make<ChangedApply>(+[](spec::ServerId server, spec::Applied& applied) {
    if (server == 2) applied = {};
  });
  for (const char* test : {"BasicAgree", "RPCBytes", "ConcurrentStarts", "Persist1", "Figure8",
                           "UnreliableAgree", "ReliableChurn", "SnapshotBasic"}) {
    EXPECT_NE(failure(test, one_lags), "") << test;
  }
}

TEST(Limits, EntriesThatAreAppliedOutOfTurn_Fail) {
  const auto twice = make<ChangedApply>(+[](spec::ServerId, spec::Applied& applied) {
    if (applied.first > 1) --applied.first;
  });
  EXPECT_SAYS(failure("BasicAgree", twice), "applies index 1 right after index 1");
}

TEST(Limits, DifferentCommandsAtOneIndex_Fail) {
  class Liar : public ChangedLive {
   public:
    using ChangedLive::ChangedLive;
    [[nodiscard]] node::LiveEntry entry(spec::ServerId server, spec::Index index) const override {
      node::LiveEntry entry = core().entry(server, index);
      if (server == 2) entry.command = "another";
      return entry;
    }
  };
  EXPECT_SAYS(failure("BasicAgree", make<Liar>()), "was applied first");
}

// A leader gives itself a command that nobody asked for, as soon as it leads.
class Ghosts : public ChangedLive {
 public:
  using ChangedLive::ChangedLive;
  const LiveStep& receive(node::LiveHandle message) override {
    const spec::ServerId server = core().message_view(message).to;
    LiveStep step = core().receive(message);
    LiveFacts facts;
    core().facts(server, facts);
    if (facts.role != spec::Role::Leader || facts.current_term == term_) return kept(step);
    term_ = facts.current_term;
    const std::vector<node::LiveMessage> sent = step.sent;
    step = core().step(server, {.kind = InputKind::Propose, .payload = "ghost"});
    step.sent.insert(step.sent.begin(), sent.begin(), sent.end());
    return kept(step);
  }

 private:
  const LiveStep& kept(const LiveStep& step) { return step_ = step; }
  spec::Term term_ = 0;
  LiveStep step_;
};

TEST(Limits, CommandsThatNobodyAskedFor_Fail) {
  EXPECT_SAYS(failure("BasicAgree", make<Ghosts>()), "command 1 is at 2");
  EXPECT_SAYS(failure("FollowerFailure", make<Ghosts>()), "command 4 is at");
  EXPECT_SAYS(failure("FailNoAgree", make<Ghosts>()), "command 2 is at 3");
}

// A leader applies what it is given at once.
class Eager : public ChangedSteps {
 public:
  using ChangedSteps::ChangedSteps;

 protected:
  void change(spec::ServerId server, LiveStep& step) override {
    spec::Index& through = through_[server];
    spec::Applied& applied = step.applied;
    if (applied.last > 0 && applied.last <= through) applied = {};
    if (applied.first > 0) applied.first = std::max(applied.first, through + 1);
    if (step.proposed == through + 1) applied = {.first = step.proposed, .last = step.proposed};
    through = std::max(through, applied.last);
  }

 private:
  std::map<spec::ServerId, spec::Index> through_;
};

TEST(Limits, ACommandThatIsCommittedWithoutAMajority_Fails) {
  for (const char* test : {"FollowerFailure", "FailNoAgree"}) {
    EXPECT_SAYS(failure(test, make<Eager>()), "is committed without a majority");
  }
  EXPECT_SAYS(failure("LeaderFailure", make<Eager>()), "was applied first");
}

// Plays the scenario with three servers; when it failed, and why.
struct Failed {
  Time at = kNever;
  std::string why;
};
Failed play(Task<void> (*scenario)(Lab& lab), std::uint64_t events_max = 1'000'000) {
  SimulatorOptions options;
  options.node.servers = 3;
  options.seed = 7;
  options.events_max = events_max;
  const auto live = node::make_live_raft(options.node);
  Simulator simulator(*live, options);
  Lab lab(simulator);
  try {
    simulator.run(scenario(lab));
  } catch (const TestFailed& failed) {
    return {lab.now(), failed.what()};
  }
  return {};
}

Task<void> without_majority(Lab& lab, bool may_retry) {
  const spec::ServerId leader = co_await lab.check_one_leader();
  lab.disconnect(lab.after(leader, 1));
  lab.disconnect(lab.after(leader, 2));
  co_await lab.one("a", 2, may_retry);
}

TEST(Limits, Agreement_HasTenSeconds_AndTwoIfItMayNotBeTriedAgain) {
  const Failed once = play([](Lab& lab) { return without_majority(lab, false); });
  EXPECT_SAYS(once.why, "no agreement on a among 2 servers");
  EXPECT_GE(once.at, seconds(2));
  EXPECT_LE(once.at, seconds(3));
  const Failed again = play([](Lab& lab) { return without_majority(lab, true); });
  EXPECT_GE(again.at, seconds(10));
  EXPECT_LE(again.at, seconds(13));
}

TEST(Limits, Election_HasTenPollsOfHalfASecond) {
  const Failed failed = play([](Lab& lab) -> Task<void> {
    lab.disconnect_all();
    co_await lab.check_one_leader();
  });
  EXPECT_SAYS(failed.why, "a leader was expected");
  EXPECT_GE(failed.at, millis(4500));
  EXPECT_LE(failed.at, millis(5500));
}

TEST(Limits, Wait_EndsWhereTheTermDoes_AndFailsWhereTooFewHaveApplied) {
  const Failed failed = play([](Lab& lab) -> Task<void> {
    co_await lab.one("a", 3, true);
    const spec::ServerId leader = co_await lab.check_one_leader();
    const spec::Term term = lab.term_of(leader);
    lab.disconnect(lab.after(leader, 1));
    co_await lab.one("b", 2, true);
    const auto command = co_await lab.wait(2, 2, std::nullopt);
    EXPECT_EQ(command, "b");
    // Whoever is cut off stands for election in later terms.
    const auto none = co_await lab.wait(2, 3, term);
    EXPECT_EQ(none, std::nullopt);
    co_await lab.wait(2, 3, std::nullopt);
  });
  EXPECT_SAYS(failed.why, "only 2 servers applied command 2, not 3");
  // 10 + 20 + ... + 640 ms, and 23 times 1280 ms.
  EXPECT_GE(failed.at, millis(30'710));
  EXPECT_LE(failed.at, seconds(40));
}

// --- what is counted -----------------------------------------------------------------------------

// From the start, or only with commands: a leader sends more than it need.
class Chatty : public ChangedLive {
 public:
  Chatty(const node::Options& options, InputKind when, int more)
      : ChangedLive(options), when_(when), more_(more) {}
  const LiveStep& step(spec::ServerId server, const node::Input& input) override {
    step_ = core().step(server, input);
    if (input.kind != when_) return step_;
    for (int i = 0; i < more_; ++i) {
      const LiveStep& again =
          core().step(server, {.kind = InputKind::HeartbeatTimeout, .payload = {}});
      step_.sent.insert(step_.sent.end(), again.sent.begin(), again.sent.end());
    }
    return step_;
  }

 private:
  InputKind when_;
  int more_;
  LiveStep step_;
};

TEST(Limits, TooManyCalls_Fail) {
  EXPECT_EQ(failure("Count", make<Chatty>(InputKind::HeartbeatTimeout, 0)), "");
  EXPECT_SAYS(failure("Count", make<Chatty>(InputKind::HeartbeatTimeout, 5)),
              "calls for the first election");
  EXPECT_SAYS(failure("Count", make<Chatty>(InputKind::HeartbeatTimeout, 3)),
              "calls in an idle second");
  EXPECT_SAYS(failure("Count", make<Chatty>(InputKind::Propose, 2)),
              "calls for 12 commands, more than 42");
}

class Heavy : public ChangedSteps {
 public:
  using ChangedSteps::ChangedSteps;

 protected:
  void change(spec::ServerId, LiveStep& step) override {
    for (node::LiveMessage& message : step.sent) message.bytes *= 2;
  }
};

TEST(Limits, TooManyBytes_Fail) {
  EXPECT_SAYS(failure("RPCBytes", make<Heavy>()), "bytes were sent, more than 200000");
}

// Never shortens its log.
class Hoarding : public ChangedLive {
 public:
  using ChangedLive::ChangedLive;
  const LiveStep& step(spec::ServerId server, const node::Input& input) override {
    return input.kind == InputKind::Compact ? none_ : core().step(server, input);
  }

 private:
  LiveStep none_;
};

TEST(Limits, ALogThatIsNeverCompacted_FailsWhereSnapshotsAreTaken) {
  for (const char* test : {"SnapshotBasic", "SnapshotInstall", "SnapshotInstallUnreliable",
                           "SnapshotInstallCrash", "SnapshotInstallUnCrash"}) {
    EXPECT_SAYS(failure(test, make<Hoarding>()), "bytes beside its snapshot, 2000 or more");
  }
  EXPECT_SAYS(failure("KvSnapshotRecoverManyClients", make<Hoarding>()),
              "bytes beside its snapshot, more than 8000");
}

TEST(Limits, ASnapshotThatNobodyAskedFor_Fails) {
  const auto has_one = with_facts(
      [](spec::ServerId server, LiveFacts& facts) { facts.snapshot_index = server == 3; });
  EXPECT_SAYS(failure("KvBasic", has_one), "server 3 has a snapshot that nobody asked for");
}

TEST(Limits, ASnapshotThatHoldsSomethingElse_Fails) {
  class Forger : public ChangedLive {
   public:
    using ChangedLive::ChangedLive;
    [[nodiscard]] std::string_view snapshot_data(spec::ServerId server) const override {
      forged_ = core().snapshot_data(server);
      if (!forged_.empty()) forged_[2] = forged_[2] == '7' ? '8' : '7';
      return forged_;
    }

   private:
    mutable std::string forged_;
  };
  EXPECT_SAYS(failure("SnapshotInstall", make<Forger>()), "which was not applied");
  class Cutter : public ChangedLive {
   public:
    using ChangedLive::ChangedLive;
    [[nodiscard]] std::string_view snapshot_data(spec::ServerId server) const override {
      const std::string_view data = core().snapshot_data(server);
      return data.substr(0, data.find(';') + 1);
    }
  };
  EXPECT_SAYS(failure("SnapshotInstall", make<Cutter>()), "that holds 1 entries");
}

// --- time ----------------------------------------------------------------------------------------

TEST(Limits, ARunOfTooManySteps_OrTooMuchTime_Fails) {
  const auto idle = [](Lab& lab) -> Task<void> { co_await lab.sleep(seconds(121)); };
  EXPECT_SAYS(play(idle, 1000).why, "more than 1000 steps");
  EXPECT_SAYS(play(idle).why, "longer than 120 s of virtual time");
}

}  // namespace
}  // namespace lab
