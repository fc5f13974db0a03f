// Network halves: the messages in flight on a bounded network, interned.
//
// Unordered: a multiset of messages, any of which may be delivered next. PerLink: one queue for
// each link, of which only the first message may be delivered. Once: a set of messages, each of
// which may be delivered once ever; received ones stay known as spent, and sending a message that
// is known changes nothing. A half is a short sequence of tokens, a token being a message id and
// (Once) the mark that it is spent: sorted, spent ones last; or (PerLink) sorted by link and in the
// order of sending within a link.
//
// What a transition needs is memoised: removing the i-th message is an array look-up, and adding
// what a step sends (with every way of losing some of it) one probe of a table.
//
// Threads: any number may use the table at once, but grow_tables(), which is for one thread at a
// safe point. Ids are handed out in the order of first sight, which depends on the threads.
#pragma once

#include <array>
#include <atomic>
#include <mutex>
#include <span>
#include <vector>

#include "checker/engine/half_graph.hpp"
#include "checker/engine/id_table.hpp"
#include "checker/engine/interner.hpp"
#include "checker/engine/model.hpp"
#include "checker/engine/reserved_array.hpp"

namespace engine {

enum class Order : std::uint8_t { Unordered, PerLink, Once };

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
  using Token = std::uint32_t;

  // `graph` tells links, renamings and lists of messages.
  NetworkTable(HalfGraph& graph, Order order, Loss loss, std::size_t capacity);

  static constexpr NetworkId kEmptyNetwork = 0;

  [[nodiscard]] std::span<const Token> tokens(NetworkId id) const {
    const Half half = halves_[id];
    return tokens_.span(half >> kSizeBits, half & kSizeMask);
  }
  static MessageId message_of(Token token) { return token & ~kSpent; }
  // Whether the i-th message may be delivered now, other than by an equal copy before it.
  [[nodiscard]] bool is_deliverable(std::span<const Token> tokens, std::size_t i) const;

  // The network after its i-th message is received.
  NetworkId without(NetworkId id, std::size_t i) {
    const NetworkId known =
        without_[(halves_[id] >> kSizeBits) + i].load(std::memory_order_acquire);
    return known != 0 ? known - 1 : compute_without(id, i);
  }

  [[nodiscard]] bool is_full(NetworkId id) const { return (halves_[id] & kSizeMask) >= capacity_; }

  // Brings a network's messages into the cache.
  void prefetch(NetworkId id) const { __builtin_prefetch(&halves_[id]); }
  void prefetch_messages(NetworkId id) const {
    __builtin_prefetch(&tokens_[halves_[id] >> kSizeBits]);
    __builtin_prefetch(&without_[halves_[id] >> kSizeBits]);
  }

  // Every way in which `network` takes the list `sends` (not empty), fewest losses first. In three
  // calls, so that a search can have many look-ups under way at once.
  using GrowthId = std::uint32_t;
  void prefetch_growth(NetworkId network, SendsId sends) const {
    growth_index_.prefetch(growth_hash(network, sends));
  }
  // A guess, kNone if there is surely none; ways() makes it good.
  [[nodiscard]] GrowthId growth_candidate(NetworkId network, SendsId sends) const {
    const GrowthId id = growth_index_.candidate(growth_hash(network, sends));
    if (id != kNone) __builtin_prefetch(&growths_[id]);
    return id;
  }
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
  Growth ways(GrowthId candidate, NetworkId network, SendsId sends) {
    const GrowthId id = candidate != kNone && is_growth(candidate, network, sends)
                            ? candidate
                            : growth(network, sends);
    const std::uint32_t head = growths_[id + 2U];
    return {growths_.span(id + 3U, head & 0xFFFFU), patterns_[head >> 16U]};
  }

  // The network with every message renamed.
  NetworkId renamed(NetworkId id, Renaming renaming) {
    if (renaming == 0) return id;
    if (!memoises_renamings_) return compute_renamed(id, renaming);
    auto& known = renamed_[id * renamings_ + renaming];
    if (const NetworkId value = known.load(std::memory_order_acquire); value != 0) return value - 1;
    const NetworkId result = compute_renamed(id, renaming);
    known.store(result + 1, std::memory_order_release);
    return result;
  }

  [[nodiscard]] std::size_t size() const { return index_.size(); }

  // A table is full enough for grow_tables() to be called soon.
  [[nodiscard]] bool wants_growth() const {
    return index_.wants_growth() || growth_index_.wants_growth();
  }
  // Bytes that the next grow_tables() will add.
  [[nodiscard]] std::size_t growth_bytes() const;
  void grow_tables();

  // Interns a network given by its tokens in the order that tokens() gives; for checkpoints.
  NetworkId intern(std::span<const Token> tokens);

 private:
  using Half = std::uint64_t;  // where its tokens begin, and how many there are
  static constexpr unsigned kSizeBits = 16;
  static constexpr Half kSizeMask = (Half{1} << kSizeBits) - 1;
  static constexpr Token kSpent = Token{1} << 31U;
  static constexpr std::size_t kSentMax = 15;  // 2^15 ways fill the 16 bits that a head has for them

  static std::uint32_t growth_hash(NetworkId network, SendsId sends) {
    return static_cast<std::uint32_t>(mixed(pair_key(network, sends)) >> 32U);
  }
  static std::uint32_t hash_of(std::span<const Token> tokens);
  [[nodiscard]] bool is_growth(GrowthId id, NetworkId network, SendsId sends) const {
    return growths_[id] == network && growths_[id + 1U] == sends;
  }

  NetworkId compute_without(NetworkId id, std::size_t i);
  GrowthId growth(NetworkId network, SendsId sends);
  GrowthId compute_growth(NetworkId network, SendsId sends);
  NetworkId compute_renamed(NetworkId id, Renaming renaming);
  // Every way to lose some of `sent` messages, fewest losses first.
  const std::vector<std::uint32_t>& patterns(std::size_t sent);
  // Adds what is sent, but for what is lost; the order is left to normalise().
  void add_sent(std::vector<Token>& tokens, std::span<const MessageId> sent,
                std::uint32_t lost) const;
  // Puts the tokens in the order that the network keeps them in.
  void normalise(std::vector<Token>& tokens) const;

  HalfGraph& graph_;
  Order order_;
  Loss loss_;
  std::size_t capacity_;
  std::size_t renamings_;
  bool memoises_renamings_;

  alignas(64) std::mutex mutex_;  // held to add to what follows
  ReservedArray<Half> halves_;
  ReservedArray<Token> tokens_;                        // of all halves, end to end
  ReservedArray<std::atomic<std::uint32_t>> without_;  // parallel to tokens_: 1 + id; 0: not known
  IdTable index_;                                      // of halves
  // One block a growth: network, sends, a head (messages sent << 16 | ways), then the network of
  // each way. The ways that the capacity forbids are those with the fewest losses, so the ways that
  // are there belong to the last patterns for so many messages, and which message is lost in each
  // needs no place.
  ReservedArray<std::uint32_t> growths_;
  IdTable growth_index_;                               // of positions in growths_
  std::array<std::vector<std::uint32_t>, kSentMax + 1> patterns_;  // by how many messages are sent
  std::array<std::once_flag, kSentMax + 1> patterns_made_;
  // By network, then renaming: 1 + id; 0: not known yet. Only where there are few renamings.
  ReservedArray<std::atomic<std::uint32_t>> renamed_;
};

}  // namespace engine
