// Takes choices as ChosenRun does, and finds what it finds, by look-ups in a StepMemory: a run that
// has much in common with earlier ones costs a fraction of a microsecond a step. It says no more
// than which property is violated; whoever wants to know why takes the same choices with ChosenRun.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "checker/cluster/choice.hpp"
#include "checker/cluster/step_memory.hpp"

namespace cluster {

class RememberedRun {
 public:
  explicit RememberedRun(StepMemory& memory) : memory_(memory) {}

  // Begins a run of a new cluster. Runs that were begun before the memory was cleared are over.
  void begin(const node::Options& options);

  // Whether the choice was possible; else, and after a violation, nothing happens.
  bool take(const Choice& choice);
  void take(std::span<const Choice> choices);

  // 0, or what the last choice violated: 1 + Property, the first in the order of spec::Property.
  [[nodiscard]] std::uint32_t violation() const { return violation_; }
  // Of each server, in id order.
  [[nodiscard]] std::span<const StepMemory::LocalId> locals() const { return locals_; }
  [[nodiscard]] std::span<const spec::ServerView* const> views() const { return views_; }
  // The bytes of a server's state, as a node has them. `server` counts from 0.
  [[nodiscard]] std::string state(std::size_t server) const {
    return cluster_->states->bytes(memory_.local(locals_[server]).handle);
  }
  [[nodiscard]] const spec::History& history() const { return memory_.history(history_); }

  // What a server's step was like, in numbers (likeness.hpp).
  struct Transition {
    spec::ServerId server = spec::kNoServer;  // kNoServer: the last choice was no server's step
    std::uint64_t before = 0;                 // the server's outline
    std::uint64_t input = 0;                  // a message, or the choice's kind
    std::uint64_t after = 0;                  // its outline
    std::uint64_t state = 0;                  // its likeness after the step
  };
  // Of the last choice that was possible.
  [[nodiscard]] const Transition& transition() const { return transition_; }

 private:
  bool take_message(const Choice& choice);
  bool take_cut(const Choice& choice);
  bool take_input(const Choice& choice);
  void apply(std::size_t server, StepMemory::StepId step);
  [[nodiscard]] std::vector<StepMemory::MessageId>& link(spec::ServerId from, spec::ServerId to) {
    return links_[(from - 1) * locals_.size() + to - 1];
  }
  [[nodiscard]] bool reaches(spec::ServerId from, spec::ServerId to) const {
    return !is_cut_ || partition_[from - 1] == partition_[to - 1];
  }

  StepMemory& memory_;
  StepMemory::Cluster* cluster_ = nullptr;
  std::vector<StepMemory::LocalId> locals_;
  std::vector<const spec::ServerView*> views_;
  StepMemory::HistoryId history_ = 0;
  std::vector<std::vector<StepMemory::MessageId>> links_;  // oldest first
  Partition partition_;
  bool is_cut_ = false;
  AskedSoFar asked_;
  std::uint32_t violation_ = 0;
  StepMemory::Facts facts_;
  bool is_judged_ = false;  // facts_ are of this state
  Transition transition_;
};

}  // namespace cluster
