// The messages under every renaming, each asked of the model once; and the renamings composed.
#pragma once

#include <vector>

#include "checker/engine/model.hpp"
#include "checker/engine/permutations.hpp"

namespace engine {

class MessageNames {
 public:
  // `symmetry`: nullptr where there is the identity alone.
  MessageNames(Model& model, const Permutations* symmetry)
      : model_(model), symmetry_(symmetry), tables_(symmetry == nullptr ? 1 : symmetry->size()) {
    // Beyond 6 servers nobody searches with symmetry, and the table would be large.
    if (tables_.size() <= kComposedMax) composed_.assign(tables_.size() * tables_.size(), kNone);
  }

  [[nodiscard]] std::size_t renamings() const { return tables_.size(); }

  MessageId renamed(MessageId message, Renaming renaming) {
    if (renaming == 0) return message;
    auto& table = tables_[renaming];
    if (message >= table.size()) table.resize(model_.message_count(), kNone);
    if (table[message] == kNone) table[message] = model_.renamed(message, renaming);
    return table[message];
  }
  [[nodiscard]] Renaming inverse(Renaming renaming) const {
    return renaming == 0 ? 0 : symmetry_->inverse(renaming);
  }
  // First p, then q.
  Renaming then(Renaming p, Renaming q) {
    if (p == 0) return q;
    if (q == 0) return p;
    if (composed_.empty()) return symmetry_->then(p, q);
    Renaming& known = composed_[p * tables_.size() + q];
    if (known == kNone) known = symmetry_->then(p, q);
    return known;
  }
  // Where a renaming takes the `slot`-th of the things that it permutes.
  [[nodiscard]] std::size_t image_of(std::size_t slot, Renaming renaming) const {
    return renaming == 0 ? slot : symmetry_->images(renaming)[slot];
  }

 private:
  static constexpr std::size_t kComposedMax = 720;

  Model& model_;
  const Permutations* symmetry_;
  std::vector<std::vector<MessageId>> tables_;  // by renaming, then message; kNone: not asked yet
  std::vector<Renaming> composed_;              // by two renamings; kNone: not composed yet
};

}  // namespace engine
