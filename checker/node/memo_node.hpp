// A node that remembers what another one answered. Nodes are pure, so nothing changes but the time:
// whoever runs nearly the same run thousands of times asks a node of any speed only once for each
// step.
#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>

#include "checker/node/node.hpp"

namespace node {

class MemoNode final : public Node {
 public:
  // `node` must outlive this one.
  explicit MemoNode(Node& node) : node_(node) {}

  std::string initial_state(spec::ServerId id) override { return node_.initial_state(id); }
  StepResult step(std::string_view state, const Input& input) override;
  spec::ServerView view(std::string_view state) override;
  spec::MessageView message_view(std::string_view message) override;
  std::string renamed_state(std::string_view state, ServerRenaming renaming) override {
    return node_.renamed_state(state, renaming);
  }
  std::string renamed_message(std::string_view message, ServerRenaming renaming) override {
    return node_.renamed_message(message, renaming);
  }

  // How often the other node was asked for a step.
  [[nodiscard]] std::uint64_t steps_asked() const { return steps_asked_; }

 private:
  Node& node_;
  std::unordered_map<std::string, StepResult> steps_;
  std::unordered_map<std::string, spec::ServerView> views_;
  std::unordered_map<std::string, spec::MessageView> messages_;
  std::uint64_t steps_asked_ = 0;
};

}  // namespace node
