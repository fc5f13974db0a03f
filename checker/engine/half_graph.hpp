// The memoised steps of cluster halves: the graph that all searches walk.
//
// A search takes the same few thousand steps millions of times. Each is computed once by the model,
// canonicalised, and kept as an Edge; the rest of what is known of it (what a report needs, not a
// search) lies apart.
//
// Threads: everything here may be called by any number of threads. What is known is read without a
// lock; what is not is computed under lock_model(), where the model is for one thread at a time,
// and by all threads at once where it is for more. A half, edge, message or list of messages may be
// asked about by whoever was told of it.
//
// Layout: rows, edges and details are arrays that never move. A row finds the edges of its
// deliveries in a small hash table of its own (8 bytes a slot), which a larger one replaces when it
// fills; the smaller ones are kept until the end, for readers that still look into them.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "checker/engine/model.hpp"
#include "checker/engine/patient_mutex.hpp"
#include "checker/engine/reserved_array.hpp"
#include "checker/engine/search.hpp"

namespace engine {

struct Edge {                // lives in the graph and is not copied
  HalfId next = kNone;       // canonical; kNone: not possible
  SendsId sends = kNoSends;  // in the names before `renaming`
  Renaming renaming = 0;     // turns what the step leads to into the canonical names
  std::uint16_t action = 0;
  bool is_loop = false;     // the half stays exactly as it is
  bool has_ties = false;    // the next half has automorphisms
  bool consumes = true;     // a delivery that takes its message from the network
  bool is_outside = false;  // what it leads to is neither stored nor explored
  bool is_violation = false;
  std::atomic<bool> is_news = false;  // taking it fires a witness that had not fired before
};

// What only reports need.
struct EdgeDetail {
  HalfId from = kNone;
  std::uint32_t label = 0;
  MessageId message = kNone;
  unsigned alternative = 0;
  WitnessSet witnesses = 0;
  std::uint32_t violation = 0;
  std::uint16_t cut_off_by = 0;
};

class HalfGraph {
 public:
  explicit HalfGraph(Model& model);
  HalfGraph(const HalfGraph&) = delete;
  HalfGraph& operator=(const HalfGraph&) = delete;
  ~HalfGraph();

  // While lock_model() is held where there are several threads.
  [[nodiscard]] Model& model() { return model_; }
  using ModelLock = std::unique_lock<PatientMutex>;
  // Holds nothing if the model is for several threads itself.
  [[nodiscard]] ModelLock lock_model() {
    return is_model_for_threads_ ? ModelLock() : ModelLock(model_mutex_);
  }
  // How many ways each message can be received in.
  [[nodiscard]] unsigned alternatives() const { return alternatives_; }

  [[nodiscard]] std::size_t renamings() const { return renamings_; }

  // The canonical initial half, and the renaming that leads to it.
  [[nodiscard]] Canonical initial() const { return initial_; }

  // The steps of `half` that consume no message; a range of edge ids. Canonical halves only.
  struct EdgeRange {
    EdgeId first = 0;
    EdgeId last = 0;  // one past the end
  };
  EdgeRange internal(HalfId half) {
    const Row& row = rows_[half];
    return row.is_expanded.load(std::memory_order_acquire) ? row.internal : expand(half);
  }
  // The step of receiving a message.
  EdgeId delivery(HalfId half, MessageId message, unsigned alternative = 0) {
    const std::uint32_t key = message * alternatives_ + alternative;
    const EdgeId known = find(rows_[half], key);
    return known != kNone ? known : add_delivery(half, key);
  }

  // The steps of receiving `messages`, in the first of their ways, in a row: the result is the
  // first one's. For a caller who remembers them itself and asks once for each: they are computed
  // in any case, and delivery() does not find them.
  EdgeId add_deliveries(HalfId half, std::span<const MessageId> messages);

  // Calls take(edge, consumes) for every way to receive a message, and cut(bound) for every one
  // that a bound forbids.
  template <class Take, class Cut>
  void for_each_receipt(HalfId half, MessageId message, const Take& take, const Cut& cut) {
    for (unsigned alternative = 0; alternative < alternatives_; ++alternative) {
      const EdgeId id = delivery(half, message, alternative);
      if (edges_[id].next != kNone) {
        take(id, edges_[id].consumes);
      } else if (const auto bound = details_[id].cut_off_by; bound != 0) {
        cut(bound - 1U);
      }
    }
  }

  [[nodiscard]] const Edge& edge(EdgeId id) const { return edges_[id]; }
  [[nodiscard]] const EdgeDetail& detail(EdgeId id) const { return details_[id]; }
  [[nodiscard]] std::size_t edge_count() const { return edges_.size(); }
  [[nodiscard]] std::span<const MessageId> sends(SendsId id) const { return model_.sends(id); }

  // The half after the network lost `count` more messages (Model::after_losses), canonicalised.
  struct AfterLosses {
    HalfId half = kNone;  // kNone: the budget does not allow it
    Renaming renaming = 0;
  };
  AfterLosses after_losses(HalfId half, unsigned count);
  // The renamings (identity excluded) that map a half to itself. The half must be one that an edge
  // leads to, or the initial one.
  [[nodiscard]] std::span<const Renaming> automorphisms(HalfId half) const {
    return rows_[half].automorphisms;
  }
  MessageId renamed(MessageId message, Renaming renaming) {
    if (renaming == 0) return message;
    const std::atomic<std::uint32_t>& known = renamed_slot(message, renaming);
    const std::uint32_t value = known.load(std::memory_order_acquire);
    return value != 0 ? value - 1 : compute_renamed(message, renaming);
  }

  // Notes that a step was taken, for its witnesses.
  void take(EdgeId id) {
    if (!edges_[id].is_news.load(std::memory_order_relaxed)) return;
    edges_[id].is_news.store(false, std::memory_order_relaxed);
    witnesses_.fetch_or(details_[id].witnesses, std::memory_order_relaxed);
  }
  [[nodiscard]] WitnessSet witnesses() const { return witnesses_.load(std::memory_order_relaxed); }
  void add_witnesses(WitnessSet witnesses) { witnesses_.fetch_or(witnesses); }
  // For a half that was reached before a break in the search.
  void restore(HalfId half) {
    const ModelLock lock = lock_model();
    note(half);
  }

  // Adds `times` to the counts of the bounds that forbid internal steps of `half`.
  void count_cut_off(HalfId half, std::uint64_t times, std::span<std::uint64_t> counts) const {
    for (const std::uint16_t bound : rows_[half].cut_off) counts[bound] += times;
  }

 private:
  // What the model says of steps of which there are no edges yet.
  struct Answer {
    Step step;
    Canonical canonical;  // what it leads to
  };

  // Slots of key << 32 | edge; ~0: empty. At least a quarter of them is.
  struct Table {
    explicit Table(std::uint32_t slot_count);
    std::uint32_t mask;
    std::uint32_t count = 0;
    std::unique_ptr<std::atomic<std::uint64_t>[]> slots;
  };
  struct Row {  // all zero bytes: nothing known
    std::atomic<const Table*> deliveries;
    std::atomic<bool> is_expanded;
    std::atomic<bool> is_noted;  // its automorphisms are there
    EdgeRange internal;
    std::span<const std::uint16_t> cut_off;  // bounds that forbid internal steps, one for each step
    std::span<const Renaming> automorphisms;
  };
  static constexpr std::uint64_t kEmptySlot = ~std::uint64_t{0};
  static std::uint32_t position(std::uint32_t key) { return (key * 0x9E3779B1U) >> 7U; }

  static EdgeId find(const Row& row, std::uint32_t key) {
    const Table* table = row.deliveries.load(std::memory_order_acquire);
    if (table == nullptr) return kNone;
    for (std::uint32_t at = position(key);; ++at) {
      const std::uint64_t slot = table->slots[at & table->mask].load(std::memory_order_acquire);
      if (slot >> 32U == key) return static_cast<EdgeId>(slot);
      if (slot == kEmptySlot) return kNone;
    }
  }
  std::atomic<std::uint32_t>& renamed_slot(MessageId message, Renaming renaming) {
    return renamed_[message * renamings_ + renaming];
  }

  EdgeRange expand(HalfId half);
  EdgeId add_delivery(HalfId half, std::uint32_t key);
  MessageId compute_renamed(MessageId message, Renaming renaming);
  // These are called while the model is locked.
  Answer answer(const Step& step);
  Answer answer_to(HalfId half, MessageId message, unsigned alternative) {
    return answer(model_.deliver(half, message, alternative));
  }
  void note(HalfId canonical);
  Canonical canonical(HalfId half);
  // The edge becomes what the model said. Nobody else knows of it yet.
  void write(EdgeId id, HalfId half, const Answer& answer, MessageId message, unsigned alternative);
  // One of many, so that threads seldom meet at one. Taken after the model's.
  struct alignas(64) Lock {
    PatientMutex mutex;
    std::vector<std::unique_ptr<const Table>> tables{};  // all that its rows ever had
  };
  Lock& lock_of(HalfId half) { return locks_[half % locks_.size()]; }
  // Under the row's lock.
  void put(HalfId half, std::uint32_t key, EdgeId edge);

  // Apart from the rest, which is read all the time.
  std::array<Lock, 64> locks_;  // to write to rows
  alignas(64) PatientMutex model_mutex_{600};
  alignas(64) Model& model_;
  bool is_model_for_threads_ = false;
  unsigned alternatives_ = 1;
  std::size_t renamings_ = 1;
  Canonical initial_;
  ReservedArray<Row> rows_;
  ReservedArray<Edge> edges_;
  ReservedArray<EdgeDetail> details_;                  // by edge
  ReservedArray<std::atomic<std::uint32_t>> renamed_;  // 1 + the message; 0: not known yet
  ReservedArray<std::uint16_t> cut_offs_;              // of all rows, end to end
  std::atomic<WitnessSet> witnesses_{0};
};

}  // namespace engine
