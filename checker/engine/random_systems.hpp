// Random systems with messages, and random networks for them.
#pragma once

#include <rapidcheck.h>

#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "checker/engine/counting_search.hpp"
#include "checker/engine/toy_models.hpp"

namespace engine::toy {

// Decisions read from random bytes; zeros when they run out, so that shrinking makes systems small.
class Dice {
 public:
  explicit Dice(std::vector<std::uint8_t> rolls) : rolls_(std::move(rolls)) {}
  unsigned roll(unsigned sides) { return at_ < rolls_.size() ? rolls_[at_++] % sides : 0; }

 private:
  std::vector<std::uint8_t> rolls_;
  std::size_t at_ = 0;
};

inline Dice any_dice() {
  return Dice(*rc::gen::container<std::vector<std::uint8_t>>(
                   400, rc::gen::resize(100, rc::gen::arbitrary<std::uint8_t>()))
                   .as("dice"));
}

struct Shape {
  unsigned halves = 1;
  unsigned messages = 1;
  unsigned violating = 0;  // of 16 steps, about so many violate something
  unsigned outside = 0;    // of 16 steps, about so many lead outside
};

inline Table::Entry any_entry(Dice& dice, const Shape& shape) {
  Table::Entry entry;
  entry.next = dice.roll(shape.halves);
  for (unsigned left = dice.roll(4); left > 0; --left) {
    entry.sends.push_back(dice.roll(shape.messages));
  }
  if (dice.roll(16) < shape.violating) entry.violation = 1 + dice.roll(3);
  entry.is_outside = dice.roll(16) < shape.outside;
  entry.consumes = dice.roll(6) != 1;
  return entry;
}

enum class Constraint : bool { None, Some };

inline Table any_table(Dice& dice, bool violating, Constraint constraint = Constraint::None) {
  const Shape shape{.halves = 1 + dice.roll(8),
                    .messages = 1 + dice.roll(4),
                    .violating = violating ? 2U : 0U,
                    .outside = constraint == Constraint::Some ? dice.roll(4) : 0U};
  Table table;
  table.losses = dice.roll(3);
  table.copies = dice.roll(2);
  for (unsigned message = 0; message < shape.messages; ++message) {
    table.links.push_back({dice.roll(2), dice.roll(2)});
  }
  // In any order, not only in one that is wise.
  for (unsigned half = 0; half < shape.halves; ++half) table.progress.push_back(dice.roll(5));
  for (unsigned half = 0; half < shape.halves; ++half) {
    auto& internal = table.internal.emplace_back();
    for (unsigned left = 1 + dice.roll(3); left > 0; --left) {
      internal.push_back(any_entry(dice, shape));
    }
    auto& reactions = table.reactions.emplace_back();
    for (unsigned message = 0; message < shape.messages; ++message) {
      const bool is_possible = dice.roll(5) != 0;
      const Table::Entry entry = any_entry(dice, shape);
      reactions.push_back(is_possible ? std::optional(entry) : std::nullopt);
    }
  }
  return table;
}

inline CountingOptions any_options(Dice& dice) {
  constexpr std::array<Loss, 3> kLosses{Loss::None, Loss::Free, Loss::Budgeted};
  constexpr std::array<Order, 3> kNetworks{Order::Unordered, Order::PerLink, Order::Once};
  CountingOptions options;
  options.order = kNetworks[dice.roll(3)];
  options.loss = kLosses[dice.roll(3)];
  options.inflight = 1 + dice.roll(4);
  if (options.order == Order::Once) {
    options.loss = Loss::None;
    options.inflight = kUnlimited;
  }
  options.inflight_bound = kInflightBound;
  options.loss_bound = kLossBound;
  options.threads = 1 + dice.roll(3);
  if (options.order != Order::Once && dice.roll(2) == 0) {
    options.store = Store::Fingerprint;
    options.fingerprint_seed = dice.roll(100);
  }
  return options;
}

}  // namespace engine::toy
