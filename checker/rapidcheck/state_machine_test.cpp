// The cluster as a state machine (rapidcheck/state.h): commands are what happens to it, the model
// is what an outsider knows who sees the commands alone, and the system is the real code. After
// each command every property of spec holds, and so does what the model allows:
// - nothing is committed but what was proposed, and each proposal once;
// - a term begins for every election timeout or transfer at most;
// - a read is answered once at most, and only if it was asked;
// - while every server is alone, nobody is elected and nothing is committed, unless a cluster that
//   changes its membership has but one voter left.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>
#include <rapidcheck/state.h>

#include <algorithm>
#include <memory>
#include <set>

#include "checker/node/raft_node.hpp"
#include "checker/rapidcheck/failing_run.hpp"
#include "checker/rapidcheck/settings.hpp"

namespace cluster::rapid {
namespace {

// What was asked of the cluster so far.
struct Model {
  node::Options options{};
  std::uint32_t proposals = 0;
  std::uint32_t reads = 0;
  std::uint32_t term_max = 0;
  bool is_cut = false;
  bool is_everybody_alone = false;
};

// The real servers, and what was seen of them before the last command.
struct System {
  explicit System(const node::Options& options)
      : node(node::make_raft_node(options)), run(*node, options) {}
  std::unique_ptr<node::Node> node;
  ChosenRun run;
  std::set<std::uint64_t> answered{};
};

using Command = rc::state::Command<Model, System>;

std::size_t leaders_in(const spec::History& history) {
  return history.leaders.size() -
         static_cast<std::size_t>(std::ranges::count(history.leaders, spec::kNoServer));
}

constexpr const char* kName = "StateMachine";

void require_only_what_was_proposed(const Model& model, const System& system) {
  std::set<std::string> proposed;
  for (std::uint32_t k = 1; k <= model.proposals; ++k) proposed.insert("v" + std::to_string(k));
  for (const spec::CommittedEntry& committed : system.run.runner().history().committed) {
    if (committed.entry.no_op || committed.entry.is_membership) continue;
    const bool is_new = proposed.erase(committed.entry.command) == 1;
    require(is_new, "what is committed was proposed, and is committed once", system.run, kName);
  }
}

void require_asked_and_answered_once(const Model& model, System& system, std::size_t first) {
  const traces::Trace trace = system.run.trace();
  for (std::size_t i = first; i < trace.steps.size(); ++i) {
    for (const std::uint64_t read : trace.steps[i].answered) {
      require(read <= model.reads, "reads that are answered were asked", system.run, kName);
      require(system.answered.insert(read).second, "a read is answered once", system.run, kName);
    }
  }
}

// Everything that can happen to a cluster is a choice; those that are not possible are passed over.
class Chosen : public Command {
 public:
  explicit Chosen(const Choice& choice) : choice_(choice) {}

  void checkPreconditions(const Model& before) const override {
    RC_PRE(choice_.kind != ChoiceKind::Cut || !before.is_cut);
    RC_PRE(choice_.kind != ChoiceKind::Heal || before.is_cut);
  }

  void apply(Model& model) const override {
    switch (choice_.kind) {
      case ChoiceKind::ElectionTimeout:
      case ChoiceKind::Transfer:
        ++model.term_max;
        break;
      case ChoiceKind::Propose:
        ++model.proposals;
        break;
      case ChoiceKind::Read:
        ++model.reads;
        break;
      case ChoiceKind::Cut:
        model.is_cut = model.options.servers > 1;
        model.is_everybody_alone = model.is_cut && is_last_partition(model);
        break;
      case ChoiceKind::Heal:
        model.is_cut = model.is_everybody_alone = false;
        break;
      default:
        break;
    }
  }

  void run(const Model& before, System& system) const override {
    const spec::History history = system.run.runner().history();
    const std::size_t steps = system.run.happened().steps;
    system.run.take(choice_);
    require_no_violation(system.run, kName);
    const Model model = nextState(before);
    require_only_what_was_proposed(model, system);
    require_asked_and_answered_once(model, system, steps);
    for (const spec::ServerView& view : system.run.runner().views()) {
      require(view.current_term <= model.term_max, "somebody asked for each term", system.run,
              kName);
    }
    const bool is_left_alone = before.is_everybody_alone && model.is_everybody_alone;
    if (!is_left_alone || model.options.changes != node::Changes::None) return;
    const spec::History& now = system.run.runner().history();
    require(now.committed == history.committed && leaders_in(now) == leaders_in(history),
            "servers that are alone elect nobody and commit nothing", system.run, kName);
  }

  void show(std::ostream& out) const override { out << choice_; }

 private:
  // All partitions are numbered; the last has a group for each server.
  [[nodiscard]] bool is_last_partition(const Model& model) const {
    const std::size_t cuts = all_partitions(model.options.servers).size() - 1;
    return choice_.number % cuts == cuts - 1;
  }

  Choice choice_;
};

// Deliveries mostly; what matters to the model is never rare.
rc::Gen<std::shared_ptr<const Command>> commands(const Model& model) {
  const auto server =
      in_range<std::uint8_t>(1, static_cast<std::uint8_t>(model.options.servers + 1));
  const auto kind = rc::gen::weightedElement<ChoiceKind>({{60, ChoiceKind::Deliver},
                                                          {2, ChoiceKind::Duplicate},
                                                          {2, ChoiceKind::Lose},
                                                          {2, ChoiceKind::ElectionTimeout},
                                                          {2, ChoiceKind::HeartbeatTimeout},
                                                          {1, ChoiceKind::LeaseTimeout},
                                                          {4, ChoiceKind::Propose},
                                                          {2, ChoiceKind::Read},
                                                          {1, ChoiceKind::Crash},
                                                          {1, ChoiceKind::Cut},
                                                          {2, ChoiceKind::Heal},
                                                          {8, ChoiceKind::DiskWrite},
                                                          {2, ChoiceKind::Compact},
                                                          {1, ChoiceKind::Transfer},
                                                          {2, ChoiceKind::ChangeMembership}});
  const auto number = rc::gen::weightedOneOf<std::uint8_t>(
      {{3, rc::gen::just(std::uint8_t{0})}, {1, in_range<std::uint8_t>(0, 60)}});
  return rc::gen::map(rc::gen::construct<Choice>(kind, server, server, number),
                      [](Choice choice) -> std::shared_ptr<const Command> {
                        if (choice.kind == ChoiceKind::Propose) choice.number = 0;  // each its own
                        return std::make_shared<Chosen>(choice);
                      });
}

// A server alone may commit once its own write is done, if others had acknowledged before; so disks
// that are behind are left to the other tests.
TEST(RapidCheckStateMachine, Cluster_KeepsEveryProperty_AndToWhatTheModelAllows) {
  int elected = 0;
  int committed = 0;
  int read = 0;
  int cut = 0;
  rc::detail::checkGTest([&] {
    Model model{.options = *options()};
    model.options.async_disk = false;
    System system(model.options);
    // More than the size says: most deliveries find nothing to deliver.
    const auto chosen = *rc::gen::scale(4.0, rc::state::gen::commands(model, commands));
    rc::state::runAll(chosen, model, system);
    const Happened& happened = system.run.happened();
    elected += happened.has(spec::Witness::LeaderElected) ? 1 : 0;
    committed += happened.has(spec::Witness::EntryCommitted) ? 1 : 0;
    read += system.answered.empty() ? 0 : 1;
    cut += happened.cuts > 0 ? 1 : 0;
  });
  std::cout << "runs that elected " << elected << ", committed " << committed << ", read " << read
            << ", were cut " << cut << '\n';
  EXPECT_GE(elected, 20);
  EXPECT_GE(committed, 10);
  EXPECT_GE(read, 1);
  EXPECT_GE(cut, 10);
}

}  // namespace
}  // namespace cluster::rapid
