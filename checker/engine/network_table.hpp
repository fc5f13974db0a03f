// Network halves: the messages in flight on a bounded network, interned.
//
// Unordered: a multiset of messages, any of which may be delivered next. Ordered: one queue for
// each link, of which only the first message may be delivered. Either way a half is a short
// sequence of message ids: sorted (unordered), or sorted by link and in the order of sending within
// a link.
//
// What a transition needs is memoised: removing the i-th message is an array look-up, and adding
// what a step sends (with every way of losing some of it) is one probe of a flat table.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "checker/engine/interner.hpp"
#include "checker/engine/model.hpp"

namespace engine {

enum class Order : std::uint8_t { Unordered, PerLink };

// How the network may lose what is sent. A loss is a choice at the moment of sending and costs no
// step, so shortest runs stay shortest.
enum class Loss : std::uint8_t {
  Free,      // any part of what a step sends
  None,      // nothing; a step whose messages do not fit the network is cut off
  Budgeted,  // any part, as far as the model's budget goes (Model::after_losses)
};

// One way in which a network takes what a step sends.
struct Outgrowth {
  NetworkId network = kNone;
  std::uint32_t lost = 0;  // bit i: the i-th message sent is lost
};

class NetworkTable {
 public:
  NetworkTable(const Model& model, Order order, Loss loss, std::size_t capacity);

  static constexpr NetworkId kEmptyNetwork = 0;

  [[nodiscard]] std::span<const MessageId> messages(NetworkId id) const {
    return std::span(messages_).subspan(halves_[id].offset, halves_[id].size);
  }
  // Whether the i-th message may be delivered now, other than by an equal copy before it.
  [[nodiscard]] bool is_deliverable(NetworkId id, std::size_t i) const;

  // The network without its i-th message.
  NetworkId without(NetworkId id, std::size_t i) {
    const NetworkId known = without_[halves_[id].offset + i];
    return known != kNone ? known : compute_without(id, i);
  }

  [[nodiscard]] bool is_full(NetworkId id) const { return halves_[id].size >= capacity_; }

  // Brings a network's messages into the cache.
  void prefetch(NetworkId id) const { __builtin_prefetch(&halves_[id]); }
  void prefetch_messages(NetworkId id) const {
    __builtin_prefetch(&messages_[halves_[id].offset]);
    __builtin_prefetch(&without_[halves_[id].offset]);
  }

  // Every way in which `network` takes the list `sends` (not empty), fewest losses first. In three
  // calls, so that a search can have many look-ups under way at once.
  using GrowthId = std::uint32_t;
  void prefetch_growth(NetworkId network, SendsId sends) const {
    growth_index_.prefetch(pair_key(network, sends));
  }
  GrowthId growth(NetworkId network, SendsId sends) {
    const std::uint32_t* known = growth_index_.find(pair_key(network, sends));
    const GrowthId id = known != nullptr ? *known : compute_growth(network, sends);
    __builtin_prefetch(&outgrowths_[id]);
    return id;
  }
  // Valid until the next growth().
  class Growth {
   public:
    Growth(std::span<const NetworkId> networks, std::span<const std::uint32_t> patterns)
        : networks_(networks), patterns_(patterns) {}
    [[nodiscard]] std::size_t size() const { return networks_.size(); }
    [[nodiscard]] Outgrowth operator[](std::size_t i) const {
      return {networks_[i], patterns_[patterns_.size() - networks_.size() + i]};
    }
    // The capacity forbade at least one way.
    [[nodiscard]] bool was_cut() const { return networks_.size() < patterns_.size(); }

   private:
    std::span<const NetworkId> networks_;
    std::span<const std::uint32_t> patterns_;
  };
  [[nodiscard]] Growth ways(GrowthId id) const {
    const std::uint32_t head = outgrowths_[id];
    return {std::span(outgrowths_).subspan(id + 1U, head & 0xFFFFU), patterns_[head >> 16U]};
  }

  // The network with every message renamed.
  NetworkId renamed(NetworkId id, Renaming renaming, Model& model);

  [[nodiscard]] std::size_t size() const { return halves_.size(); }

 private:
  struct Half {
    std::uint32_t offset = 0;
    std::uint32_t size = 0;
  };
  NetworkId intern(std::span<const MessageId> messages);
  NetworkId compute_without(NetworkId id, std::size_t i);
  GrowthId compute_growth(NetworkId network, SendsId sends);
  // Every way to lose some of `sent` messages, fewest losses first.
  const std::vector<std::uint32_t>& patterns(std::size_t sent);
  // Puts the messages in the order that the network keeps them in.
  void normalise(std::vector<MessageId>& messages) const;
  void grow_slots();
  static std::uint32_t hash(std::span<const MessageId> messages);

  const Model& model_;
  Order order_;
  Loss loss_;
  std::size_t capacity_;

  std::vector<Half> halves_;
  std::vector<MessageId> messages_;  // of all halves, end to end
  std::vector<NetworkId> without_;   // parallel to messages_
  // The hash table of the halves. A slot keeps the half's hash: most halves that are not the one
  // sought are told apart without a look at their messages, and growing computes nothing anew.
  struct Slot {
    std::uint32_t hash = 0;
    NetworkId id = kNone;
  };
  std::vector<Slot> slots_;

  FlatMap growth_index_;  // (network, sends) -> position in outgrowths_
  // One block a growth: a head (messages sent << 16 | ways), then the network of each way. The ways
  // that the capacity forbids are those with the fewest losses, so the ways that are there belong
  // to the last patterns for so many messages, and which message is lost in each needs no place.
  std::vector<NetworkId> outgrowths_;
  std::vector<std::vector<std::uint32_t>> patterns_;  // by how many messages are sent
  std::vector<std::vector<NetworkId>> renamed_;       // by renaming, then network
};

}  // namespace engine
