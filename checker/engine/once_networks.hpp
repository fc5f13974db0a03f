// Networks on which each message is at most once ever (Order::Once): sets of messages, each of
// which is pending or spent. Sending a message that is known, pending or spent, changes nothing.
//
// Layout: two bits a message, known and pending, in as few 64-bit words as hold the last known
// message. A step's outcome is computed in one go, in the canonical names (once_steps.hpp), and
// only that is interned.
#pragma once

#include <span>
#include <vector>

#include "checker/engine/ids.hpp"
#include "checker/engine/shared_sequences.hpp"

namespace engine {

// The value of a network. Its last word is not zero.
class OnceSet {
 public:
  using Word = std::uint64_t;

  [[nodiscard]] std::span<const Word> words() const { return words_; }
  void assign(std::span<const Word> words) { words_.assign(words.begin(), words.end()); }
  void clear() { words_.clear(); }

  void send(MessageId message) {
    if (!is_known(message)) put(message, kKnown | kPending);
  }
  // Precondition: it is known.
  void spend(MessageId message) { words_[message / kPerWord] &= ~(kPending << shift(message)); }
  // Precondition: it is not known.
  void put(MessageId message, Word state) {
    if (message / kPerWord >= words_.size()) words_.resize(message / kPerWord + 1, 0);
    words_[message / kPerWord] |= state << shift(message);
  }

  bool operator==(const OnceSet&) const = default;
  auto operator<=>(const OnceSet&) const = default;

  // Calls f(message, state) for every known message, in order; a state is for put().
  template <class F>
  static void for_each_known(std::span<const Word> words, F f) {
    for (std::size_t at = 0; at < words.size(); ++at) {
      for (Word left = words[at] & kAllKnown; left != 0; left &= left - 1) {
        const auto bit = static_cast<unsigned>(__builtin_ctzll(left));
        f(static_cast<MessageId>(at * kPerWord + bit / 2), words[at] >> bit & (kKnown | kPending));
      }
    }
  }
  static bool is_pending(Word state) { return (state & kPending) != 0; }

 private:
  static constexpr Word kKnown = 1;
  static constexpr Word kPending = 2;
  static constexpr Word kAllKnown = 0x5555555555555555;
  static constexpr std::size_t kPerWord = 32;
  static unsigned shift(MessageId message) { return message % kPerWord * 2; }
  [[nodiscard]] bool is_known(MessageId message) const {
    return message / kPerWord < words_.size() &&
           (words_[message / kPerWord] >> shift(message) & kKnown) != 0;
  }

  std::vector<Word> words_;
};

using OnceNetworks = SharedSequences<OnceSet::Word>;

}  // namespace engine
