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
      witnesses_of_(timeline.size()),
      sources_left_(timeline.size()),
      is_placed_(timeline.size()),
      live_((space.sights() + kWordBits - 1) / kWordBits),
      urgent_(live_.size()) {
  for (std::uint32_t task = 0; task < timeline.size(); ++task) {
    count(task, false);
    if (is_witness(task)) of_[space_.sight_of(task)].witnesses.push_back(task);
  }
  find_sources();
  for (std::uint32_t task = 0; task < timeline.size(); ++task) {
    if (is_witness(task) && sources_left_[task] == 0) change_urgent(task, true);
  }
}

bool Needs::is_witness(std::uint32_t task) const {
  return timeline_.task(task).is_answered && space_.sight_of(task) != kNoSight &&
         !space_.wants_other(task);
}

// Of all that was set and had returned when a witness was invoked, one was invoked last. What had
// returned before that was gone by then.
void Needs::find_sources() {
  std::vector<std::uint32_t> last_set(timeline_.size());  // by witness: that invocation, or 0
  std::uint32_t last = 0;
  for (const Timeline::Event& event : timeline_.events()) {
    if (!event.is_return) {
      last_set[event.task] = last;
    } else if (space_.set_by(event.task)) {
      last = std::max(last, timeline_.call_of(event.task));
    }
  }
  for (std::uint32_t source = 0; source < timeline_.size(); ++source) {
    const State set = space_.set_by(source).value_or(State{});
    for (Sight sight = set.first; sight < set.last; ++sight) {
      for (const std::uint32_t witness : of_[sight].witnesses) {
        const bool is_in_time = timeline_.call_of(source) < timeline_.return_of(witness);
        if (!is_in_time || timeline_.return_of(source) < last_set[witness]) continue;
        witnesses_of_[source].push_back(witness);
        ++sources_left_[witness];
      }
    }
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

void Needs::change_urgent(std::uint32_t witness, bool is_more) {
  OfSight& of = of_[space_.sight_of(witness)];
  of.urgent += is_more ? 1 : ~std::uint32_t{0};
  set_bit(urgent_, space_.sight_of(witness), of.urgent != 0);
}

void Needs::place(std::uint32_t task) {
  if (is_witness(task) && sources_left_[task] == 0) change_urgent(task, false);
  is_placed_[task] = true;
  count(task, true);
  for (const std::uint32_t witness : witnesses_of_[task]) {
    if (--sources_left_[witness] == 0 && !is_placed_[witness]) change_urgent(witness, true);
  }
}

void Needs::take_back(std::uint32_t task) {
  for (const std::uint32_t witness : witnesses_of_[task]) {
    if (sources_left_[witness]++ == 0 && !is_placed_[witness]) change_urgent(witness, false);
  }
  is_placed_[task] = false;
  count(task, false);
  if (is_witness(task) && sources_left_[task] == 0) change_urgent(task, true);
}

bool Needs::is_live(const State& state) const { return any_within(live_, state.first, state.last); }

bool Needs::can_be_met(const State& state) const {
  return all_within(urgent_, state.first, state.last);
}

}  // namespace linearizability
