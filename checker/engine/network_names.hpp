// Names of networks: a 32-bit number for each list of messages in flight, and the list back from
// it.
//
// A bag of few messages is named by its rank (bag_ranks.hpp), which is worked out. All other lists
// (ordered networks, large bags, messages beyond the ranks) are interned; their ids come after the
// ranks.
//
// Threads: any number may use the names at once, but grow_table(), which is for one thread at a
// safe point. Names of interned networks depend on the threads.
#pragma once

#include <optional>
#include <span>

#include "checker/engine/bag_ranks.hpp"
#include "checker/engine/message_list.hpp"
#include "checker/engine/shared_sequences.hpp"
#include "checker/engine/sorted_bag.hpp"

namespace engine {

class NetworkNames {
 public:
  using Messages = std::span<const MessageId>;

  // `are_bags`: lists are in ascending order, and have at most `capacity` messages. A SortedBag is
  // for just this capacity.
  NetworkNames(bool are_bags, std::size_t capacity)
      : ranks_(are_bags ? capacity : 0), first_(ranks_.limit() == 0 ? 0 : BagRanks::kEnd) {}

  // The name of a network that has a rank; kNone if it must be interned.
  [[nodiscard]] NetworkId ranked(const MessageList& list) const { return ranks_.rank(list.span()); }
  template <std::size_t K>
  [[nodiscard]] NetworkId ranked(const SortedBag<K>& bag) const {
    return ranks_.rank(bag.numbers());
  }
  // The table of the others, and the name of what has an id there.
  [[nodiscard]] SharedSequences<MessageId>& lists() { return lists_; }
  [[nodiscard]] const SharedSequences<MessageId>& lists() const { return lists_; }
  [[nodiscard]] NetworkId named(std::uint32_t id) const { return first_ + id; }
  // How many may be interned.
  [[nodiscard]] std::uint32_t lists_max() const { return kNone - first_; }

  NetworkId of(Messages messages) {
    const NetworkId rank = ranks_.rank(messages);
    return rank != kNone ? rank : named(lists_.intern(messages, lists_max()));
  }
  // Whether of() may have given it: if it is a rank, its messages are still to be looked at.
  [[nodiscard]] bool is_name(NetworkId name) const {
    return name < first_ ? name < ranks_.end() : name - first_ < lists_.size();
  }

  [[nodiscard]] bool is_ranked(NetworkId name) const { return name < first_; }

  // The messages of a network; `bag` holds them if they are worked out.
  [[nodiscard]] Messages messages(NetworkId name, BagRanks::Bag& bag) const {
    if (name >= first_) return lists_[name - first_];
    return ranks_.unrank(name, bag);
  }
  void read(NetworkId name, MessageList& list) const {
    BagRanks::Bag bag;
    list.assign(messages(name, bag));
  }
  template <std::size_t K>
  void read(NetworkId name, SortedBag<K>& bag) const {
    if (is_ranked(name)) {
      bag = SortedBag<K>::of_numbers(ranks_.numbers<K>(name));
    } else {
      bag.assign(lists_[name - first_]);
    }
  }
  // Brings what is known of a network into the cache: in two calls, one well after the other.
  void prefetch(NetworkId name) const {
    if (name >= first_) lists_.prefetch(name - first_);
  }
  void prefetch_messages(NetworkId name) const {
    if (name >= first_) lists_.prefetch_items(name - first_);
  }

 private:
  BagRanks ranks_;
  NetworkId first_;  // of the interned ones
  SharedSequences<MessageId> lists_;
};

}  // namespace engine
