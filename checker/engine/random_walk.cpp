#include "checker/engine/random_walk.hpp"

#include <algorithm>
#include <utility>

namespace engine {
namespace {

constexpr unsigned kAttempts = 16;  // to find something that can be done now, before a walk ends
constexpr std::size_t kCheckedPlaces = std::size_t{1} << 18U;
// Over any network: of the messages ever sent, half of the deliveries take one of the latest few.
constexpr std::uint32_t kLatest = 8;

constexpr std::uint64_t actor_of(std::uint16_t action, std::uint32_t part) {
  return (std::uint64_t{action} << 16U) | part;
}
constexpr std::uint64_t actor_of(Link link) {
  return (std::uint64_t{1} << 63U) | (std::uint64_t{link.from} << 16U) | link.to;
}

}  // namespace

RandomWalks::RandomWalks(PartModel& model, WalkOptions options, WalkPlanner planner)
    : model_(model),
      options_(std::move(options)),
      planner_(std::move(planner)),
      initial_parts_(model.initial_parts()),
      initial_record_(model.initial_record()),
      deliveries_(1024),
      checked_((initial_parts_.size() + 1) * kCheckedPlaces, kNone),
      random_(options_.seed, 0) {
  options_.budgets.resize(model.action_names().size());
  options_.budget_bounds.resize(model.action_names().size());
}

RandomWalks::End RandomWalks::run(std::uint64_t number, WalkTotals& totals,
                                  std::vector<WalkStep>* record) {
  totals.action_counts.resize(model_.action_names().size());
  totals.bounds_met.resize(model_.bound_names().size());
  recorded_ = record;
  begin(number);
  violation_ = check_state();
  while (violation_ == 0 && steps_ < options_.depth) {
    if (!take_step(totals)) break;
  }
  ++totals.walks;
  totals.steps += steps_;
  for (std::size_t i = 0; i < totals.bounds_met.size(); ++i) {
    totals.bounds_met[i] += bounds_met_ >> i & 1U;
  }
  return {violation_, steps_};
}

void RandomWalks::begin(std::uint64_t number) {
  ++run_;
  random_ = Random(options_.seed, number);
  plan_ = {};
  plan_.weights.assign(model_.action_names().size(), 0);
  planner_(random_, plan_);
  for (std::size_t i = 0; i < plan_.weights.size(); ++i) {
    if (options_.budgets[i] == 0U) plan_.weights[i] = 0;
  }
  const bool is_any = options_.network == WalkNetwork::Any;  // a cut would be nothing new
  if (is_any || initial_parts_.size() < 2 || options_.cuts == 0U) plan_.cut = 0;
  if (options_.losses == 0U) plan_.loss = 0;
  if (options_.duplicates == 0U || options_.network != WalkNetwork::Unordered) plan_.duplicate = 0;
  steps_ = 0;
  serial_ = 0;
  spent_.assign(plan_.weights.size(), 0);
  losses_ = duplicates_ = cuts_ = 0;
  bounds_met_ = 0;
  groups_.clear();
  flying_.clear();
  parts_ = initial_parts_;
  record_id_ = initial_record_;
  part_rows_.clear();
  for (const PartId part : parts_) part_rows_.push_back(row_of(part));
  lowered_.clear();
  change_points_.clear();
  if (!plan_.by_priority) return;
  salt_ = random_.next();
  const auto within = static_cast<std::uint32_t>(std::min<std::uint64_t>(options_.depth, kNone));
  for (std::uint32_t i = 0; i < plan_.change_points; ++i) {
    change_points_.push_back(random_.below(within));
  }
  std::ranges::sort(change_points_, std::greater{});
}

bool RandomWalks::take_step(WalkTotals& totals) {
  if (change_cut(totals)) return true;
  for (unsigned attempt = 0; attempt < kAttempts; ++attempt) {
    const Choice choice = choose();
    if (choice.is_found && take(choice, totals)) return true;
  }
  if (groups_.empty()) return false;
  plan_.heal = kCertain;  // nothing is possible on either side
  return change_cut(totals);
}

// A cut begins or ends.
bool RandomWalks::change_cut(WalkTotals& totals) {
  if (groups_.empty()) {
    if (plan_.cut == 0 || !random_.chance(plan_.cut)) return false;
    if (options_.cuts && cuts_ >= *options_.cuts) {
      meet(options_.cuts_bound);
      plan_.cut = 0;
      return false;
    }
    cut();
    count(options_.cut_action, totals);
    if (recorded_ != nullptr) {
      recorded_->push_back({.kind = WalkStep::Kind::Cut, .groups = groups_});
    }
    return true;
  }
  if (!random_.chance(plan_.heal)) return false;
  groups_.clear();
  count(options_.heal_action, totals);
  if (recorded_ != nullptr) recorded_->push_back({.kind = WalkStep::Kind::Heal});
  return true;
}

// Two groups, neither of them empty.
void RandomWalks::cut() {
  ++cuts_;
  groups_.assign(parts_.size(), 0);
  for (std::uint8_t& group : groups_) group = static_cast<std::uint8_t>(random_.below(2));
  if (std::ranges::all_of(groups_, [&](std::uint8_t group) { return group == groups_[0]; })) {
    groups_[random_.below(static_cast<std::uint32_t>(groups_.size()))] ^= 1U;
  }
}

RandomWalks::Choice RandomWalks::choose() {
  std::uint64_t internal = 0;
  for (const std::uint32_t row : part_rows_) {
    bounds_met_ |= rows_[row].bounds;
    for (EdgeId id = rows_[row].first; id < rows_[row].last; ++id) {
      internal += plan_.weights[edges_[id].action];
    }
  }
  std::uint64_t deliver = 0;
  if (!flying_.empty()) {
    deliver = plan_.deliver_weight;
    if (plan_.weighs_each_message) deliver *= flying_.size();
  }
  const std::uint64_t all = std::min<std::uint64_t>(internal + deliver, kNone);
  if (all == 0) return {};
  const std::uint64_t drawn = random_.below(static_cast<std::uint32_t>(all));
  return drawn < internal ? choose_internal(drawn) : choose_delivery();
}

RandomWalks::Choice RandomWalks::choose_internal(std::uint64_t drawn) {
  for (std::uint32_t part = 0;; ++part) {
    const Row& row = rows_[part_rows_[part]];
    for (EdgeId id = row.first; id < row.last; ++id) {
      const std::uint64_t weight = plan_.weights[edges_[id].action];
      if (drawn >= weight) {
        drawn -= weight;
        continue;
      }
      if (plan_.by_priority) return first_by_priority(edges_[id].action);
      return {.is_found = true, .part = part, .label = labels_[id], .edge = edges_[id]};
    }
  }
}

RandomWalks::Choice RandomWalks::first_by_priority(std::uint16_t action) {
  Choice choice;
  std::uint64_t highest = 0;
  for (std::uint32_t part = 0; part < parts_.size(); ++part) {
    const Row& row = rows_[part_rows_[part]];
    for (EdgeId id = row.first; id < row.last; ++id) {
      if (edges_[id].action != action) continue;
      const std::uint64_t found = priority(actor_of(action, part));
      if (found < highest) continue;
      highest = found;
      choice = {.is_found = true, .part = part, .label = labels_[id], .edge = edges_[id]};
    }
  }
  lower_if_due(actor_of(action, choice.part));
  return choice;
}

RandomWalks::Choice RandomWalks::choose_delivery() {
  const std::size_t position = plan_.by_priority ? position_by_priority() : position_of_message();
  if (position == kNoFlying) return {};
  const Flying& flying = flying_[position];
  if (!groups_.empty() && groups_[flying.from] != groups_[flying.to]) return {};
  return {.is_found = true,
          .part = flying.to,
          .edge = delivery(parts_[flying.to], flying.message),
          .flying = position};
}

std::size_t RandomWalks::first_on_link(std::size_t position) const {
  const Flying& wanted = flying_[position];
  std::size_t first = 0;
  while (flying_[first].from != wanted.from || flying_[first].to != wanted.to) ++first;
  return first;
}

// Each message of the link at `position` is as likely as the other.
std::size_t RandomWalks::any_on_link(std::size_t position) {
  const Flying wanted = flying_[position];
  std::uint32_t seen = 0;
  for (std::size_t i = position; i < flying_.size(); ++i) {
    if (flying_[i].from != wanted.from || flying_[i].to != wanted.to) continue;
    if (random_.below(++seen) == 0) position = i;
  }
  return position;
}

std::size_t RandomWalks::position_of_message() {
  const auto size = static_cast<std::uint32_t>(flying_.size());
  if (options_.network == WalkNetwork::Any) {
    if (size <= kLatest || random_.chance(kCertain / 2)) return random_.below(size);
    return size - 1 - random_.below(kLatest);
  }
  const std::size_t position = random_.below(size);
  const bool takes_any = options_.network == WalkNetwork::Unordered && plan_.reorder != 0 &&
                         random_.chance(plan_.reorder);
  return takes_any ? position : first_on_link(position);
}

std::size_t RandomWalks::position_by_priority() {
  std::size_t position = kNoFlying;
  std::uint64_t highest = 0;
  for (std::size_t i = 0; i < flying_.size(); ++i) {
    const Flying& flying = flying_[i];
    if (!groups_.empty() && groups_[flying.from] != groups_[flying.to]) continue;
    const std::uint64_t found = priority(actor_of({flying.from, flying.to}));
    if (position != kNoFlying && found <= highest) continue;  // the oldest of its link
    highest = found;
    position = i;
  }
  if (position == kNoFlying) return position;
  lower_if_due(actor_of({flying_[position].from, flying_[position].to}));
  const bool takes_any =
      options_.network == WalkNetwork::Any ||
      (options_.network == WalkNetwork::Unordered && random_.chance(plan_.reorder));
  return takes_any ? any_on_link(position) : position;
}

std::uint64_t RandomWalks::priority(std::uint64_t actor) const {
  const auto found = std::ranges::find(lowered_, actor);
  if (found != lowered_.end()) return static_cast<std::uint64_t>(lowered_.end() - found);
  return mixed(salt_ ^ mixed(actor + 1)) | (std::uint64_t{1} << 63U);
}

void RandomWalks::lower_if_due(std::uint64_t actor) {
  if (change_points_.empty() || steps_ < change_points_.back()) return;
  change_points_.pop_back();
  std::erase(lowered_, actor);
  lowered_.push_back(actor);
}

bool RandomWalks::take(const Choice& choice, WalkTotals& totals) {
  const Edge& edge = choice.edge;
  if (edge.next == kNone) {
    if (edge.cut_off_by != 0) meet(static_cast<std::uint16_t>(edge.cut_off_by - 1));
    return false;
  }
  if (!fits(edge, choice)) {
    meet(options_.inflight_bound);
    return false;
  }
  if (recorded_ != nullptr) {
    recorded_->push_back(
        {.kind = WalkStep::Kind::Internal, .part = choice.part, .label = choice.label});
  }
  if (choice.flying != kNoFlying) receive(choice);
  count(edge.action, totals);
  const bool changes = move(choice, totals);
  if (changes) __builtin_prefetch(checked_place());
  send(edge);
  violation_ = edge.violation;
  if (!changes) return true;
  const std::uint32_t broken = check_state();
  if (broken != 0 && (violation_ == 0 || broken < violation_)) violation_ = broken;
  return true;
}

// Whether there is room for what the step sends; what may be lost needs none.
bool RandomWalks::fits(const Edge& edge, const Choice& choice) const {
  if (options_.network == WalkNetwork::Any || !options_.inflight || !options_.losses) return true;
  const std::size_t room =
      *options_.inflight - flying_.size() + (choice.flying == kNoFlying ? 0 : 1);
  return edge.sends_count <= room + (*options_.losses - losses_);
}

// Puts the part into its next state. Whether that is another one.
bool RandomWalks::move(const Choice& choice, WalkTotals& totals) {
  const PartId before = parts_[choice.part];
  const Edge& edge = choice.edge;
  if (model_.numbered_action() == edge.action) {
    ++serial_;
    for (std::size_t i = 0; i < parts_.size(); ++i) part_rows_[i] = row_of(parts_[i]);
  }
  if (edge.next == before) return false;
  if (edge.reads_record) {
    const PartModel::Observed& found = observed(before, edge);
    record_id_ = found.record;
    totals.witnesses |= found.witnesses;
  } else {
    totals.witnesses |= edge.witnesses;
  }
  parts_[choice.part] = edge.next;
  part_rows_[choice.part] = row_of(edge.next);
  return true;
}

const PartModel::Observed& RandomWalks::observed(PartId before, const Edge& edge) {
  const std::uint64_t key = pair_key(static_cast<std::uint32_t>(edge.witnesses), record_id_);
  if (const std::uint32_t* known = observed_index_.find(key)) return observed_[*known];
  observed_.push_back(model_.observe(record_id_, before, edge.next, edge.action));
  observed_index_.insert(key, static_cast<std::uint32_t>(observed_.size() - 1));
  return observed_.back();
}

// Takes the message off the network, or leaves a copy there.
void RandomWalks::receive(const Choice& choice) {
  const Flying flying = flying_[choice.flying];
  bool keeps_copy = false;
  if (plan_.duplicate != 0 && random_.chance(plan_.duplicate)) {
    keeps_copy = !options_.duplicates || duplicates_ < *options_.duplicates;
    if (!keeps_copy) meet(options_.duplicates_bound);
    // Without its place, all that the step sends must find another.
    keeps_copy = keeps_copy && fits(choice.edge, {});
    if (keeps_copy) ++duplicates_;
  }
  if (recorded_ != nullptr) {
    WalkStep& step = recorded_->back();
    step.kind = WalkStep::Kind::Deliver;
    step.message = flying.message;
    step.sent_at = flying.sent_at;
    step.keep_copy = keeps_copy;
  }
  if (keeps_copy || options_.network == WalkNetwork::Any) return;
  flying_.erase(flying_.begin() + static_cast<std::ptrdiff_t>(choice.flying));
}

// Called after the step is counted, so that steps_ is its number.
void RandomWalks::send(const Edge& edge) {
  if (edge.sends == kNoSends) return;
  const std::span<const MessageId> messages = model_.sends(edge.sends);
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const Link link = model_.link(messages[i]);
    if (!groups_.empty() && groups_[link.from] != groups_[link.to]) continue;  // into the cut
    if (options_.network == WalkNetwork::Any) {
      if (messages[i] >= sent_in_.size()) sent_in_.resize(messages[i] + 1);
      if (std::exchange(sent_in_[messages[i]], run_) == run_) continue;
    } else if (loses()) {
      ++losses_;
      if (recorded_ != nullptr) recorded_->back().lost.push_back(i);
      continue;
    }
    flying_.push_back({messages[i], static_cast<std::uint16_t>(link.from),
                       static_cast<std::uint16_t>(link.to), static_cast<std::uint32_t>(steps_)});
  }
}

// Whether the network loses the next message.
bool RandomWalks::loses() {
  if (options_.inflight && flying_.size() >= *options_.inflight) {
    meet(options_.inflight_bound);
    return true;
  }
  if (plan_.loss == 0 || !random_.chance(plan_.loss)) return false;
  if (!may_lose()) meet(options_.losses_bound);
  return may_lose();
}

void RandomWalks::count(std::uint16_t action, WalkTotals& totals) {
  ++steps_;
  ++totals.action_counts[action];
  const std::optional<std::uint32_t>& budget = options_.budgets[action];
  if (!budget || ++spent_[action] < *budget) return;
  meet(options_.budget_bounds[action]);
  plan_.weights[action] = 0;
}

std::uint32_t RandomWalks::row_of(PartId part) {
  if (part >= row_of_part_.size()) row_of_part_.resize(part + 1, kNone);
  if (row_of_part_[part] < kNumbered) return row_of_part_[part];
  if (row_of_part_[part] == kNone) {
    row_of_part_[part] = model_.has_numbered_step(part) ? kNumbered : add_row(part, 0);
    if (row_of_part_[part] != kNumbered) return row_of_part_[part];
  }
  const std::uint64_t key = pair_key(part, serial_);
  if (const std::uint32_t* known = numbered_rows_.find(key)) return *known;
  const std::uint32_t row = add_row(part, serial_);
  numbered_rows_.insert(key, row);
  return row;
}

std::uint32_t RandomWalks::add_row(PartId part, std::uint32_t serial) {
  scratch_.clear();
  model_.internal_steps(part, serial, scratch_);
  Row row{.first = static_cast<EdgeId>(edges_.size())};
  for (const Step& step : scratch_) {
    if (step.next != kNone) {
      edges_.push_back(edge_of(part, step));
      labels_.push_back(step.label);
    } else if (step.cut_off_by != 0) {
      row.bounds |= std::uint64_t{1} << (step.cut_off_by - 1U);
    }
  }
  row.last = static_cast<EdgeId>(edges_.size());
  rows_.push_back(row);
  return static_cast<std::uint32_t>(rows_.size() - 1);
}

// Where the key is, or where it would go.
std::size_t RandomWalks::place_of(std::uint64_t key) const {
  const std::size_t mask = deliveries_.size() - 1;
  std::size_t place = mixed(key) & mask;
  while (deliveries_[place].key != key && deliveries_[place].key != kNoKey) {
    place = (place + 1) & mask;
  }
  return place;
}

const RandomWalks::Edge& RandomWalks::delivery(PartId part, MessageId message) {
  const std::uint64_t key = pair_key(part, message);
  std::size_t place = place_of(key);
  if (deliveries_[place].key == key) return deliveries_[place].edge;
  if (++delivery_count_ * 2 > deliveries_.size()) {
    grow_deliveries();
    place = place_of(key);
  }
  deliveries_[place] = {key, edge_of(part, model_.deliver(part, message))};
  return deliveries_[place].edge;
}

void RandomWalks::grow_deliveries() {
  Deliveries old(deliveries_.size() * 2);
  old.swap(deliveries_);
  for (const Delivery& delivery : old) {
    if (delivery.key != kNoKey) deliveries_[place_of(delivery.key)] = delivery;
  }
}

RandomWalks::Edge RandomWalks::edge_of(PartId part, const Step& step) {
  Edge edge{.next = step.next,
            .sends = step.sends,
            .witnesses = step.witnesses,
            .action = step.action,
            .violation = static_cast<std::uint16_t>(step.violation),
            .sends_count = static_cast<std::uint8_t>(model_.sends(step.sends).size()),
            .cut_off_by = static_cast<std::uint8_t>(step.cut_off_by)};
  if (step.next != kNone && step.next != part && model_.reads_record(part, step)) {
    edge.reads_record = true;
    edge.witnesses = record_edges_++;
  }
  return edge;
}

// Where the state would be among those lately checked.
std::uint32_t* RandomWalks::checked_place() {
  std::uint64_t hash = record_id_;
  for (const PartId part : parts_) hash = (hash ^ part) * 0x9e3779b97f4a7c15ULL + (hash >> 32U);
  return &checked_[(mixed(hash) & (kCheckedPlaces - 1)) * (parts_.size() + 1)];
}

std::uint32_t RandomWalks::check_state() {
  std::uint32_t* place = checked_place();
  if (place[0] == record_id_ && std::equal(parts_.begin(), parts_.end(), place + 1)) return 0;
  ++states_checked_;
  const std::uint32_t violation = model_.check(parts_, record_id_);
  if (violation != 0) return violation;
  place[0] = record_id_;
  std::ranges::copy(parts_, place + 1);
  return 0;
}

std::size_t RandomWalks::bytes() const {
  constexpr std::size_t kIndexBytes = 24;  // of a FlatMap, for each key
  return edges_.size() * (sizeof(Edge) + sizeof(std::uint32_t)) + rows_.size() * sizeof(Row) +
         row_of_part_.size() * sizeof(std::uint32_t) + numbered_rows_.size() * kIndexBytes +
         deliveries_.size() * sizeof(Delivery) +
         observed_.size() * (sizeof(PartModel::Observed) + kIndexBytes) +
         checked_.size() * sizeof(std::uint32_t) + model_.bytes();
}

}  // namespace engine
