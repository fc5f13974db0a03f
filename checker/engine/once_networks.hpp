// Networks on which each message is at most once ever (Order::Once): sets of messages, each of
// which is pending or spent. Sending a message that is known, pending or spent, changes nothing.
//
// Layout: two bits a message, known and pending, in as few 64-bit words as hold the last known
// message. Such networks only grow and are hardly ever met again but at the end of a step, so
// nothing is memoised here (NetworkTable does, for its few networks, and for bounds and losses): a
// step's outcome is computed in one go, in the canonical names (once_steps.hpp), and only that is
// interned.
//
// Threads: as NetworkTable: any number may use the table, but grow_table() is for one thread at a
// safe point.
#pragma once

#include <mutex>
#include <span>
#include <vector>

#include "checker/engine/id_table.hpp"
#include "checker/engine/ids.hpp"
#include "checker/engine/interner.hpp"
#include "checker/engine/reserved_array.hpp"

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

class OnceNetworks {
 public:
  using Word = OnceSet::Word;
  using Words = std::span<const Word>;

  OnceNetworks();

  [[nodiscard]] Words words(NetworkId id) const {
    const Place place = places_[id];
    return words_.span(place >> kSizeBits, place & kSizeMask);
  }
  // Brings a network into the cache: its place first, then its words.
  void prefetch(NetworkId id) const { __builtin_prefetch(&places_[id]); }
  void prefetch_words(NetworkId id) const { __builtin_prefetch(&words_[places_[id] >> kSizeBits]); }

  static std::uint32_t hash_of(Words words) {
    std::uint64_t h = words.size();
    for (const Word word : words) h = mixed(h ^ word);
    return static_cast<std::uint32_t>(h >> 32U);
  }
  // The id of a network, in steps, so that a search can have many look-ups under way at once.
  void prefetch_slot(std::uint32_t hash) const { index_.prefetch(hash); }
  // A guess, kNone if there is surely none; intern() makes it good.
  [[nodiscard]] NetworkId candidate(std::uint32_t hash) const { return index_.candidate(hash); }
  NetworkId intern(Words words, std::uint32_t hash, NetworkId candidate);
  NetworkId intern(Words words) { return intern(words, hash_of(words), kNone); }

  [[nodiscard]] std::size_t size() const { return index_.size(); }
  [[nodiscard]] bool wants_growth() const { return index_.wants_growth(); }
  [[nodiscard]] std::size_t growth_bytes() const {
    return index_.wants_growth() ? index_.growth_bytes() : 0;
  }
  void grow_table() {
    if (index_.wants_growth()) index_.grow();
  }

 private:
  using Place = std::uint64_t;  // where its words begin, and how many there are
  static constexpr unsigned kSizeBits = 16;
  static constexpr Place kSizeMask = (Place{1} << kSizeBits) - 1;
  [[nodiscard]] bool is(NetworkId id, Words words) const;

  std::mutex mutex_;  // held to add to what follows
  ReservedArray<Place> places_;
  ReservedArray<Word> words_;  // of all networks, end to end
  IdTable index_;
};

}  // namespace engine
