// One thread of the covering search: keeps the states of its own halves, and takes their steps.
//
// What a step leads to goes to the worker that owns the half, unless that is the worker itself. All
// that is known of a half (its place) is its owner's alone; what others need of it, the parts, is
// in relevance.hpp. So workers share no states, and what they share is the memory of steps
// (half_graph.hpp) and of what messages can still do, neither of which changes under them.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <vector>

#include "checker/engine/antichain.hpp"
#include "checker/engine/half_graph.hpp"
#include "checker/engine/line_vector.hpp"
#include "checker/engine/memory_pool.hpp"
#include "checker/engine/message_names.hpp"
#include "checker/engine/permutations.hpp"
#include "checker/engine/relevance.hpp"

namespace engine {

enum class CoverOrder : std::uint8_t { Fastest, Shortest };

struct CoveringOptions {
  CoverOrder order = CoverOrder::Fastest;
  const Permutations* symmetry = nullptr;  // of the servers; nullptr: search without symmetry
  Limits limits;                           // depth: in the order Shortest only
  std::size_t threads = 1;                 // in the order Fastest; Shortest has one
  unsigned neighbour_bits = 6;  // so many halves, as a power of two, go to a thread together
  const Checkpointing* checkpointing = nullptr;  // in the order Fastest; nullptr: none
};

// What all workers of a search use.
struct CoveringGround {
  CoveringGround(Model& model, const CoveringOptions& asked);

  HalfGraph graph;
  CoveringOptions options;
  MessageNames names;
  Relevance relevance;
  // Written by the owner of the half, and of the half that the edge starts at.
  ReservedArray<std::uint32_t> place_of;  // by half: 1 + where its owner keeps its place
  ReservedArray<std::uint8_t> is_taken;   // by edge: whether it was taken before
};

class CoveringWorker {
 public:
  struct Node {
    HalfId half = kNone;
    NodeId parent = kNone;
    EdgeId edge = kNone;  // from the parent
    std::uint32_t depth = 0;
    std::uint32_t expanded_at = 0;  // in the time of relevance
    bool is_queued = false;         // in the order Fastest
  };
  // What receiving a message comes to at a half.
  enum class Reception : std::uint8_t { Nothing, Answers, Moves };
  struct Known {
    MessageId message = kNone;
    EdgeId edge = kNone;
    Reception reception = Reception::Nothing;
  };
  // How a state was reached.
  struct Origin {
    NodeId from = kNone;  // kNone: it is the initial one
    EdgeId edge = kNone;
    std::uint32_t depth = 0;
  };
  using Others = std::vector<std::unique_ptr<CoveringWorker>>;

  // Of `count` workers this is the `number`-th; `all` are all of them, once they exist.
  CoveringWorker(CoveringGround& ground, std::size_t number, std::size_t count, const Others& all);
  CoveringWorker(const CoveringWorker&) = delete;
  CoveringWorker& operator=(const CoveringWorker&) = delete;
  ~CoveringWorker() { places_.abandon(); }

  // Who keeps the states of a half. Neighbours have one owner, so that what is known half by half
  // has few cache lines that two workers want.
  static std::size_t owner_of(HalfId half, const CoveringOptions& options) {
    if (options.threads == 1) return 0;
    return ((half >> options.neighbour_bits) * 0x9E3779B1U >> 12U) % options.threads;
  }

  // Keeps the state, unless it is covered. The half is this worker's.
  void settle_in(const Origin& origin, HalfId half, MessagesView set);
  // Takes the steps of a state; true: one violates something, and is the last that was taken.
  bool expand(NodeId id);
  [[nodiscard]] EdgeId last_edge() const { return last_edge_; }
  // Of the states to be expanded that have come least far, one of those with the largest sets.
  std::optional<NodeId> next();

  // Hands over what was found for others, but to those who have not received the last yet.
  void flush();
  // Something found for others is not handed over.
  [[nodiscard]] bool has_unsent() const;
  [[nodiscard]] bool has_mail() const;
  // Settles what others have found.
  void receive();

  // After conclusions were drawn: has states expanded again that were expanded too boldly. Gives up
  // where `is_cut_short` says so; then some may be left.
  template <class IsCutShort>
  void put_right(IsCutShort is_cut_short) {
    for (std::size_t i = 0; i < places_.size() && !is_cut_short(); ++i) put_right(places_[i]);
    show();
  }
  // A set kept early may be covered under a renaming, which is not asked when a set is added.
  void drop_covered_under_renamings();
  // Calls f(half, how many halves it stands for) for every half reached.
  template <class F>
  void for_each_half(F f) const {
    for (std::size_t i = 0; i < places_.size(); ++i) {
      if (!places_[i].sets.empty()) f(places_[i].half, orbit_size(places_[i]));
    }
  }

  // In the order Shortest: states from the `first`-th on belong to the level being added.
  void set_level_first(NodeId first) { level_first_ = first; }
  void forget_states();

  [[nodiscard]] const Node& node(NodeId id) const { return nodes_[id / count_]; }
  [[nodiscard]] const Known& known(HalfId half, MessageId message);

  // Checkpoints: covering_checkpoint.cpp.
  struct Member {
    NodeId node = kNone;
    bool is_queued = false;
    Messages set{};
  };
  void save_halves(std::vector<HalfId>& halves) const;
  void save_nodes(ArchiveWriter& writer) const;
  void save_sets(ArchiveWriter& writer) const;
  void restore_half(HalfId half);
  NodeId restore_node(const Node& restored);
  void restore_origin(NodeId id, NodeId parent, EdgeId edge);
  // After all nodes.
  void restore_sets(HalfId half, std::span<const MessageId> asked, std::span<const Member> members);
  void restore_counts(std::uint64_t generated, std::span<const std::uint64_t> actions);

  // Counts so far; any thread may ask.
  struct Counts {
    std::atomic<std::uint64_t> generated{0};
    std::atomic<std::uint64_t> maximal{0};
    std::atomic<std::uint64_t> queued{0};
    std::atomic<std::uint64_t> kept{0};
    std::atomic<std::uint32_t> depth{0};
  };
  [[nodiscard]] const Counts& shown() const { return shown_; }
  void show();
  [[nodiscard]] std::span<const std::uint64_t> action_counts() const { return action_counts_; }
  [[nodiscard]] std::span<const std::uint64_t> cut_off() const { return cut_off_; }
  [[nodiscard]] Relevance::Lessons& lessons() { return lessons_; }
  // The number of this chance to poll the observer.
  std::uint64_t note_poll() { return ++polls_; }

 private:
  // A message of a set, after its image: sorted, the least of those with one image come first.
  struct Imaged {
    MessageId image = kNone;
    MessageId message = kNone;
    auto operator<=>(const Imaged&) const = default;
  };
  // What the search knows of a half, and the states that it keeps there.
  struct Place {
    explicit Place(std::pmr::memory_resource* memory)
        : moves(memory), always(memory), known(memory), images(memory), sets(memory) {}
    HalfId half = kNone;
    std::uint32_t progress = 0;
    std::uint32_t images_at = 0;         // `sets` were closed and had the right images then
    std::pmr::vector<EdgeId> moves;      // internal steps that lead elsewhere or violate something
    std::pmr::vector<MessageId> always;  // what the other internal steps send
    std::pmr::vector<Known> known;       // the messages asked about, in rising order
    std::pmr::vector<Imaged> images;     // those that came here, likewise; what they were then
    std::span<const NamedPart> parts{};
    std::span<const Renaming> automorphisms{};
    Antichain sets;
  };
  // A member of a half's sets while they are refreshed, and where its images are.
  struct Refreshed {
    NodeId node = kNone;
    bool grew = false;
    std::size_t first = 0;
    std::size_t size = 0;
  };
  // States on their way to another worker, end to end: where from, edge, depth, half, the size of
  // the set with a bit that tells whether relevance is to learn of the edge, the set.
  using Found = std::vector<std::uint32_t>;
  // From one worker to another: the one fills it, then the other empties it.
  struct alignas(kCacheLine) Mailbox {
    std::atomic<bool> is_full{false};
    Found found;
  };

  // True: the step violates something.
  bool arrive(NodeId from, EdgeId id);
  void send(std::size_t to, const Origin& origin, HalfId half, bool is_lesson);
  void settle_mail();
  void keep(const Origin& origin, Place& at);
  void push(NodeId id, std::size_t size);

  [[nodiscard]] bool is_fastest() const { return ground_.options.order == CoverOrder::Fastest; }
  Place& place(HalfId half);
  Place& make_place(HalfId half);
  const Known& known(Place& at, MessageId message);
  // What is not known yet of these becomes known, all at once.
  void learn(Place& at, std::span<const Imaged> messages);
  void learn(Place& at, std::span<const MessageId> unknown);
  Known judged(const Place& at, MessageId message, EdgeId id);
  // Whether the edge is taken for the first time, of those that relevance is to learn of.
  bool is_lesson(EdgeId id);
  void learn_step(EdgeId id);
  void note_loop(EdgeId id);
  // How many cluster halves a canonical one stands for.
  [[nodiscard]] std::uint64_t orbit_size(const Place& place) const;

  Imaged imaged(const Place& at, MessageId message) {
    return {relevance_.image(at.parts, message, considered_), message};
  }
  MessageId image(Place& at, MessageId message);
  // imaged_ becomes the set's messages that matter, one for each image.
  void reduce(Place& at, MessagesView set);
  // Adds to imaged_ what the half can send without changing, as far as it matters.
  void close(Place& at);
  [[nodiscard]] bool is_in_reduced(MessageId image) const;
  // Whether imaged_, under a renaming that leaves the half as it is, is covered.
  bool is_covered(Place& at);
  // kept_set_ and image_ become what imaged_ holds.
  void split_imaged();

  void put_right(Place& at);
  [[nodiscard]] bool is_stale(const Place& at, NodeId id, MessagesView set) const;
  // Sees to it that images are those that relevance gives now.
  void bring_up_to_date(Place& at);
  void refresh(Place& at);

  CoveringGround& ground_;
  HalfGraph& graph_;
  Relevance& relevance_;
  std::size_t number_;
  std::size_t count_;
  const Others& all_;

  MemoryPool pool_;  // of all that places hold
  ReservedArray<Place> places_;
  ReservedArray<Node> nodes_;  // the i-th has the id i * count_ + number_
  Relevance::Lessons lessons_;

  // Pending nodes by the progress of their halves and the size of their sets, in the order Fastest.
  struct Pending {
    std::vector<std::vector<NodeId>> by_size;
    std::size_t largest = 0;  // no larger one is there
    std::size_t count = 0;
  };
  std::vector<Pending> pending_;  // by progress
  std::size_t least_ = 0;         // no lesser one is there
  std::uint64_t queued_ = 0;
  NodeId level_first_ = 0;

  std::uint64_t generated_ = 0;
  std::uint64_t maximal_ = 0;
  std::uint32_t depth_ = 0;
  std::uint64_t polls_ = 0;
  EdgeId last_edge_ = kNone;
  LineVector<std::uint64_t> action_counts_;
  LineVector<std::uint64_t> cut_off_;

  LineVector<Found> outboxes_;  // by worker
  Found mail_;                  // taken out of a mailbox

  // Scratch.
  Messages set_;               // of the node that is expanded
  std::vector<EdgeId> taken_;  // its steps
  Messages arrived_;           // after one of its steps
  Messages renamed_;
  Messages unknown_;
  std::vector<Imaged> imaged_;
  std::vector<Refreshed> refreshed_;
  std::vector<Imaged> refreshed_sets_;  // end to end
  Messages kept_set_;
  Messages image_;
  Relevance::Considered considered_;

  alignas(kCacheLine) std::vector<Mailbox> mailboxes_;  // by worker that it is from
  alignas(kCacheLine) Counts shown_;  // apart from the rest: other workers read it
};

// The set under other names, into `target`.
void rename(MessageNames& names, const Messages& set, Renaming renaming, Messages& target);

}  // namespace engine
