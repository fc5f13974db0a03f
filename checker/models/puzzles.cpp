#include "checker/models/puzzles.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>

namespace models {

void Puzzle::internal_steps(engine::HalfId half, std::vector<engine::Step>& steps) {
  std::vector<Move> moves;
  add_moves(positions_[half], moves);
  for (const Move& move : moves) {
    steps.push_back({.next = positions_.intern(move.to).id,
                     .label = move.number,
                     .violation = violation_at(move.to)});
  }
}

const std::vector<std::string>& Puzzle::action_names() const {
  static const std::vector<std::string> kNames = {"move"};
  return kNames;
}

const std::vector<std::string>& Puzzle::bound_names() const {
  static const std::vector<std::string> kNames;
  return kNames;
}

const std::vector<std::string>& Puzzle::property_names() const {
  static const std::vector<std::string> kNames = {"NotSolved"};
  return kNames;
}

namespace {

class Jugs final : public Puzzle {
 public:
  explicit Jugs(const JugsOptions& options) : options_(options) { start_at({0, 0}); }

 private:
  void add_moves(View jugs, std::vector<Move>& moves) const override {
    const std::uint8_t small = jugs[0];
    const std::uint8_t big = jugs[1];
    const auto to_big = std::min<int>(small, options_.big - big);
    const auto to_small = std::min<int>(big, options_.small - small);
    const auto add = [&moves](int new_small, int new_big) {
      moves.push_back({static_cast<std::uint32_t>(moves.size()),
                       {static_cast<std::uint8_t>(new_small), static_cast<std::uint8_t>(new_big)}});
    };
    add(options_.small, big);  // in the order of move_text()
    add(small, options_.big);
    add(0, big);
    add(small, 0);
    add(small - to_big, big + to_big);
    add(small + to_small, big - to_small);
  }
  [[nodiscard]] bool is_goal(View jugs) const override {
    return options_.goal != 0 && std::ranges::count(jugs, options_.goal) > 0;
  }
  [[nodiscard]] std::string move_text(std::uint32_t number) const override {
    constexpr std::array kTexts = {"fill the small jug",          "fill the big jug",
                                   "empty the small jug",         "empty the big jug",
                                   "pour the small into the big", "pour the big into the small"};
    return kTexts.at(number);
  }
  [[nodiscard]] std::string position_text(View jugs) const override {
    return fmt::format("small jug: {} of {}\nbig jug: {} of {}\n", jugs[0], options_.small, jugs[1],
                       options_.big);
  }

  JugsOptions options_;
};

// A position: the peg of each disc, the smallest disc first.
class Hanoi final : public Puzzle {
 public:
  explicit Hanoi(const HanoiOptions& options) : options_(options) {
    start_at(Position(options.discs, 0));
  }

 private:
  static constexpr std::uint8_t kPegs = 3;

  void add_moves(View pegs, std::vector<Move>& moves) const override {
    for (std::uint8_t from = 0; from < kPegs; ++from) {
      const auto top = std::ranges::find(pegs, from);
      if (top == pegs.end()) continue;
      for (std::uint8_t to = 0; to < kPegs; ++to) {
        if (to == from || std::find(pegs.begin(), top, to) != top) continue;
        Position after(pegs.begin(), pegs.end());
        after[static_cast<std::size_t>(top - pegs.begin())] = to;
        moves.push_back({std::uint32_t{from} * kPegs + to, std::move(after)});
      }
    }
  }
  [[nodiscard]] bool is_goal(View pegs) const override {
    return options_.has_goal &&
           std::ranges::all_of(pegs, [](std::uint8_t peg) { return peg == kPegs - 1; });
  }
  [[nodiscard]] std::string move_text(std::uint32_t number) const override {
    return fmt::format("peg {} to peg {}", number / kPegs + 1, number % kPegs + 1);
  }
  [[nodiscard]] std::string position_text(View pegs) const override {
    std::string text;
    for (std::uint8_t peg = 0; peg < kPegs; ++peg) {
      text += fmt::format("peg {}:", peg + 1);
      for (std::size_t disc = pegs.size(); disc-- > 0;) {
        if (pegs[disc] == peg) text += fmt::format(" {}", disc + 1);
      }
      text += "\n";
    }
    return text;
  }

  HanoiOptions options_;
};

// A position: the tile on each square, row by row; 0 is the gap.
class Tiles final : public Puzzle {
 public:
  explicit Tiles(const TilesOptions& options) : options_(options) {
    Position position(std::size_t{options.rows} * options.columns);
    std::iota(position.begin(), position.end(), std::uint8_t{0});
    start_at(position);
  }

 private:
  void add_moves(View tiles, std::vector<Move>& moves) const override {
    const std::size_t columns = options_.columns;
    const auto gap = static_cast<std::size_t>(std::ranges::find(tiles, 0) - tiles.begin());
    const auto slide = [&](std::size_t from) {
      Position after(tiles.begin(), tiles.end());
      std::swap(after[gap], after[from]);
      moves.push_back({tiles[from], std::move(after)});
    };
    if (gap >= columns) slide(gap - columns);
    if (gap + columns < tiles.size()) slide(gap + columns);
    if (gap % columns > 0) slide(gap - 1);
    if (gap % columns + 1 < columns) slide(gap + 1);
  }
  [[nodiscard]] bool is_goal(View) const override { return false; }
  [[nodiscard]] std::string move_text(std::uint32_t number) const override {
    return fmt::format("slide tile {}", number);
  }
  [[nodiscard]] std::string position_text(View tiles) const override {
    std::string text;
    for (std::size_t square = 0; square < tiles.size(); ++square) {
      text += tiles[square] == 0 ? "  ." : fmt::format("{:3}", tiles[square]);
      if ((square + 1) % options_.columns == 0) text += "\n";
    }
    return text;
  }

  TilesOptions options_;
};

}  // namespace

std::unique_ptr<Puzzle> make_jugs(const JugsOptions& options) {
  return std::make_unique<Jugs>(options);
}
std::unique_ptr<Puzzle> make_hanoi(const HanoiOptions& options) {
  return std::make_unique<Hanoi>(options);
}
std::unique_ptr<Puzzle> make_tiles(const TilesOptions& options) {
  return std::make_unique<Tiles>(options);
}

}  // namespace models
