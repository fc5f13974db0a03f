// Seeded random walks through a system of parts (part_model.hpp).
//
// Walk w of a seed draws from a stream of its own, and chooses by the order of parts, of their
// steps and of sending, never by ids: it is the same walk whatever was walked before it, in this
// process or another. So a walk can be taken again to record it, walks can be dealt out to
// machines, and the memory of steps can be thrown away when it grows too large.
//
// A walk holds what is on the network itself, as a list in the order of sending, and makes the
// network's faults (loss, duplication, reordering, cuts); the model makes those of the parts.
#pragma once

#include <functional>
#include <optional>

#include "checker/engine/interner.hpp"
#include "checker/engine/part_model.hpp"
#include "checker/engine/random.hpp"

namespace engine {

enum class WalkNetwork : std::uint8_t {
  Any,        // each message ever sent stays, once
  Unordered,  // a multiset
  PerLink,    // a queue for each link
};

// How one walk draws; made anew for each walk, from the walk's own stream.
struct WalkPlan {
  std::vector<std::uint32_t> weights;  // by action: of each step of that kind, where it is possible
  std::uint32_t deliver_weight = 1;    // of deliveries
  bool weighs_each_message = false;    // deliver_weight is that of each message, not of all
  Rate loss = 0;                       // of each message sent
  Rate duplicate = 0;                  // of each delivery (Unordered)
  Rate reorder = 0;                    // a delivery takes any message, not the oldest of its link
  Rate cut = 0;                        // of each step while there is none
  Rate heal = 0;                       // of each step while there is one
  bool by_priority = false;            // actors have priorities, see below
  std::uint32_t change_points = 0;     // by_priority: how often the first of them becomes the last
};
// With priorities, a walk still draws *what* happens next (a delivery, or which action) by weight;
// *who* does it is the actor of the highest priority: the link with a message, or the (action,
// part). Priorities are drawn once for each walk and change at points drawn beforehand (after
// Burckhardt et al., "A randomized scheduler with probabilistic guarantees of finding bugs").

using WalkPlanner = std::function<void(Random& random, WalkPlan& plan)>;

// Absent: no limit. Budgets are each walk's, and no part of a state.
struct WalkOptions {
  std::uint64_t seed = 0;
  std::uint64_t depth = 1;  // steps in a walk
  WalkNetwork network = WalkNetwork::Unordered;
  std::optional<std::uint32_t> inflight{};  // messages on the network (Unordered, PerLink)
  std::optional<std::uint32_t> losses{};
  std::optional<std::uint32_t> duplicates{};
  std::optional<std::uint32_t> cuts{};
  std::vector<std::optional<std::uint32_t>> budgets{};  // by action

  // What the walk's own steps are in the model's lists.
  std::uint16_t cut_action = 0;
  std::uint16_t heal_action = 0;
  std::uint16_t inflight_bound = 0;
  std::uint16_t losses_bound = 0;
  std::uint16_t duplicates_bound = 0;
  std::uint16_t cuts_bound = 0;
  std::vector<std::uint16_t> budget_bounds{};  // by action
};

// One step of a recorded walk.
struct WalkStep {
  enum class Kind : std::uint8_t { Internal, Deliver, Cut, Heal };
  Kind kind{};
  std::uint32_t part = 0;
  std::uint32_t label = 0;             // Internal: the model's
  MessageId message = kNone;           // Deliver
  std::size_t sent_at = 0;             // Deliver: 1-based number of the step that sent it
  bool keep_copy = false;              // Deliver
  std::vector<std::size_t> lost{};     // positions among the messages that the step sends
  std::vector<std::uint8_t> groups{};  // Cut: by part
};

// Sums over walks: those of disjoint sets of walks add up to those of their union.
struct WalkTotals {
  std::uint64_t walks = 0;
  std::uint64_t steps = 0;
  std::vector<std::uint64_t> action_counts;  // by action: steps
  std::vector<std::uint64_t> bounds_met;     // by bound: walks in which it forbade something
  WitnessSet witnesses = 0;
};

class RandomWalks {
 public:
  RandomWalks(PartModel& model, WalkOptions options, WalkPlanner planner);

  // What a walk violates, or 0, and at which step (0: at once).
  struct End {
    std::uint32_t violation = 0;
    std::uint64_t steps = 0;
  };
  // Takes walk `number`, adds it to `totals` and, if given, appends its steps to `record`.
  End run(std::uint64_t number, WalkTotals& totals, std::vector<WalkStep>* record = nullptr);

  // About how much memory is remembered, the model's included. To forget it, make both anew.
  [[nodiscard]] std::size_t bytes() const;
  [[nodiscard]] std::uint64_t states_checked() const { return states_checked_; }

 private:
  static constexpr std::size_t kNoFlying = ~std::size_t{0};
  static constexpr std::uint64_t kNoKey = ~std::uint64_t{0};
  static constexpr std::uint32_t kNumbered = kNone - 1;

  // Small, since a walk waits for memory more than for anything else.
  struct Edge {
    PartId next = kNone;  // kNone: forbidden
    SendsId sends = kNoSends;
    WitnessSet witnesses = 0;  // reads_record: its number (32 bits) among such edges instead
    std::uint16_t action = 0;
    std::uint16_t violation = 0;
    std::uint8_t sends_count = 0;
    std::uint8_t cut_off_by = 0;
    bool reads_record = false;
  };
  struct Delivery {  // with its key, so that one look finds it all
    std::uint64_t key = kNoKey;
    Edge edge;
  };
  using Deliveries = std::vector<Delivery, HugeAllocator<Delivery>>;
  struct Row {  // the steps that a part takes by itself
    EdgeId first = 0;
    EdgeId last = 0;
    std::uint64_t bounds = 0;  // bit i: bound i forbids one of them
  };
  struct Flying {
    MessageId message = kNone;
    std::uint16_t from = 0;
    std::uint16_t to = 0;
    std::uint32_t sent_at = 0;
  };
  struct Choice {
    bool is_found = false;
    std::uint32_t part = 0;
    std::uint32_t label = 0;  // of a step that the part takes by itself
    Edge edge{};
    std::size_t flying = kNoFlying;  // the message that is received
  };

  void begin(std::uint64_t number);
  bool take_step(WalkTotals& totals);
  bool change_cut(WalkTotals& totals);
  void cut();
  Choice choose();
  Choice choose_internal(std::uint64_t drawn);
  Choice first_by_priority(std::uint16_t action);
  Choice choose_delivery();
  std::size_t first_on_link(std::size_t position) const;
  std::size_t any_on_link(std::size_t position);
  std::size_t position_of_message();
  std::size_t position_by_priority();
  std::uint64_t priority(std::uint64_t actor) const;
  void lower_if_due(std::uint64_t actor);
  bool take(const Choice& choice, WalkTotals& totals);
  bool fits(const Edge& edge, const Choice& choice) const;
  bool move(const Choice& choice, WalkTotals& totals);
  void receive(const Choice& choice);
  void send(const Edge& edge);
  bool loses();
  bool may_lose() const { return !options_.losses || losses_ < *options_.losses; }
  void count(std::uint16_t action, WalkTotals& totals);
  void meet(std::uint16_t bound) { bounds_met_ |= std::uint64_t{1} << bound; }

  std::uint32_t row_of(PartId part);
  std::uint32_t add_row(PartId part, std::uint32_t serial);
  const Edge& delivery(PartId part, MessageId message);
  std::size_t place_of(std::uint64_t key) const;
  void grow_deliveries();
  Edge edge_of(PartId part, const Step& step);
  const PartModel::Observed& observed(PartId before, const Edge& edge);
  std::uint32_t* checked_place();
  std::uint32_t check_state();

  PartModel& model_;
  WalkOptions options_;
  WalkPlanner planner_;
  std::vector<PartId> initial_parts_;
  RecordId initial_record_;

  // What is remembered.
  std::vector<Edge> edges_;            // that parts take by themselves
  std::vector<std::uint32_t> labels_;  // of edges_
  std::vector<Row> rows_;
  std::vector<std::uint32_t> row_of_part_;  // kNone: not known; kNumbered: see numbered_rows_
  FlatMap numbered_rows_;                   // (part, serial) -> rows_
  Deliveries deliveries_;                   // by (part, message), linear probing
  std::size_t delivery_count_ = 0;
  std::uint32_t record_edges_ = 0;  // edges that read the record
  std::vector<PartModel::Observed> observed_;
  FlatMap observed_index_;  // (edge that reads the record, record) -> observed_
  // States lately found to violate nothing, one for each place. What is pushed out is checked anew,
  // so its size is fixed and changes nothing but the speed.
  std::vector<std::uint32_t, HugeAllocator<std::uint32_t>> checked_;
  std::vector<Step> scratch_;
  std::uint64_t states_checked_ = 0;

  // The walk.
  Random random_;
  WalkPlan plan_;
  std::vector<PartId> parts_;
  std::vector<std::uint32_t> part_rows_;  // of the parts, into rows_
  RecordId record_id_ = 0;
  std::vector<Flying> flying_;
  std::vector<std::uint64_t> sent_in_;  // Any: by message, the last run_ that sent it
  std::uint64_t run_ = 0;
  std::uint64_t steps_ = 0;
  std::uint32_t violation_ = 0;
  std::uint32_t serial_ = 0;
  std::vector<std::uint32_t> spent_;  // by action
  std::uint32_t losses_ = 0;
  std::uint32_t duplicates_ = 0;
  std::uint32_t cuts_ = 0;
  std::vector<std::uint8_t> groups_;  // by part; empty while there is no cut
  std::uint64_t bounds_met_ = 0;
  std::uint64_t salt_ = 0;
  std::vector<std::uint64_t> change_points_;  // descending
  std::vector<std::uint64_t> lowered_;        // actors, the lowest last
  std::vector<WalkStep>* recorded_ = nullptr;
};

}  // namespace engine
