// The steps of a run as the node sees them: bytes in, bytes out. Not part of the library.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "checker/cluster/choices.hpp"
#include "checker/cluster/test_nodes.hpp"
#include "checker/node/node.hpp"

namespace cluster::rapid {

// A server's state, an input to it and what came of it.
struct Occurrence {
  std::string state{};
  node::InputKind kind{};
  std::string payload{};
  spec::ServerId target = spec::kNoServer;
  std::uint64_t read = 0;
  node::StepResult result{};
  [[nodiscard]] node::Input input() const { return {kind, payload, target, read}; }
};

// The core, and all the steps that it was asked for.
class RecordingNode final : public ChangedNode {
 public:
  using ChangedNode::ChangedNode;
  node::StepResult step(std::string_view state, const node::Input& input) override {
    node::StepResult result = ChangedNode::step(state, input);
    steps_.push_back({std::string(state), input.kind, std::string(input.payload), input.target,
                      input.read, result});
    return result;
  }
  [[nodiscard]] const std::vector<Occurrence>& steps() const { return steps_; }

 private:
  std::vector<Occurrence> steps_;
};

inline std::vector<Occurrence> occurrences(const PlannedRun& run) {
  RecordingNode node(run.options);
  ChosenRun chosen(node, run.options);
  chosen.take(run.choices);
  return node.steps();
}

}  // namespace cluster::rapid
