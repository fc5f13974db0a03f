// The covering search: verifies over any network.
//
// The network is the set of all messages ever sent, each of which may be delivered at any later
// time, any number of times, or never. More messages only allow more, so a state (half, M) is
// covered by (half, M') if M' includes M, and only the maximal sets of each half are kept
// (antichain.hpp). The cluster halves that are reached are exactly those that are reachable over an
// unbounded network, and safety is a matter of halves. (Coverability in a well-structured
// transition system; the messages are finitely many because the model bounds terms and logs.)
//
// Two orders:
// - Fastest: the largest set first, and every set closed under the steps that leave the half as it
//   is and only send (a heartbeat, a repeated answer): they can be taken at no cost at any time.
// - Shortest: breadth first, without closure. The first violation found is at the end of a shortest
//   run. A state covered by one found no later can be skipped: what it leads to, the other leads to
//   in as many steps.
#pragma once

#include "checker/engine/antichain.hpp"
#include "checker/engine/half_graph.hpp"
#include "checker/engine/permutations.hpp"

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
  };
  // What receiving each message comes to at a half, found out when a set first holds the message.
  struct Reactions {
    bool is_ready = false;
    MessageSet known;
    MessageSet moves;    // leads to another half, or violates something
    MessageSet answers;  // leaves the half as it is and sends something
    MessageSet always;   // what the internal steps that leave the half as it is send
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
  std::optional<NodeId> next_node();
  // True: something was violated (found_ says by what step).
  bool expand(NodeId id);
  bool arrive(NodeId from, EdgeId edge);
  void keep(NodeId from, EdgeId edge, HalfId half, MessageSet& set);
  // Whether the set, under a renaming that leaves the half as it is, is covered.
  bool is_covered(HalfId half, const MessageSet& set);
  // Adds all that the half can send without changing; calls taken(edge) for each step that added
  // something, in an order in which they can be taken.
  template <class F>
  void close(HalfId half, MessageSet& set, F taken);
  Reactions& reactions(HalfId half);
  void learn(HalfId half, MessageId message);
  void learn_all(HalfId half, const MessageSet& set);
  void note_loop(EdgeId edge);
  // How many cluster halves a canonical one stands for.
  std::uint64_t orbit_size(HalfId half);
  // `target` becomes the renamed set.
  void rename(const MessageSet& set, Renaming renaming, MessageSet& target);
  [[nodiscard]] Progress progress() const;
  void finish();

  std::vector<PathStep> path_to_violation();
  std::vector<Taken> run_to_violation();
  static void drop_needless(std::vector<Taken>& run);

  HalfGraph graph_;
  CoveringOptions options_;
  Antichain antichain_;
  std::vector<Node> nodes_;
  std::vector<Reactions> reactions_;

  // Fastest: pending nodes by the size of their sets. Shortest: the current and the next level.
  std::vector<std::vector<NodeId>> buckets_;
  std::size_t bucket_ = 0;
  std::uint64_t queued_ = 0;
  NodeId cursor_ = 0;
  NodeId level_first_ = 0;  // nodes from here on belong to the level being added
  std::uint32_t depth_ = 0;

  SearchResult result_;
  std::uint64_t generated_ = 1;
  NodeId found_node_ = kNone;  // at which the violating step is taken
  EdgeId found_edge_ = kNone;
  MessageSet set_;      // of the node that is expanded
  MessageSet arrived_;  // after one of its steps
  MessageSet renamed_;
  MessageSet image_;  // of a set under an automorphism
};

}  // namespace engine
