// Nodes with a bug, made from one without: each is the same for every server, so that symmetry
// holds for it too.
#pragma once

#include <memory>
#include <numeric>
#include <utility>

#include "checker/node/node.hpp"
#include "checker/node/raft_node.hpp"

namespace cluster {

class ChangedNode : public node::Node {
 public:
  explicit ChangedNode(const node::Options& options)
      : servers_(options.servers), node_(node::make_raft_node(options)) {}

  std::string initial_state(spec::ServerId id) override { return node_->initial_state(id); }
  node::StepResult step(std::string_view state, const node::Input& input) override {
    return node_->step(state, input);
  }
  spec::ServerView view(std::string_view state) override { return node_->view(state); }
  spec::MessageView message_view(std::string_view message) override {
    return node_->message_view(message);
  }
  std::string renamed_state(std::string_view state, node::ServerRenaming renaming) override {
    return node_->renamed_state(state, renaming);
  }
  std::string renamed_message(std::string_view bytes, node::ServerRenaming renaming) override {
    return node_->renamed_message(bytes, renaming);
  }

 protected:
  [[nodiscard]] std::uint32_t servers() const { return servers_; }

 private:
  std::uint32_t servers_;
  std::unique_ptr<node::Node> node_;
};

// Forgets everything in a crash, its term and vote included.
class ForgetfulNode final : public ChangedNode {
 public:
  using ChangedNode::ChangedNode;
  node::StepResult step(std::string_view state, const node::Input& input) override {
    node::StepResult result = ChangedNode::step(state, input);
    if (input.kind == node::InputKind::Restart) result.state = initial_state(view(state).id);
    return result;
  }
};

// A follower gives its vote to whoever asks for it, once more in the same term.
class DoubleVotingNode final : public ChangedNode {
 public:
  using ChangedNode::ChangedNode;
  node::StepResult step(std::string_view state, const node::Input& input) override {
    if (input.kind != node::InputKind::Receive) return ChangedNode::step(state, input);
    const spec::MessageView request = message_view(input.payload);
    const spec::ServerView voter = view(state);
    const bool has_voted = voter.role == spec::Role::Follower && voter.voted_for != 0 &&
                           voter.voted_for != voter.id && voter.voted_for != request.from;
    if (request.kind != "request_vote" || !has_voted) return ChangedNode::step(state, input);
    // As if the vote had been for this candidate all along.
    std::vector<std::uint8_t> exchange(servers());
    std::iota(exchange.begin(), exchange.end(), std::uint8_t{0});
    std::swap(exchange[voter.voted_for - 1], exchange[request.from - 1]);
    return ChangedNode::step(renamed_state(state, exchange), input);
  }
};

}  // namespace cluster
