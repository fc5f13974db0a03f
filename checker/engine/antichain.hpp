// The sets of messages that one cluster half was reached with: an antichain under inclusion.
//
// A state (half, M) can do nothing that (half, M') with M' a superset of M cannot, when any message
// ever sent may be delivered at any time. So only the maximal sets are kept. What is compared are
// the sets' images (relevance.hpp); what is searched on are the sets themselves.
//
// Layout: the members lie end to end in one array of 32-bit words, each as
//   node, size of the set, size of its image, signature (two words), the set, its image
// with sets as sorted lists of message ids: a few words each, since what does not matter is left
// out. The signature has bit m % 64 set for each m of the image: most members that do not include
// a set are told by one operation.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory_resource>
#include <span>
#include <vector>

#include "checker/engine/ids.hpp"

namespace engine {

using NodeId = std::uint32_t;

// A set of messages: their ids in rising order, each once.
using Messages = std::vector<MessageId>;
using MessagesView = std::span<const MessageId>;

bool contains(MessagesView set, MessageId message);
// Adds the message; false if it was there.
template <class Set>
bool insert(Set& set, MessageId message) {
  const auto at = std::ranges::lower_bound(set, message);
  if (at != set.end() && *at == message) return false;
  set.insert(at, message);
  return true;
}

class Antichain {
 public:
  explicit Antichain(std::pmr::memory_resource* memory = std::pmr::get_default_resource())
      : words_(memory) {}

  // Whether a member's image includes this one.
  [[nodiscard]] bool covers(MessagesView candidate) const;

  // Adds a set that no member covers. Members that it covers are dropped, if their node is not
  // below `droppable_from`. Returns how many were.
  std::size_t add(NodeId node, MessagesView set, MessagesView image, NodeId droppable_from);

  // The set of a node; absent if it was dropped. Valid until the next add().
  struct Found {
    bool present = false;
    MessagesView set;
  };
  [[nodiscard]] Found find(NodeId node) const;

  void clear() {
    words_.clear();
    count_ = 0;
  }

  [[nodiscard]] std::size_t size() const { return count_; }
  [[nodiscard]] bool empty() const { return count_ == 0; }

  // Calls f(node, set) for every member.
  template <class F>
  void for_each(F f) const {
    for (std::size_t at = 0; at < words_.size(); at += length(at)) f(words_[at], set(at));
  }

 private:
  static constexpr std::size_t kHeader = 5;
  [[nodiscard]] std::size_t length(std::size_t at) const {
    return kHeader + words_[at + 1] + words_[at + 2];
  }
  [[nodiscard]] MessagesView set(std::size_t at) const {
    return MessagesView(words_).subspan(at + kHeader, words_[at + 1]);
  }
  [[nodiscard]] MessagesView image(std::size_t at) const {
    return MessagesView(words_).subspan(at + kHeader + words_[at + 1], words_[at + 2]);
  }
  [[nodiscard]] std::uint64_t signature(std::size_t at) const {
    return words_[at + 3] | (std::uint64_t{words_[at + 4]} << 32U);
  }

  std::pmr::vector<std::uint32_t> words_;
  std::uint32_t count_ = 0;
};

}  // namespace engine
