// Network halves: the messages in flight on a bounded network, interned.
//
// Unordered: a multiset of messages, any of which may be delivered next. PerLink: one queue for
// each link, of which only the first message may be delivered. A half is a short sequence of
// message ids: sorted, or (PerLink) sorted by link and in the order of sending within a link. The
// third order, Once, has tables of its own (once_networks.hpp).
//
// What a transition needs is memoised: removing the i-th message is an array look-up, and adding
// what a step sends (with every way of losing some of it) one probe of a table.
//
// Layout: all that is known of a network alone lies in one record, in words of 4 bytes: how many
// messages, the messages, for each of them 1 + the network without it, for each renaming but the
// identity 1 + the renamed network (0: not known yet). A record begins at a multiple of 16 bytes,
// and a network's id is that multiple: no table leads from ids to records. Four messages and three
// servers take one line of the cache. Since ids are positions, they grow with the order of first
// sight, but not one by one.
//
// Threads: any number may use the table at once, but grow_tables(), which is for one thread at a
// safe point. Ids are handed out in the order of first sight, which depends on the threads.
#pragma once

#include <algorithm>
#include <atomic>
#include <mutex>
#include <span>
#include <vector>

#include "checker/engine/half_graph.hpp"
#include "checker/engine/id_table.hpp"
#include "checker/engine/interner.hpp"
#include "checker/engine/loss_patterns.hpp"
#include "checker/engine/model.hpp"
#include "checker/engine/patient_mutex.hpp"
#include "checker/engine/reserved_array.hpp"

namespace engine {

// Once: a set of messages, each of which may be delivered once ever; received ones stay known as
// spent, and sending a message that is known changes nothing. Nothing is lost, and there is no
// capacity.
enum class Order : std::uint8_t { Unordered, PerLink, Once };

// One way in which a network takes what a step sends.
struct Outgrowth {
  NetworkId network = kNone;
  std::uint32_t lost = 0;  // bit i: the i-th message sent is lost
};

class NetworkTable {
 public:
  // `graph` tells links, renamings and lists of messages.
  NetworkTable(HalfGraph& graph, Order order, Loss loss, std::size_t capacity);

  static constexpr NetworkId kEmptyNetwork = 0;

  [[nodiscard]] std::span<const MessageId> messages(NetworkId id) const {
    const std::uint32_t* const record = &records_[place(id)];
    return {record + 1, record[0]};
  }
  // Whether the i-th message may be delivered now, other than by an equal copy before it.
  [[nodiscard]] bool is_deliverable(std::span<const MessageId> messages, std::size_t i) const;

  // The network after its i-th message is received.
  NetworkId without(NetworkId id, std::size_t i) {
    const NetworkId known = without_slot(id, i).load(std::memory_order_acquire);
    return known != 0 ? known - 1 : compute_without(id, i);
  }

  // Brings what is known of a network into the cache.
  void prefetch(NetworkId id) const {
    const std::uint32_t* const record = &records_[place(id)];
    __builtin_prefetch(record);
    __builtin_prefetch(record + kPrefetched);
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
    // `networks` are those of the first of `patterns`; where there is one pattern more, it loses
    // everything and leaves `before`.
    Growth(const NetworkId* networks, std::size_t stored, std::span<const std::uint32_t> patterns,
           NetworkId before, bool was_cut)
        : networks_(networks),
          stored_(stored),
          patterns_(patterns),
          before_(before),
          was_cut_(was_cut) {}
    [[nodiscard]] std::size_t size() const { return patterns_.size(); }
    [[nodiscard]] Outgrowth operator[](std::size_t i) const {
      return {i < stored_ ? networks_[i] : before_, patterns_[i]};
    }
    // The capacity forbade at least one way.
    [[nodiscard]] bool was_cut() const { return was_cut_; }

   private:
    const NetworkId* networks_;
    std::size_t stored_;
    std::span<const std::uint32_t> patterns_;
    NetworkId before_;
    bool was_cut_;
  };
  // `size`: how many messages are on `network`.
  Growth ways(GrowthId candidate, NetworkId network, std::size_t size, SendsId sends) {
    const GrowthId id = candidate != kNone && is_growth(candidate, network, sends)
                            ? candidate
                            : growth(network, sends);
    const std::size_t sent = graph_.sends(sends).size();
    const LossPatterns::Fitting fitting = patterns_.fitting(size, sent);
    return {&growths_[id + 2U], fitting.kept, fitting.patterns, network, fitting.was_cut};
  }

  // The network with every message renamed.
  NetworkId renamed(NetworkId id, Renaming renaming) {
    if (renaming == 0) return id;
    if (!memoises_renamings_) return compute_renamed(id, renaming);
    auto known = renamed_slot(id, renaming);
    if (const NetworkId value = known.load(std::memory_order_acquire); value != 0) return value - 1;
    const NetworkId result = compute_renamed(id, renaming);
    known.store(result + 1, std::memory_order_release);
    return result;
  }

  [[nodiscard]] std::size_t size() const { return index_.size(); }
  // Calls f(id) for every network, in the order of first sight.
  template <class F>
  void for_each(F f) const {
    for (std::size_t at = 0; at < records_.size(); at += stride(records_[at])) {
      f(static_cast<NetworkId>(at / kUnit));
    }
  }

  // A table is full enough for grow_tables() to be called soon.
  [[nodiscard]] bool wants_growth() const {
    return index_.wants_growth() || growth_index_.wants_growth();
  }
  // Bytes that the next grow_tables() will add.
  [[nodiscard]] std::size_t growth_bytes() const;
  void grow_tables();

  // Interns a network given by its messages in the order that messages() gives; for checkpoints.
  NetworkId intern(std::span<const MessageId> messages) {
    std::unique_lock lock(mutex_, std::defer_lock);
    return intern(messages, lock);
  }

 private:
  static constexpr std::size_t kUnit = 4;         // words: a record begins at a multiple
  static constexpr std::size_t kPrefetched = 12;  // words: the last of a small record

  static std::size_t place(NetworkId id) { return std::size_t{id} * kUnit; }
  // Words from the record of a network of so many messages to the next.
  [[nodiscard]] std::size_t stride(std::size_t messages) const {
    const std::size_t words = 1 + 2 * messages + (memoises_renamings_ ? renamings_ - 1 : 0);
    return (words + kUnit - 1) / kUnit * kUnit;
  }
  std::atomic_ref<std::uint32_t> without_slot(NetworkId id, std::size_t i) {
    std::uint32_t* const record = &records_[place(id)];
    return std::atomic_ref(record[1 + record[0] + i]);
  }
  std::atomic_ref<std::uint32_t> renamed_slot(NetworkId id, Renaming renaming) {
    std::uint32_t* const record = &records_[place(id)];
    return std::atomic_ref(record[std::size_t{2} * record[0] + renaming]);
  }

  static std::uint32_t growth_hash(NetworkId network, SendsId sends) {
    return static_cast<std::uint32_t>(mixed(pair_key(network, sends)) >> 32U);
  }
  static std::uint32_t hash_of(std::span<const MessageId> messages);
  [[nodiscard]] bool is_growth(GrowthId id, NetworkId network, SendsId sends) const {
    return growths_[id] == network && growths_[id + 1U] == sends;
  }

  // Takes the lock if the network is new; whoever has many to intern keeps it meanwhile.
  NetworkId intern(std::span<const MessageId> messages, std::unique_lock<PatientMutex>& lock);
  NetworkId compute_without(NetworkId id, std::size_t i);
  GrowthId growth(NetworkId network, SendsId sends);
  GrowthId compute_growth(NetworkId network, SendsId sends);
  NetworkId compute_renamed(NetworkId id, Renaming renaming);
  // Adds what is sent, but for what is lost; the order is left to normalise().
  void add_sent(std::vector<MessageId>& messages, std::span<const MessageId> sent,
                std::uint32_t lost) const;
  // Puts the messages in the order that the network keeps them in.
  void normalise(std::vector<MessageId>& messages) const;

  HalfGraph& graph_;
  Order order_;
  LossPatterns patterns_;
  std::size_t renamings_;
  bool memoises_renamings_;

  alignas(64) PatientMutex mutex_;  // held to add to what follows
  ReservedArray<std::uint32_t> records_;
  IdTable index_;  // of networks, by their messages
  // One block a growth: network, sends, then the network of each way, but for the way that loses
  // everything. How many ways there are, and what each loses, follows from the sizes.
  ReservedArray<std::uint32_t> growths_;
  IdTable growth_index_;  // of positions in growths_
};

}  // namespace engine
