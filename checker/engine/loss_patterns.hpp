// The ways in which a bounded network loses some of what a step sends; one thread's own.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace engine {

// How the network may lose what is sent. A loss is a choice at the moment of sending and costs no
// step, so shortest runs stay shortest.
enum class Loss : std::uint8_t {
  Free,      // any part of what a step sends
  None,      // nothing; a step whose messages do not fit the network is cut off
  Budgeted,  // any part, as far as the model's budget goes (Model::after_losses)
};

class LossPatterns {
 public:
  // `capacity`: at most so many messages on the network.
  explicit LossPatterns(std::size_t capacity) : capacity_(capacity) {}
  LossPatterns(const LossPatterns&) = delete;
  LossPatterns& operator=(const LossPatterns&) = delete;

  // Those that leave no more than the capacity, fewest losses first.
  struct Fitting {
    std::span<const std::uint32_t> patterns;  // bit i: the i-th message sent is lost
    bool was_cut = false;                     // the capacity forbade at least one
  };
  // Of `sent` messages, for a network that holds `held`.
  Fitting fitting(std::size_t held, std::size_t sent) {
    if (sent > kSentMax || all_[sent].fitting.empty()) make(sent);
    const Patterns& all = all_[sent];
    const std::size_t size = held + sent;
    const std::size_t excess = size > capacity_ ? size - capacity_ : 0;
    return all.fitting[std::min(excess, all.fitting.size() - 1)];
  }

 private:
  static constexpr std::size_t kSentMax = 15;  // by one step: there are 2^15 ways to lose of them
  struct Patterns {
    std::vector<std::uint32_t> lost;  // fewest losses first
    std::vector<Fitting> fitting;     // by how many must be lost; the last: more than there are
  };
  void make(std::size_t sent);

  std::size_t capacity_;
  std::array<Patterns, kSentMax + 1> all_;  // by how many messages are sent
};

}  // namespace engine
