// The messages under every renaming, each asked of the model once; and the renamings composed.
//
// Threads: any may ask anything. What is known is read without a lock.
#pragma once

#include "checker/engine/half_graph.hpp"
#include "checker/engine/permutations.hpp"

namespace engine {

class MessageNames {
 public:
  // `symmetry`: nullptr where there is the identity alone.
  MessageNames(HalfGraph& graph, const Permutations* symmetry)
      : graph_(graph), symmetry_(symmetry), count_(symmetry == nullptr ? 1 : symmetry->size()) {}

  [[nodiscard]] std::size_t renamings() const { return count_; }

  MessageId renamed(MessageId message, Renaming renaming) {
    return graph_.renamed(message, renaming);
  }
  [[nodiscard]] Renaming inverse(Renaming renaming) const {
    return renaming == 0 ? 0 : symmetry_->inverse(renaming);
  }
  // First p, then q.
  [[nodiscard]] Renaming then(Renaming p, Renaming q) const {
    return symmetry_ == nullptr ? 0 : symmetry_->then(p, q);
  }
  // Where a renaming takes the `slot`-th of the things that it permutes.
  [[nodiscard]] std::size_t image_of(std::size_t slot, Renaming renaming) const {
    return renaming == 0 ? slot : symmetry_->images(renaming)[slot];
  }

 private:
  HalfGraph& graph_;
  const Permutations* symmetry_;
  std::size_t count_;
};

}  // namespace engine
