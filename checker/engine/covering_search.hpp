// The covering search: verifies over any network.
//
// The network is the set of all messages ever sent, each of which may be delivered at any later
// time, any number of times, or never. More messages only allow more, so a state (half, M) is
// covered by (half, M') if M' includes M, and only the maximal sets of each half are kept
// (antichain.hpp). The cluster halves that are reached are exactly those that are reachable over an
// unbounded network, and safety is a matter of halves. (Coverability in a well-structured
// transition system; the messages are finitely many because the model bounds terms and logs.)
//
// Most messages of a set are spent, or as good as another one. What is left out of the sets, and by
// what images they are compared, is said in relevance.hpp. It is learned while the search goes on,
// so what was left out too boldly must be put right: a state is expanded again if, of a half that
// it leads to, more is known to matter than when it was expanded.
//
// Two orders:
// - Fastest: the largest set first, and every set closed under the steps that leave the half as it
//   is and only send (a heartbeat, a repeated answer): they can be taken at no cost at any time.
// - Shortest: breadth first, without closure. The first violation found is at the end of a shortest
//   run. A state covered by one found no later can be skipped: what it leads to, the other leads to
//   in as many steps. Here the search starts anew when it turns out to have been too bold.
#pragma once

#include "checker/engine/antichain.hpp"
#include "checker/engine/half_graph.hpp"
#include "checker/engine/message_names.hpp"
#include "checker/engine/permutations.hpp"
#include "checker/engine/relevance.hpp"

namespace engine {

enum class CoverOrder : std::uint8_t { Fastest, Shortest };

struct CoveringOptions {
  CoverOrder order = CoverOrder::Fastest;
  const Permutations* symmetry = nullptr;  // of the servers; nullptr: search without symmetry
  Limits limits;                           // depth: in the order Shortest only
};

class CoveringSearch {
 public:
  CoveringSearch(Model& model, const CoveringOptions& options);

  // In the order Fastest a reported path may be longer than need be: `shortest` says so.
  // progress.distinct counts the states kept at the end (maximal sets), progress.generated the
  // successors.
  SearchResult run(Observer& observer);

  // After run(): the reached cluster halves (canonical ones), in id order.
  [[nodiscard]] std::vector<HalfId> reached_halves() const;
  // After run(): how many states were ever kept, covered ones included.
  [[nodiscard]] std::uint64_t kept() const { return nodes_.size(); }

 private:
  struct Node {
    HalfId half = kNone;
    NodeId parent = kNone;
    EdgeId edge = kNone;  // from the parent
    std::uint32_t depth = 0;
    std::uint32_t expanded_at = 0;  // in the time of relevance_
    bool is_queued = false;         // in the order Fastest
  };
  // What receiving a message comes to at a half.
  enum class Reception : std::uint8_t { Nothing, Answers, Moves };
  struct Known {
    MessageId message = kNone;
    EdgeId edge = kNone;
    Reception reception = Reception::Nothing;
  };
  // What the search knows of a half, and the states that it keeps there.
  struct Place {
    bool is_ready = false;
    std::uint32_t images_at = 0;  // when `sets` were closed and had the right images
    std::vector<EdgeId> moves{};  // internal steps that lead elsewhere or violate something
    Messages always{};            // what the other internal steps send
    std::vector<Known> known{};   // the messages asked about, in rising order
    std::vector<NamedPart> parts{};
    std::vector<Renaming> automorphisms{};
    Antichain sets{};
  };
  // A message of a set, after its image: sorted, the least of those with one image come first.
  struct Imaged {
    MessageId image = kNone;
    MessageId message = kNone;
    auto operator<=>(const Imaged&) const = default;
  };
  // A step of a run, in the run's names.
  struct Taken {
    EdgeId edge = kNone;
    Renaming names = 0;  // from the names at the edge's half to those of the run
    MessageId message = kNone;
    std::vector<MessageId> sends{};
    bool is_loop = false;
  };

  void start();
  void search(Observer& observer);
  // Forgets all states, in the order Shortest.
  void start_anew();
  std::optional<NodeId> next_node();
  std::optional<NodeId> next_in_breadth();
  bool reached_limit(Observer& observer);
  // True: something was violated (found_ says by what step).
  bool expand(NodeId id);
  bool arrive(NodeId from, EdgeId edge);
  // `set` in `place`, which the edge leads to.
  void settle_in(NodeId from, EdgeId edge, HalfId half, const Messages& set);
  void keep(NodeId from, EdgeId edge, HalfId half);

  Place& place(HalfId half);
  void make_ready(HalfId half);
  const Known& known(Place& place, HalfId half, MessageId message);
  Known learn(HalfId half, MessageId message);
  void learn_step(HalfId from, EdgeId edge);
  void note_loop(EdgeId edge);

  // imaged_ becomes the set's messages that matter, one for each image.
  void reduce(const Place& place, const Messages& set);
  // Adds to imaged_ what the half can send without changing, as far as it matters.
  void close(Place& place, HalfId half);
  bool is_in_reduced(MessageId image) const;
  // Whether imaged_, under a renaming that leaves the half as it is, is covered.
  bool is_covered(const Place& place);
  // set_of_imaged_ and image_ become what imaged_ holds.
  void split_imaged();

  // Draws conclusions on what matters; has states expanded again that were expanded too boldly.
  void put_right();
  bool is_stale(const Place& place, NodeId id, MessagesView set);
  void refresh(Place& place, HalfId half);
  void push(NodeId id, std::size_t size);

  // How many cluster halves a canonical one stands for.
  std::uint64_t orbit_size(const Place& place) const;
  void rename(const Messages& set, Renaming renaming, Messages& target);
  [[nodiscard]] Progress progress() const;
  void finish();

  // The runs that are reported: covering_path.cpp.
  std::vector<PathStep> path_to_violation();
  std::vector<Taken> run_to_violation();
  void take_loops(HalfId half, Messages& set, Renaming names, std::vector<Taken>& run);
  Taken taken(EdgeId edge, Renaming names);
  static void drop_needless(std::vector<Taken>& run);

  HalfGraph graph_;
  CoveringOptions options_;
  MessageNames names_;
  Relevance relevance_;
  std::vector<Place> places_;
  std::vector<Node> nodes_;
  std::vector<bool> is_learned_;  // by edge
  std::uint64_t maximal_ = 0;

  // Fastest: pending nodes by the size of their sets. Shortest: the current and the next level.
  std::vector<std::vector<NodeId>> buckets_;
  std::size_t bucket_ = 0;
  std::uint64_t queued_ = 0;
  NodeId cursor_ = 0;
  NodeId level_first_ = 0;  // nodes from here on belong to the level being added
  std::uint32_t depth_ = 0;
  std::uint32_t started_at_ = 0;  // in the time of relevance_
  std::uint64_t expanded_ = 0;

  SearchResult result_;
  std::uint64_t generated_ = 1;
  NodeId found_node_ = kNone;  // at which the violating step is taken
  EdgeId found_edge_ = kNone;

  // Scratch.
  Messages set_;      // of the node that is expanded
  Messages arrived_;  // after one of its steps
  Messages renamed_;
  std::vector<Imaged> imaged_;
  Messages kept_set_;
  Messages image_;
};

}  // namespace engine
