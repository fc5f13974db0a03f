// Takes choices as ChosenRun does, and finds what it finds, by look-ups in a StepMemory: a run that
// has much in common with earlier ones costs a fraction of a microsecond a step. It says no more
// than which property is violated; whoever wants to know why takes the same choices with ChosenRun.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "checker/cluster/choice.hpp"
#include "checker/cluster/likeness.hpp"
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
  [[nodiscard]] std::uint32_t violation() const { return now_.violation; }
  // Of each server, in id order.
  [[nodiscard]] std::span<const StepMemory::LocalId> locals() const { return now_.locals; }
  // How the servers stand to each other (likeness.hpp).
  [[nodiscard]] std::uint64_t standing() const { return cluster::standing(now_.bearings); }
  // The bytes of a server's state, as a node has them. `server` counts from 0.
  [[nodiscard]] std::string state(std::size_t server) const {
    return cluster_->states->bytes(memory_.local(now_.locals[server]).handle);
  }
  [[nodiscard]] const spec::History& history() const { return memory_.history(now_.history); }

  // What a server's step was like, in numbers (likeness.hpp).
  struct Transition {
    spec::ServerId server = spec::kNoServer;  // kNoServer: the last choice was no server's step
    std::uint64_t before = 0;                 // the server's outline
    std::uint64_t input = 0;                  // a message, or the choice's kind
    std::uint64_t after = 0;                  // its outline
    std::uint64_t state = 0;                  // its likeness after the step
  };
  // Of the last choice that was possible.
  [[nodiscard]] const Transition& transition() const { return now_.transition; }

  // Where a run has come to, and its way back there: a run of a cluster of the same options, begun
  // since the memory was cleared, goes on from it as this one would.
  struct State {
    struct Flying {
      std::uint32_t link = 0;  // from which server to which
      StepMemory::MessageId message = 0;
    };
    std::vector<StepMemory::LocalId> locals;
    std::vector<const spec::ServerView*> views;
    std::vector<Bearing> bearings;
    StepMemory::HistoryId history = 0;
    std::vector<Flying> flying;            // in the order of sending
    const Partition* partition = nullptr;  // nullptr: the network is not cut
    AskedSoFar asked;
    std::uint32_t violation = 0;
    StepMemory::Facts facts;
    bool is_judged = false;  // facts are of this state
    Transition transition;
  };
  [[nodiscard]] const State& place() const { return now_; }
  void go_on_from(const State& place) { now_ = place; }

 private:
  bool take_message(const Choice& choice);
  bool take_cut(const Choice& choice);
  bool take_input(const Choice& choice);
  void apply(std::size_t server, StepMemory::StepId step);
  [[nodiscard]] std::uint32_t link(spec::ServerId from, spec::ServerId to) const {
    return static_cast<std::uint32_t>((from - 1) * now_.locals.size() + to - 1);
  }
  [[nodiscard]] bool reaches(spec::ServerId from, spec::ServerId to) const {
    return now_.partition == nullptr || (*now_.partition)[from - 1] == (*now_.partition)[to - 1];
  }

  StepMemory& memory_;
  StepMemory::Cluster* cluster_ = nullptr;
  State now_;
};

}  // namespace cluster
