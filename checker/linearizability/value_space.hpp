// The values that an object can have, as far as anybody could tell them apart.
//
// Answers mention few values: what reads saw, what a cas expected. These are the `sights`, sorted.
// A value of a register is one of them, or it is no sight, and then nothing more need be known of
// it: every value that nobody looked for is the same. Text that grows is a sight's beginning, or
// else no answer can ever be explained by it until something else is put in its place, so that all
// such texts are the same too. Sights that begin alike stand side by side, so a state is a range of
// sights and a length: 12 bytes, however long the text, and equal only if the texts are.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <vector>

#include "checker/linearizability/timeline.hpp"

namespace linearizability {

using Sight = std::uint32_t;
inline constexpr Sight kNoSight = std::numeric_limits<Sight>::max();

struct State {
  // The sights in [first, last) begin with it; none: nobody can tell what it is.
  Sight first = 0;
  Sight last = 0;
  std::uint32_t length = 0;  // of the text; 1 in a register
  bool operator==(const State&) const = default;
};

class ValueSpace {
 public:
  ValueSpace(Model model, const Timeline& timeline);

  [[nodiscard]] std::size_t sights() const { return lengths_.size(); }
  [[nodiscard]] State initial() const { return initial_; }

  // What a task looks for, and how: kNoSight if it takes effect whatever is there.
  [[nodiscard]] Sight sight_of(std::uint32_t task) const { return meanings_[task].sight; }
  [[nodiscard]] bool wants_other(std::uint32_t task) const { return meanings_[task].wants_other; }
  // Whether its answer can be given now; without an answer: whether it would do anything.
  [[nodiscard]] bool fits(std::uint32_t task, const State& state) const;

  [[nodiscard]] bool overwrites(std::uint32_t task) const {  // whatever was there
    return meanings_[task].effect == Effect::Set && meanings_[task].sight == kNoSight;
  }
  [[nodiscard]] bool changes(std::uint32_t task) const {
    return meanings_[task].effect != Effect::None;
  }
  [[nodiscard]] bool appends(std::uint32_t task) const {
    return meanings_[task].effect == Effect::Append;
  }
  // What Write and Cas leave behind: the sights that can come of it.
  [[nodiscard]] std::optional<State> set_by(std::uint32_t task) const;
  [[nodiscard]] State after(std::uint32_t task, const State& state) const;
  // Tasks with the same number do the same.
  [[nodiscard]] std::uint32_t deed_of(std::uint32_t task) const { return meanings_[task].deed; }

 private:
  enum class Effect : std::uint8_t { None, Set, Append };
  struct Meaning {
    Sight sight = kNoSight;
    bool wants_other = false;
    Effect effect = Effect::None;
    State set{};
    std::string_view appended{};
    std::uint32_t deed = 0;
  };

  void collect_sights(const Timeline& timeline);
  void number_deeds(const Timeline& timeline);
  [[nodiscard]] Meaning meaning_of(const Task& task) const;
  [[nodiscard]] State state_of(const Value& value) const;
  [[nodiscard]] State appended(const State& state, std::string_view text) const;

  Model model_;
  std::vector<Value> values_;  // of the sights
  std::vector<std::uint32_t> lengths_;
  State initial_;
  std::vector<Meaning> meanings_;
};

}  // namespace linearizability
