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
// - Fastest: the half that has come least far first (Model::progress), so that most of what leads
//   to it was found before; of its like the largest set; and every set closed under the steps that
//   leave the half as it is and only send (a heartbeat, a repeated answer): they can be taken at no
//   cost at any time.
// - Shortest: breadth first, without closure. The first violation found is at the end of a shortest
//   run. A state covered by one found no later can be skipped: what it leads to, the other leads to
//   in as many steps. Here the search starts anew when it turns out to have been too bold.
//
// Threads, in the order Fastest (covering_worker.hpp): each keeps the states of some halves, and
// expands those of its own in this order. All meet at a barrier when conclusions are to be
// drawn on what messages can do, when nothing is left to expand, or when the search is to stop. The
// halves that are reached, and whether something is violated, do not depend on the threads; the
// states on the way to them and the violation that is met first do. The order Shortest has one
// thread, and finds the same run every time.
#pragma once

#include <barrier>
#include <exception>
#include <thread>

#include "checker/engine/covering_worker.hpp"

namespace engine {

class CoveringSearch {
 public:
  CoveringSearch(Model& model, const CoveringOptions& options);
  CoveringSearch(const CoveringSearch&) = delete;
  CoveringSearch& operator=(const CoveringSearch&) = delete;
  ~CoveringSearch() = default;

  // Before run(), in the order Fastest: goes on where the search was that wrote the checkpoint. The
  // model must be one that was asked nothing but what the constructor asks; the options must be
  // equal but for limits, threads and checkpoints.
  void resume(ArchiveReader& reader);

  // In the order Fastest a reported path may be longer than need be: `shortest` says so.
  // progress.distinct counts the states kept at the end (maximal sets), progress.generated the
  // successors.
  SearchResult run(Observer& observer);

  // After run(): the reached cluster halves (canonical ones), in id order.
  [[nodiscard]] std::vector<HalfId> reached_halves() const;
  // After run(): how many states were ever kept, covered ones included.
  [[nodiscard]] std::uint64_t kept() const;

 private:
  // A step of a run, in the run's names.
  struct Taken {
    EdgeId edge = kNone;
    Renaming names = 0;  // from the names at the edge's half to those of the run
    MessageId message = kNone;
    std::vector<MessageId> sends{};
    bool is_loop = false;
  };
  struct OnBarrier {
    CoveringSearch* search;
    void operator()() const noexcept { search->all_stand_still(); }
  };

  // The initial state, at its half's owner.
  void start();
  void start_anew();
  [[nodiscard]] bool is_limit_of_states_reached() const;
  void note_violation(NodeId node, EdgeId edge);

  // The order Fastest. A thread's life:
  void work(std::size_t number);
  void explore(CoveringWorker& worker);
  // When a worker has nothing to expand: returns when it may have, or is to meet the others.
  void wait_for_work(CoveringWorker& worker);
  void put_right(CoveringWorker& worker);
  void poll(CoveringWorker& worker);
  // At the barrier, while no worker works.
  void all_stand_still() noexcept;
  void agree_on_phase();
  bool settle();
  [[nodiscard]] bool is_mail_anywhere() const;
  [[nodiscard]] bool is_nothing_left() const;
  void stop(StopReason reason);
  void note_failure();
  void search_fastest();
  void start_threads(std::vector<std::jthread>& threads);

  // The order Shortest.
  void search_shortest();
  void search_in_breadth();
  std::optional<NodeId> next_in_breadth();
  // Whether messages were left out that turned out to matter.
  bool was_too_bold();

  // covering_checkpoint.cpp. At the barrier, while no worker works.
  struct LoadedNodes;
  void write_checkpoint();
  void save(ArchiveWriter& writer);
  LoadedNodes load_nodes(ArchiveReader& reader, std::size_t workers_then);
  void load_sets(ArchiveReader& reader, std::span<const HalfId> halves, const LoadedNodes& nodes);
  [[nodiscard]] bool is_place(HalfId half) const {
    return half < ground_.place_of.capacity() && ground_.place_of[half] != 0;
  }

  [[nodiscard]] Progress progress() const;
  void finish();

  [[nodiscard]] const CoveringWorker::Node& node(NodeId id) const {
    return workers_[id % workers_.size()]->node(id);
  }
  CoveringWorker& owner_of(HalfId half) {
    return *workers_[CoveringWorker::owner_of(half, ground_.options)];
  }

  // The runs that are reported: covering_path.cpp.
  std::vector<PathStep> path_to_violation();
  std::vector<Taken> run_to_violation();
  void take_loops(HalfId half, Messages& set, Renaming names, std::vector<Taken>& run);
  Taken taken(EdgeId edge, Renaming names);
  static void drop_needless(std::vector<Taken>& run);

  CoveringGround ground_;
  CoveringWorker::Others workers_;
  std::vector<Relevance::Lessons*> lessons_;  // of all workers
  std::barrier<OnBarrier> barrier_;
  Observer* observer_ = nullptr;
  std::mutex poll_mutex_;

  // Written by any worker, acted upon at the barrier.
  alignas(64) std::atomic<bool> is_pause_wanted_{false};
  std::atomic<bool> is_stop_wanted_{false};
  std::atomic<bool> is_checkpoint_wanted_{false};
  std::atomic<std::size_t> idle_{0};  // workers with nothing to expand
  std::mutex mutex_;                  // of the next four
  std::exception_ptr failure_;
  NodeId found_node_ = kNone;  // at which a violating step is taken
  EdgeId found_edge_ = kNone;
  std::optional<StopReason> stop_reason_;  // a limit, or what the observer said
  // Agreed on at the barrier.
  enum class Phase : std::uint8_t { Exploring, PuttingRight, Over };
  Phase phase_ = Phase::Over;
  bool is_resumed_ = false;

  // The order Shortest.
  NodeId cursor_ = 0;
  NodeId level_first_ = 0;        // nodes from here on belong to the level being added
  std::uint32_t started_at_ = 0;  // in the time of relevance
  bool is_depth_reached_ = false;

  SearchResult result_;
  Messages renamed_;  // scratch
};

}  // namespace engine
