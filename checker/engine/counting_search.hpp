// The counting search: breadth first over every state of a bounded network, each counted once.
//
// Breadth first, so the run that is reported is a shortest one, and `distinct`, `generated` and
// `depth` mean what TLC means by them.
#pragma once

#include "checker/engine/half_graph.hpp"
#include "checker/engine/network_table.hpp"
#include "checker/engine/permutations.hpp"
#include "checker/engine/state_store.hpp"

namespace engine {

struct CountingOptions {
  Order order = Order::Unordered;
  Loss loss = Loss::Free;
  std::size_t inflight = 4;          // at most so many messages on the network
  bool duplicates = false;           // ask the model for deliveries that leave a copy behind
  std::uint16_t inflight_bound = 0;  // index into Model::bound_names() for what capacity forbade
  std::uint16_t loss_bound = 0;      // the same for the budget of losses
  const Permutations* symmetry = nullptr;  // of the servers; nullptr: search without symmetry
  Limits limits;
};

class CountingSearch {
 public:
  CountingSearch(Model& model, const CountingOptions& options);

  SearchResult run(Observer& observer);

  // After run(): the visited cluster halves (canonical ones), in id order.
  [[nodiscard]] std::vector<HalfId> visited_halves() const;
  [[nodiscard]] std::size_t network_halves() const { return networks_.size(); }

 private:
  struct State {
    HalfId half = kNone;
    NetworkId network = kNone;
    bool operator==(const State&) const = default;
  };
  // A step taken at a state; `rest` is the network once the step's message is consumed.
  struct Taken {
    State from;
    EdgeId edge = kNone;
    NetworkId rest = kNone;
  };
  // One way in which the network takes what the step sends.
  struct Outcome {
    State to;
    std::uint32_t lost = 0;
    Renaming renaming = 0;
  };

  // Calls visit(taken) for every step that a state can take.
  template <class Visit>
  void for_each_step(State state, Visit visit);
  void note_cut_off(EdgeId edge);
  // Calls visit(outcome) for one way, unless the budget of losses forbids it.
  template <class Visit>
  void settle(const Edge& edge, NetworkId network, std::uint32_t lost, Visit visit);
  // Calls visit(outcome) for every way of a step.
  template <class Visit>
  void for_each_outcome(const Taken& taken, Visit visit);
  [[nodiscard]] bool sends_into_full(const Taken& taken) const {
    return options_.loss == Loss::Free && networks_.is_full(taken.rest);
  }

  // Explores the whole frontier; true: the search is over (result_.stopped_by says why).
  bool explore_level(Observer& observer);
  bool explore_state(State state);
  // Notes a step's witnesses; true if it violates something (found_ says what).
  bool take_news(const Taken& taken, const Outcome& outcome);
  void add(const Taken& taken, const Outcome& outcome);
  // Finishes the steps that are under way.
  void drain_growing();
  void drain_arriving();
  [[nodiscard]] bool is_over(Observer& observer);
  [[nodiscard]] Progress progress() const;
  void finish();

  // The run to a state of the given level, then the step that violated.
  std::vector<PathStep> rebuild(std::size_t level);
  std::uint64_t orbit_size(HalfId half, NetworkId network);

  HalfGraph graph_;
  CountingOptions options_;
  NetworkTable networks_;
  StateStore store_;
  // The pipeline: steps whose messages are being put on the network, and states being looked up.
  // Each stage runs over a whole batch, so that what one batch needs is fetched while the stage
  // before it still works.
  std::vector<Taken> growing_;
  std::vector<NetworkTable::GrowthId> growths_;
  std::vector<State> arriving_;

  SearchResult result_;
  std::uint64_t generated_ = 1;
  std::uint64_t expanded_ = 0;
  std::size_t level_ = 0;
  const std::vector<HalfId>* frontier_ = nullptr;

  Taken found_step_;
  Outcome found_outcome_;
};

}  // namespace engine
