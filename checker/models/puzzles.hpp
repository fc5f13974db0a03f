// Puzzles for one player, whose counts everybody knows: no messages, no symmetry, every move from
// every position. With a goal, to reach it is a violation, so that the search finds a shortest
// solution.
#pragma once

#include <memory>

#include "checker/engine/interner.hpp"
#include "checker/models/runnable_model.hpp"

namespace models {

class Puzzle : public RunnableModel {
 public:
  using Position = std::vector<std::uint8_t>;
  struct Move {
    std::uint32_t number = 0;  // of the puzzle's own
    Position to;
  };

  engine::HalfId initial() override { return initial_; }
  std::uint32_t initial_violation() override { return violation_at(positions_[initial_]); }
  void internal_steps(engine::HalfId half, std::vector<engine::Step>& steps) override;
  engine::Step deliver(engine::HalfId, engine::MessageId, unsigned) override { return {}; }
  [[nodiscard]] std::span<const engine::MessageId> sends(engine::SendsId) const override {
    return {};
  }
  [[nodiscard]] std::size_t message_count() const override { return 0; }
  [[nodiscard]] engine::Link link(engine::MessageId) const override { return {}; }
  [[nodiscard]] const std::vector<std::string>& action_names() const override;
  [[nodiscard]] const std::vector<std::string>& bound_names() const override;

  [[nodiscard]] engine::Order order() const override { return engine::Order::Unordered; }
  [[nodiscard]] const std::vector<std::string>& property_names() const override;
  [[nodiscard]] std::string step_text(const engine::PathStep& step) const override {
    return move_text(step.label);
  }
  [[nodiscard]] std::string half_text(engine::HalfId half) const override {
    return position_text(positions_[half]);
  }

 protected:
  using View = std::span<const std::uint8_t>;

  void start_at(const Position& position) { initial_ = positions_.intern(position).id; }
  // Every move from the position, those that change nothing included.
  virtual void add_moves(View position, std::vector<Move>& moves) const = 0;
  [[nodiscard]] virtual bool is_goal(View position) const = 0;
  [[nodiscard]] virtual std::string move_text(std::uint32_t number) const = 0;
  [[nodiscard]] virtual std::string position_text(View position) const = 0;

 private:
  [[nodiscard]] std::uint32_t violation_at(View position) const {
    return is_goal(position) ? 1 : 0;
  }

  engine::SequenceInterner<std::uint8_t> positions_;
  engine::HalfId initial_ = engine::kNone;
};

// Two jugs without marks, a tap and a drain. The goal is to have `goal` gallons in one of them
// (0: no goal). With 3 and 5 gallons 16 positions can be reached; 4 gallons take 6 moves.
struct JugsOptions {
  std::uint8_t small = 3;
  std::uint8_t big = 5;
  std::uint8_t goal = 0;
};
std::unique_ptr<Puzzle> make_jugs(const JugsOptions& options);

// Discs on three pegs, none on a smaller one; the goal is to have all of them on the last peg.
// 3^discs positions, the farthest of which take 2^discs - 1 moves.
struct HanoiOptions {
  std::uint8_t discs = 7;
  bool has_goal = false;
};
std::unique_ptr<Puzzle> make_hanoi(const HanoiOptions& options);

// Numbered tiles on a board with one gap, into which a tile beside it slides. Half of the
// arrangements can be reached: on a board of 3 by 3, 181,440, the farthest of which take 31 moves.
struct TilesOptions {
  std::uint8_t rows = 3;
  std::uint8_t columns = 3;
};
std::unique_ptr<Puzzle> make_tiles(const TilesOptions& options);

}  // namespace models
