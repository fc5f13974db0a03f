// All permutations of n things, numbered; number 0 is the identity.
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <numeric>
#include <span>
#include <vector>

#include "checker/engine/ids.hpp"

namespace engine {

class Permutations {
 public:
  // n! tables: meant for n <= 7. With n = 0 or 1 there is the identity alone. With `apart`, only
  // those that leave the first so many things among themselves: a group of its own.
  explicit Permutations(std::size_t n, std::size_t apart = 0) {
    std::vector<std::uint8_t> images(n);
    std::iota(images.begin(), images.end(), std::uint8_t{0});
    do {
      const auto is_first = [&](std::uint8_t image) { return image < apart; };
      if (!std::ranges::all_of(std::span(images).first(apart), is_first)) continue;
      numbers_.emplace(images, static_cast<Renaming>(images_.size()));
      images_.push_back(images);
    } while (std::ranges::next_permutation(images).found);
    inverse_.resize(size());
    for (Renaming p = 0; p < size(); ++p) inverse_[p] = find_inverse(p);
    if (size() > kTabledMax) return;
    then_.reserve(size() * size());
    for (Renaming p = 0; p < size(); ++p) {
      for (Renaming q = 0; q < size(); ++q) then_.push_back(find_then(p, q));
    }
  }

  [[nodiscard]] std::size_t size() const { return images_.size(); }
  // images(p)[i] is what i becomes under p.
  [[nodiscard]] std::span<const std::uint8_t> images(Renaming p) const { return images_[p]; }
  [[nodiscard]] Renaming inverse(Renaming p) const { return inverse_[p]; }
  // First p, then q.
  [[nodiscard]] Renaming then(Renaming p, Renaming q) const {
    return then_.empty() ? find_then(p, q) : then_[p * size() + q];
  }

 private:
  static constexpr std::size_t kTabledMax = 120;

  [[nodiscard]] Renaming find_then(Renaming p, Renaming q) const {
    std::vector<std::uint8_t> composed(images_[p].size());
    for (std::size_t i = 0; i < composed.size(); ++i) composed[i] = images_[q][images_[p][i]];
    return numbers_.at(composed);
  }
  [[nodiscard]] Renaming find_inverse(Renaming p) const {
    std::vector<std::uint8_t> inverse(images_[p].size());
    for (std::size_t i = 0; i < inverse.size(); ++i) {
      inverse[images_[p][i]] = static_cast<std::uint8_t>(i);
    }
    return numbers_.at(inverse);
  }

  std::vector<std::vector<std::uint8_t>> images_;
  std::map<std::vector<std::uint8_t>, Renaming> numbers_;
  std::vector<Renaming> inverse_;
  std::vector<Renaming> then_;  // by p and q, if they are few enough
};

}  // namespace engine
