// The judge's own tests against spec's rules: both ways must come to the same, step by step.
#include "checker/lab/judge.hpp"

#include <gtest/gtest.h>

#include "checker/lab/run.hpp"

namespace lab {
namespace {

RunResult run_test(const char* name, std::uint64_t iteration, Judge::Manner manner) {
  RunOptions options;
  options.make_live = make_core();
  options.manner = manner;
  return run({test_named(name), false, 5, iteration}, options);
}

TEST(Judge, OfACorrectCore_AsksSpecOnlyAtTheEnd) {
  for (const char* name : {"ReElection", "Backup", "Figure8", "SnapshotInstallCrash"}) {
    const RunResult result = run_test(name, 0, Judge::Manner::Incremental);
    EXPECT_FALSE(result.failure) << name << ": " << *result.failure;
    EXPECT_EQ(result.steps_asked, 1U) << name;
  }
}

TEST(Judge, InWhole_AsksSpecAtEachStep_AndComesToTheSame) {
  for (const char* name : {"ReElection", "Rejoin", "Persist2", "SnapshotInstallCrash"}) {
    const RunResult whole = run_test(name, 0, Judge::Manner::Whole);
    EXPECT_FALSE(whole.failure) << name << ": " << *whole.failure;
    EXPECT_EQ(whole.steps_asked, whole.totals.events + 1) << name;
    EXPECT_EQ(whole.totals.events, run_test(name, 0, Judge::Manner::Incremental).totals.events);
  }
}

// A core that does wrong from some step on, by what the judge is shown: of server 1, or of leaders.
class Lying final : public node::Live {
 public:
  enum class About : std::uint8_t { Term, Vote, Commit, Applied, Match, Shorter, Entry, Role };
  Lying(std::unique_ptr<node::Live> live, About about, std::uint64_t after)
      : live_(std::move(live)), about_(about), after_(after) {}

  const node::LiveStep& receive(node::LiveHandle message) override {
    ++steps_;
    return live_->receive(message);
  }
  const node::LiveStep& step(spec::ServerId server, const node::Input& input) override {
    ++steps_;
    return live_->step(server, input);
  }
  void drop(node::LiveHandle message) override { live_->drop(message); }
  void facts(spec::ServerId server, node::LiveFacts& facts) const override {
    live_->facts(server, facts);
    if (steps_ <= after_) return;
    if (facts.role == spec::Role::Leader) lie_of_leader(server, facts);
    if (server == 1) lie(facts);
  }
  [[nodiscard]] node::LiveEntry entry(spec::ServerId server, spec::Index index) const override {
    node::LiveEntry entry = live_->entry(server, index);
    if (about_ == About::Entry && server == 1 && steps_ > after_ && index == 2)
      entry.command = "another";
    return entry;
  }
  [[nodiscard]] std::string_view snapshot_data(spec::ServerId server) const override {
    return live_->snapshot_data(server);
  }
  [[nodiscard]] std::size_t durable_bytes(spec::ServerId server) const override {
    return live_->durable_bytes(server);
  }
  [[nodiscard]] spec::ServerView view(spec::ServerId server) const override {
    spec::ServerView view = live_->view(server);
    node::LiveFacts shown;
    facts(server, shown);
    view.current_term = shown.current_term;
    view.voted_for = shown.voted_for;
    view.commit_index = shown.commit_index;
    view.last_applied = shown.last_applied;
    view.match_index = shown.match_index;
    view.role = shown.role;
    view.log.resize(shown.last_index);
    for (spec::Index index = 1; index <= view.log.size(); ++index) {
      view.log[index - 1].command = entry(server, index).command;
    }
    return view;
  }
  [[nodiscard]] spec::MessageView message_view(node::LiveHandle message) const override {
    return live_->message_view(message);
  }
  [[nodiscard]] bool is_judged(node::LiveHandle message) const override {
    return live_->is_judged(message);
  }

 private:
  void lie(node::LiveFacts& facts) const {
    if (about_ == About::Term && facts.current_term > 0) --facts.current_term;
    if (about_ == About::Vote) facts.voted_for = facts.voted_for % 3 + 1;
    if (about_ == About::Commit) facts.commit_index = 0;
    if (about_ == About::Applied) ++facts.last_applied;
    if (about_ != About::Role) return;
    facts.role = spec::Role::Leader;
    facts.match_index.assign(3, 0);
  }
  void lie_of_leader(spec::ServerId leader, node::LiveFacts& facts) const {
    if (about_ == About::Shorter && facts.last_index > facts.commit_index) --facts.last_index;
    if (about_ != About::Match) return;
    for (spec::ServerId id = 1; id <= 3; ++id) facts.match_index[id - 1] += id == leader ? 0 : 5;
  }

  std::unique_ptr<node::Live> live_;
  About about_;
  std::uint64_t after_;
  std::uint64_t steps_ = 0;
};

// Which property each manner objects with, and after how many steps.
using Found = std::pair<std::optional<spec::Property>, std::uint64_t>;

Found found(const char* test, Lying::About about, std::uint64_t after, Judge::Manner manner) {
  RunOptions options;
  options.manner = manner;
  options.make_live = [&](const node::Options& node) {
    return std::make_shared<Lying>(node::make_live_raft(node), about, after);
  };
  const RunResult result = run({test_named(test), false, 5, 0}, options);
  if (!result.violation) return {std::nullopt, result.totals.events};
  return {result.violation->property, result.totals.events};
}

class Lies : public testing::TestWithParam<std::pair<Lying::About, spec::Property>> {};

// From some of these moments on at least, what is shown violates the property.
TEST_P(Lies, AreFoundAtTheSameStep_AsBySpecItself) {
  const auto [about, property] = GetParam();
  int violations = 0;
  for (const char* test : {"FailAgree", "Rejoin"}) {
    for (std::uint64_t after = 40; after < 200; after += 10) {
      const Found quick = found(test, about, after, Judge::Manner::Incremental);
      EXPECT_EQ(quick, found(test, about, after, Judge::Manner::Whole)) << test << " " << after;
      violations += quick.first == property ? 1 : 0;
    }
  }
  EXPECT_GE(violations, 3);
}

using enum Lying::About;
using enum spec::Property;
INSTANTIATE_TEST_SUITE_P(
    Judge, Lies,
    testing::Values(std::pair{Term, TermMonotonic}, std::pair{Vote, OneVotePerTerm},
                    std::pair{Commit, CommitIndexMonotonic}, std::pair{Applied, StateMachineSafety},
                    std::pair{Match, MatchIndexSound}, std::pair{Shorter, LeaderAppendOnly},
                    std::pair{Role, ElectionSafety}));

// Nothing says that the entry changed: it is found when its turn comes to be looked at.
TEST(Judge, AnEntryThatIsChangedInTheMiddleOfALog_IsFoundInItsTurn) {
  const auto quick = found("FailAgree", Lying::About::Entry, 120, Judge::Manner::Incremental);
  const auto whole = found("FailAgree", Lying::About::Entry, 120, Judge::Manner::Whole);
  ASSERT_TRUE(whole.first);
  ASSERT_TRUE(quick.first);
  EXPECT_GE(quick.second, whole.second);
  EXPECT_LE(quick.second, whole.second + 100);  // of all servers; the log has seven entries
}

}  // namespace
}  // namespace lab
