#include "checker/lab/partitions.hpp"

#include <numeric>
#include <utility>

namespace lab {
namespace {

// 1..servers in any order.
std::vector<std::uint32_t> shuffled(std::uint32_t servers, engine::Random& dice) {
  std::vector<std::uint32_t> order(servers);
  std::iota(order.begin(), order.end(), 1);
  for (std::uint32_t left = servers; left > 1; --left) {
    std::swap(order[left - 1], order[dice.below(left)]);
  }
  return order;
}

// So many sides, none of them empty.
std::vector<std::uint32_t> draw_sides(std::uint32_t servers, std::uint32_t count,
                                      engine::Random& dice) {
  std::vector<std::uint32_t> sides(servers);
  const auto order = shuffled(servers, dice);
  for (std::uint32_t i = 0; i < servers; ++i) {
    sides[order[i] - 1] = i < count ? i : dice.below(count);
  }
  return sides;
}

// In a drawn order, each is open to those at most so many places away; in a circle, or in a row.
Links near(std::uint32_t servers, std::uint32_t places, bool is_circle, engine::Random& dice) {
  const auto order = shuffled(servers, dice);
  Links links(servers);
  for (std::uint32_t i = 0; i < servers; ++i) {
    for (std::uint32_t j = 0; j < servers; ++j) {
      const std::uint32_t apart = i < j ? j - i : i - j;
      const std::uint32_t distance = is_circle ? std::min(apart, servers - apart) : apart;
      if (distance > places) links.close(order[i], order[j]);
    }
  }
  return links;
}

Links bridge(std::uint32_t servers, std::uint32_t middle, engine::Random& dice) {
  // The sides of the others, none empty.
  const auto others = draw_sides(servers - 1, 2, dice);
  const auto side = [&](std::uint32_t id) { return others[id < middle ? id - 1 : id - 2]; };
  Links links(servers);
  for (std::uint32_t from = 1; from <= servers; ++from) {
    for (std::uint32_t to = 1; to <= servers; ++to) {
      if (from != middle && to != middle && side(from) != side(to)) links.close(from, to);
    }
  }
  return links;
}

Links one_way(std::uint32_t servers, engine::Random& dice) {
  const auto sides = draw_sides(servers, 2, dice);
  Links links(servers);
  for (std::uint32_t from = 1; from <= servers; ++from) {
    for (std::uint32_t to = 1; to <= servers; ++to) {
      if (sides[from - 1] == 0 && sides[to - 1] == 1) links.close(from, to);
    }
  }
  return links;
}

Links around(std::uint32_t servers, std::uint32_t victim, bool hears, bool is_heard) {
  Links links(servers);
  for (std::uint32_t other = 1; other <= servers; ++other) {
    if (other == victim) continue;
    if (!hears) links.close(other, victim);
    if (!is_heard) links.close(victim, other);
  }
  return links;
}

Links scattered(std::uint32_t servers, engine::Random& dice) {
  const auto first = shuffled(servers, dice);
  Links links(servers);
  links.close(first[0], first[1]);
  for (std::uint32_t from = 1; from <= servers; ++from) {
    for (std::uint32_t to = 1; to <= servers; ++to) {
      if (from != to && dice.below(3) == 0) links.close(from, to);
    }
  }
  return links;
}

}  // namespace

Links sides_apart(const std::vector<std::uint32_t>& sides) {
  const auto servers = static_cast<std::uint32_t>(sides.size());
  Links links(servers);
  for (std::uint32_t from = 1; from <= servers; ++from) {
    for (std::uint32_t to = 1; to <= servers; ++to) {
      if (sides[from - 1] != sides[to - 1]) links.close(from, to);
    }
  }
  return links;
}

Links partition(Shape shape, std::uint32_t servers, std::uint32_t victim, engine::Random& dice) {
  switch (shape) {
    case Shape::Split:
      return sides_apart(draw_sides(servers, 2, dice));
    case Shape::Thirds:
      return sides_apart(draw_sides(servers, 3, dice));
    case Shape::Bridge:
      return bridge(servers, victim, dice);
    case Shape::Chain:
      return near(servers, 1, false, dice);
    case Shape::Ring:
      // A circle of three is whole.
      if (servers < 4) return near(servers, 1, false, dice);
      return near(servers, (servers / 2 + 1) / 2, true, dice);
    case Shape::OneWay:
      return one_way(servers, dice);
    case Shape::Isolated:
      return around(servers, victim, false, false);
    case Shape::Deaf:
      return around(servers, victim, false, true);
    case Shape::Mute:
      return around(servers, victim, true, false);
    case Shape::Scattered:
      return scattered(servers, dice);
  }
  return Links(servers);
}

}  // namespace lab
