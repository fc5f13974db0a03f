// All permutations of n things, numbered; number 0 is the identity.
#pragma once

#include <algorithm>
#include <atomic>
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
    // Beyond 6 things nobody searches with symmetry, and the table would be large.
    if (size() <= kTabledMax) then_ = std::vector<std::atomic<Renaming>>(size() * size());
  }

  [[nodiscard]] std::size_t size() const { return images_.size(); }
  // images(p)[i] is what i becomes under p.
  [[nodiscard]] std::span<const std::uint8_t> images(Renaming p) const { return images_[p]; }
  [[nodiscard]] Renaming inverse(Renaming p) const { return inverse_[p]; }
  // First p, then q. Any thread may ask: each answer is remembered.
  [[nodiscard]] Renaming then(Renaming p, Renaming q) const {
    if (p == 0) return q;
    if (q == 0) return p;
    if (then_.empty()) return find_then(p, q);
    std::atomic<Renaming>& known = then_[p * size() + q];
    if (const Renaming answer = known.load(std::memory_order_relaxed); answer != 0) {
      return answer - 1;
    }
    const Renaming answer = find_then(p, q);
    known.store(answer + 1, std::memory_order_relaxed);
    return answer;
  }

 private:
  static constexpr std::size_t kTabledMax = 720;

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
  mutable std::vector<std::atomic<Renaming>> then_;  // by p and q: 1 + the answer; 0: not asked yet
};

}  // namespace engine
