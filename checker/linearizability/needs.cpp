#include "checker/linearizability/needs.hpp"

#include <algorithm>

namespace linearizability {
namespace {

constexpr std::uint32_t kWordBits = 64;

void set_bit(std::vector<std::uint64_t>& bits, std::uint32_t place, bool value) {
  const std::uint64_t bit = std::uint64_t{1} << (place % kWordBits);
  std::uint64_t& word = bits[place / kWordBits];
  word = value ? word | bit : word & ~bit;
}

// Those of the word's bits whose places are in [first, last).
std::uint64_t clipped(std::uint64_t word, std::size_t index, std::size_t first, std::size_t last) {
  const std::size_t base = index * kWordBits;
  if (first > base) word &= ~std::uint64_t{0} << (first - base);
  if (last < base + kWordBits) word &= (std::uint64_t{1} << (last - base)) - 1;
  return word;
}

bool any_within(const std::vector<std::uint64_t>& bits, std::size_t first, std::size_t last) {
  for (std::size_t index = first / kWordBits; index * kWordBits < last; ++index) {
    if (clipped(bits[index], index, first, last) != 0) return true;
  }
  return false;
}

bool all_within(const std::vector<std::uint64_t>& bits, std::size_t first, std::size_t last) {
  return !any_within(bits, 0, first) && !any_within(bits, last, bits.size() * kWordBits);
}

}  // namespace

Needs::Needs(const Timeline& timeline, const ValueSpace& space)
    : timeline_(timeline),
      space_(space),
      of_(space.sights()),
      source_spots_(timeline.size()),
      witness_spots_(timeline.size(), Timeline::kNone),
      is_placed_(timeline.size()),
      live_((space.sights() + kWordBits - 1) / kWordBits),
      urgent_(live_.size()) {
  std::vector<std::uint32_t> by_call;
  for (const Timeline::Event& event : timeline.events()) {
    if (!event.is_return) by_call.push_back(event.task);
  }
  for (const std::uint32_t task : by_call) note(task);
  for (const Timeline::Event& event : timeline.events()) {
    const Sight sight = space_.sight_of(event.task);
    if (!event.is_return || sight == kNoSight || space_.wants_other(event.task)) continue;
    Queue& witnesses = of_[sight].witnesses;
    witness_spots_[event.task] = static_cast<std::uint32_t>(witnesses.tasks.size());
    witnesses.tasks.push_back(event.task);
  }
  for (Sight sight = 0; sight < of_.size(); ++sight) judge(sight);
}

void Needs::note(std::uint32_t task) {
  count(task, false);
  const auto set = space_.set_by(task);
  if (!set) return;
  for (Sight sight = set->first; sight < set->last; ++sight) {
    std::vector<std::uint32_t>& sources = of_[sight].sources.tasks;
    source_spots_[task].push_back({sight, static_cast<std::uint32_t>(sources.size())});
    sources.push_back(task);
  }
}

// Counts the task among those that look for a sight, or no more.
void Needs::count(std::uint32_t task, bool is_placed) {
  const Sight sight = space_.sight_of(task);
  if (sight == kNoSight) return;
  const std::uint32_t step = is_placed ? ~std::uint32_t{0} : 1;  // by one, up or down
  of_[sight].open += step;
  set_bit(live_, sight, of_[sight].open != 0);
  if (!timeline_.task(task).is_answered) return;
  open_ += is_placed ? ~std::size_t{0} : 1;
  if (space_.wants_other(task)) open_others_ += is_placed ? ~std::size_t{0} : 1;
}

void Needs::advance(Queue& queue) const {
  while (queue.front < queue.tasks.size() && is_placed_[queue.tasks[queue.front]]) ++queue.front;
}

// Whether the one that saw it and returns first can wait for a source: one that was invoked later
// than that return comes too late.
void Needs::judge(Sight sight) {
  OfSight& of = of_[sight];
  advance(of.sources);
  advance(of.witnesses);
  bool is_urgent = of.witnesses.front < of.witnesses.tasks.size();
  if (is_urgent && of.sources.front < of.sources.tasks.size()) {
    const std::uint32_t source = of.sources.tasks[of.sources.front];
    const std::uint32_t witness = of.witnesses.tasks[of.witnesses.front];
    is_urgent = timeline_.call_of(source) > timeline_.return_of(witness);
  }
  set_bit(urgent_, sight, is_urgent);
}

void Needs::place(std::uint32_t task) {
  is_placed_[task] = true;
  count(task, true);
  for (const Spot& spot : source_spots_[task]) judge(spot.sight);
  if (witness_spots_[task] != Timeline::kNone) judge(space_.sight_of(task));
}

void Needs::take_back(std::uint32_t task) {
  is_placed_[task] = false;
  count(task, false);
  for (const Spot& spot : source_spots_[task]) {
    Queue& sources = of_[spot.sight].sources;
    sources.front = std::min<std::size_t>(sources.front, spot.place);
    judge(spot.sight);
  }
  if (witness_spots_[task] == Timeline::kNone) return;
  Queue& witnesses = of_[space_.sight_of(task)].witnesses;
  witnesses.front = std::min<std::size_t>(witnesses.front, witness_spots_[task]);
  judge(space_.sight_of(task));
}

bool Needs::is_live(const State& state) const { return any_within(live_, state.first, state.last); }

bool Needs::can_be_met(const State& state) const {
  return all_within(urgent_, state.first, state.last);
}

}  // namespace linearizability
