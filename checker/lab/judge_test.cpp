// The judge's own tests against spec's rules: both ways must come to the same, step by step.
#include "checker/lab/judge.hpp"

#include <gtest/gtest.h>

#include "checker/lab/changed_live.hpp"
#include "checker/lab/nemesis.hpp"

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
  for (const char* name :
       {"ReElection", "Rejoin", "Persist2", "SnapshotInstallCrash", "KvReadsOnePartition"}) {
    const RunResult whole = run_test(name, 0, Judge::Manner::Whole);
    EXPECT_FALSE(whole.failure) << name << ": " << *whole.failure;
    EXPECT_EQ(whole.steps_asked, whole.totals.events + 1) << name;
    EXPECT_EQ(whole.totals.events, run_test(name, 0, Judge::Manner::Incremental).totals.events);
  }
}

// --- clusters of every kind ----------------------------------------------------------------------

// Commands, and what goes wrong in a long run, for some seconds.
Task<void> stir(Lab& lab) {
  Nemesis nemesis(lab);
  std::uint64_t reads = 0;
  while (lab.now() < seconds(6)) {
    for (int i = 0; i < 3; ++i) {
      for (spec::ServerId id = 1; id <= lab.servers(); ++id) {
        if (!lab.simulator().is_up(id)) continue;
        lab.start(id, lab.random_command());
        lab.simulator().read(id, ++reads);
      }
      co_await lab.sleep(millis(lab.random(60)));
    }
    co_await nemesis.disturb();
  }
}

void disks(SimulatorOptions& options, engine::Random&) {
  options.node.async_disk = true;
  options.disk_time_max = millis(30);
}
void disks_and_snapshots(SimulatorOptions& options, engine::Random& dice) {
  disks(options, dice);
  options.snapshots = Snapshots::Every;
  options.snapshot_every = 7;
  options.node.snapshots = true;
  options.node.snapshot_chunk = 60;
}
void joint(SimulatorOptions& options, engine::Random&) {
  options.node.changes = node::Changes::Joint;
  options.node.voters = 3;
}
void all_features(SimulatorOptions& options, engine::Random& dice) {
  disks_and_snapshots(options, dice);
  options.node.changes = node::Changes::SingleServer;
  options.node.voters = 2;
  options.node.pre_vote = true;
  options.node.check_quorum = true;
  options.node.vote_lease = true;
  options.node.lease_reads = true;
  options.node.appends_in_flight = 3;
  options.timer_skew_permille = 100;
}

constexpr std::array kKinds = {
    lab::Test{"Disks", 'N', 3, {}, Snapshots::None, 0, stir, disks},
    lab::Test{"DisksAndSnapshots", 'N', 4, {}, Snapshots::None, 0, stir, disks_and_snapshots},
    lab::Test{"Joint", 'N', 4, {}, Snapshots::None, 0, stir, joint},
    lab::Test{"AllFeatures", 'N', 4, {}, Snapshots::None, 0, stir, all_features},
};

const lab::Test& kind_named(std::string_view name) {
  for (const lab::Test& kind : kKinds) {
    if (name == kind.name) return kind;
  }
  return *test_named(name);
}

TEST(Judge, OfAnyKindOfCluster_ComesToTheSameInWhole_AndSeldomAsks) {
  for (const lab::Test& kind : kKinds) {
    std::uint64_t steps = 0;
    std::uint64_t asked = 0;
    for (std::uint64_t iteration = 0; iteration < 5; ++iteration) {
      RunOptions options;
      options.make_live = make_core();
      const RunResult quick = run({&kind, false, 5, iteration}, options);
      EXPECT_FALSE(quick.failure) << kind.name << ": " << *quick.failure;
      options.manner = Judge::Manner::Whole;
      const RunResult whole = run({&kind, false, 5, iteration}, options);
      EXPECT_EQ(quick.failure, whole.failure) << kind.name;
      EXPECT_EQ(quick.totals.events, whole.totals.events) << kind.name;
      steps += quick.totals.events;
      asked += quick.steps_asked;
    }
    EXPECT_LT(100 * asked, steps) << kind.name;  // restarts that lose what was not durable
  }
}

// --- servers that do wrong -----------------------------------------------------------------------

// A core that does wrong from some step on, by what the judge is shown: of server 1, or of leaders.
class Lying final : public ChangedLive {
 public:
  enum class About : std::uint8_t {
    Term,
    Vote,
    Commit,
    Applied,
    Match,
    Shorter,
    Entry,
    Role,
    DiskTerm,
    DiskVote,
    DiskLog,
    Members,
    Snapshot,
    SnapshotTerm,
    Membership,
  };
  Lying(const node::Options& options, About about, std::uint64_t after)
      : ChangedLive(options), about_(about), after_(after) {}

  const node::LiveStep& receive(node::LiveHandle message) override {
    ++steps_;
    return core().receive(message);
  }
  const node::LiveStep& step(spec::ServerId server, const node::Input& input) override {
    ++steps_;
    return core().step(server, input);
  }
  void facts(spec::ServerId server, node::LiveFacts& facts) const override {
    core().facts(server, facts);
    if (steps_ <= after_) return;
    if (facts.role == spec::Role::Leader) lie_of_leader(server, facts);
    if (server == 1) lie(facts);
    if (server == 1) lie_of_more(facts);
  }
  [[nodiscard]] node::LiveEntry entry(spec::ServerId server, spec::Index index) const override {
    node::LiveEntry entry = core().entry(server, index);
    if (steps_ <= after_) return entry;
    if (about_ == About::Entry && server == 1 && index == 2) entry.command = "another";
    // Server 1 alone votes from there on.
    if (about_ == About::Members && entry.kind == node::EntryKind::Membership) {
      entry.membership = {.voters = 1};
    }
    return entry;
  }
  [[nodiscard]] std::string_view snapshot_data(spec::ServerId server) const override {
    const std::string_view data = core().snapshot_data(server);
    if (about_ != About::Snapshot || server != 1 || steps_ <= after_ || data.empty()) return data;
    forged_ = data;
    forged_[2] = forged_[2] == '7' ? '8' : '7';
    return forged_;
  }
  [[nodiscard]] spec::ServerView view(spec::ServerId server) const override {
    spec::ServerView view = core().view(server);
    node::LiveFacts shown;
    facts(server, shown);
    view.current_term = shown.current_term;
    view.voted_for = shown.voted_for;
    view.commit_index = shown.commit_index;
    view.last_applied = shown.last_applied;
    view.match_index = shown.match_index;
    view.role = shown.role;
    view.snapshot.term = shown.snapshot_term;
    view.snapshot.membership = view_of(shown.snapshot_membership);
    view.membership = view_of(shown.membership);
    if (shown.disk) {
      view.disk->current_term = shown.disk->current_term;
      view.disk->voted_for = shown.disk->voted_for;
      view.disk->log_index = shown.disk->log_index;
    }
    view.log.resize(shown.last_index);
    for (spec::Index index = shown.base_index + 1; index <= view.log.size(); ++index) {
      view.log[index - 1].command = entry(server, index).command;
      view.log[index - 1].membership = view_of(entry(server, index).membership);
    }
    if (!forged_.empty()) show_forged(server, shown, view);
    return view;
  }

 private:
  void show_forged(spec::ServerId server, const node::LiveFacts& shown,
                   spec::ServerView& view) const {
    EntryTable table;
    view.snapshot.entries.clear();
    for (const EntryId id : entries_of_snapshot(snapshot_data(server), table)) {
      view.snapshot.entries.push_back(table[id]);
    }
    for (spec::Index index = 1; index <= shown.base_index; ++index) {
      view.log[index - 1] = view.snapshot.entries.at(index - 1);
    }
  }
  void lie(node::LiveFacts& facts) const {
    if (about_ == About::Term && facts.current_term > 0) --facts.current_term;
    if (about_ == About::Vote) facts.voted_for = facts.voted_for % 3 + 1;
    if (about_ == About::Commit) facts.commit_index = 0;
    if (about_ == About::Applied) ++facts.last_applied;
    if (about_ != About::Role) return;
    facts.role = spec::Role::Leader;
    facts.match_index.assign(3, 0);
  }
  void lie_of_more(node::LiveFacts& facts) const {
    if (about_ == About::SnapshotTerm && facts.snapshot_term > 0) ++facts.snapshot_term;
    if (about_ == About::Membership && facts.snapshot_membership.is_known()) {
      facts.snapshot_membership.voters ^= 8;
    }
    if (!facts.disk) return;
    // What a crash would bring back has never been.
    if (about_ == About::DiskTerm) facts.disk->current_term += 100;
    if (about_ == About::DiskVote) facts.disk->voted_for = facts.disk->voted_for % 3 + 1;
    if (about_ == About::DiskLog) facts.disk->log_index = facts.last_index;
  }
  void lie_of_leader(spec::ServerId leader, node::LiveFacts& facts) const {
    if (about_ == About::Shorter && facts.last_index > facts.commit_index) --facts.last_index;
    if (about_ != About::Match) return;
    for (spec::ServerId id = 1; id <= 3; ++id) facts.match_index[id - 1] += id == leader ? 0 : 5;
  }

  About about_;
  std::uint64_t after_;
  std::uint64_t steps_ = 0;
  mutable std::string forged_;
};

// Which property each manner objects with, and after how many steps.
using Found = std::pair<std::optional<spec::Property>, std::uint64_t>;

Found found(const char* test, Lying::About about, std::uint64_t after, Judge::Manner manner,
            std::uint64_t iteration = 0) {
  RunOptions options;
  options.manner = manner;
  options.make_live = make<Lying>(about, after);
  const RunResult result = run({&kind_named(test), false, 5, iteration}, options);
  if (!result.violation) return {std::nullopt, result.totals.events};
  return {result.violation->property, result.totals.events};
}

struct Lie {
  Lying::About about;
  spec::Property property;
  std::vector<const char*> tests = {"FailAgree", "Rejoin"};
};

class Lies : public testing::TestWithParam<Lie> {};

// From some of these moments on at least, what is shown violates the property.
TEST_P(Lies, AreFoundAtTheSameStep_AsBySpecItself) {
  const auto& [about, property, tests] = GetParam();
  int violations = 0;
  for (const char* test : tests) {
    for (std::uint64_t i = 0; i < 16; ++i) {
      const std::uint64_t after = 40 + 10 * i;
      const Found quick = found(test, about, after, Judge::Manner::Incremental, i / 2);
      EXPECT_EQ(quick, found(test, about, after, Judge::Manner::Whole, i / 2)) << test << " " << i;
      violations += quick.first == property ? 1 : 0;
    }
  }
  EXPECT_GE(violations, 1);
}

using enum Lying::About;
using enum spec::Property;
const std::vector<const char*> kDisks = {"Disks", "DisksAndSnapshots", "AllFeatures"};
INSTANTIATE_TEST_SUITE_P(
    Judge, Lies,
    testing::Values(Lie{Term, TermMonotonic}, Lie{Vote, OneVotePerTerm},
                    Lie{Commit, CommitIndexMonotonic}, Lie{Applied, StateMachineSafety},
                    Lie{Match, MatchIndexSound}, Lie{Shorter, LeaderAppendOnly},
                    Lie{Role, ElectionSafety}, Lie{Term, TermMonotonic, kDisks},
                    Lie{Commit, CommitIndexMonotonic, kDisks}, Lie{DiskTerm, TermMonotonic, kDisks},
                    Lie{DiskVote, OneVotePerTerm, kDisks}, Lie{DiskLog, LogSurvivesRestart, kDisks},
                    Lie{Members, QuorumsOverlap, {"Joint", "AllFeatures"}},
                    Lie{SnapshotTerm, SnapshotMatchesApplied, {"DisksAndSnapshots"}},
                    Lie{Membership, SnapshotMatchesApplied, {"AllFeatures"}}));

// Nothing says that the entry changed: it is found when its turn comes to be looked at.
TEST(Judge, AnEntryThatIsChangedInTheMiddleOfALog_IsFoundInItsTurn) {
  const auto quick = found("FailAgree", Lying::About::Entry, 120, Judge::Manner::Incremental);
  const auto whole = found("FailAgree", Lying::About::Entry, 120, Judge::Manner::Whole);
  ASSERT_TRUE(whole.first);
  ASSERT_TRUE(quick.first);
  EXPECT_GE(quick.second, whole.second);
  EXPECT_LE(quick.second, whole.second + 100);  // of all servers; the log has seven entries
}

// The same of a snapshot whose index and size stay as they are.
TEST(Judge, ASnapshotThatIsReplacedAtItsIndex_IsFoundInItsTurn) {
  for (const std::uint64_t after : {100U, 150U, 200U, 300U}) {
    const auto quick =
        found("SnapshotInstall", Lying::About::Snapshot, after, Judge::Manner::Incremental);
    const auto whole =
        found("SnapshotInstall", Lying::About::Snapshot, after, Judge::Manner::Whole);
    ASSERT_EQ(quick.first, whole.first);
    ASSERT_TRUE(whole.first);
    EXPECT_GE(quick.second, whole.second);
    EXPECT_LE(quick.second, whole.second + 20);
  }
}

}  // namespace
}  // namespace lab
