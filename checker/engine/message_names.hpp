// The messages under every renaming, each asked of the model once; and the renamings composed.
//
// Threads: any may ask anything. What is known is read without a lock.
#pragma once

#include <atomic>
#include <vector>

#include "checker/engine/half_graph.hpp"
#include "checker/engine/permutations.hpp"

namespace engine {

class MessageNames {
 public:
  // `symmetry`: nullptr where there is the identity alone.
  MessageNames(HalfGraph& graph, const Permutations* symmetry)
      : graph_(graph), symmetry_(symmetry), count_(symmetry == nullptr ? 1 : symmetry->size()) {
    // Beyond 6 servers nobody searches with symmetry, and the table would be large.
    if (count_ > kComposedMax) return;
    composed_ = std::vector<std::atomic<Renaming>>(count_ * count_);
    for (std::atomic<Renaming>& each : composed_) each.store(kNone, std::memory_order_relaxed);
  }

  [[nodiscard]] std::size_t renamings() const { return count_; }

  MessageId renamed(MessageId message, Renaming renaming) {
    return graph_.renamed(message, renaming);
  }
  [[nodiscard]] Renaming inverse(Renaming renaming) const {
    return renaming == 0 ? 0 : symmetry_->inverse(renaming);
  }
  // First p, then q.
  Renaming then(Renaming p, Renaming q) {
    if (p == 0) return q;
    if (q == 0) return p;
    if (composed_.empty()) return symmetry_->then(p, q);
    std::atomic<Renaming>& known = composed_[p * count_ + q];
    Renaming result = known.load(std::memory_order_relaxed);
    if (result == kNone) {
      result = symmetry_->then(p, q);
      known.store(result, std::memory_order_relaxed);
    }
    return result;
  }
  // Where a renaming takes the `slot`-th of the things that it permutes.
  [[nodiscard]] std::size_t image_of(std::size_t slot, Renaming renaming) const {
    return renaming == 0 ? slot : symmetry_->images(renaming)[slot];
  }

 private:
  static constexpr std::size_t kComposedMax = 720;

  HalfGraph& graph_;
  const Permutations* symmetry_;
  std::size_t count_;
  std::vector<std::atomic<Renaming>> composed_;  // by two renamings; kNone: not composed yet
};

}  // namespace engine
