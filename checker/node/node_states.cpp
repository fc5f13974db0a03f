// Any node's states, kept as their bytes.
#include <deque>

#include "checker/node/states.hpp"

namespace node {
namespace {

class NodeStates final : public States {
 public:
  explicit NodeStates(std::unique_ptr<Node> node) : node_(std::move(node)) {}

  StateHandle initial(spec::ServerId id) override {
    stepped_.bytes = node_->initial_state(id);
    return keep_state();
  }
  [[nodiscard]] std::string bytes(StateHandle state) const override { return states_[state]; }
  [[nodiscard]] spec::ServerView view(StateHandle state) const override {
    return node_->view(states_[state]);
  }
  [[nodiscard]] spec::MessageView message_view(MessageHandle message) const override {
    return node_->message_view(messages_[message]);
  }
  [[nodiscard]] bool is_judged(MessageHandle message) const override {
    return spec::is_judged(message_view(message).kind);
  }

  const Stepped& step(StateHandle state, const Input& input) override {
    StepResult result = node_->step(states_[state], input);
    stepped_ = {std::move(result.state), std::move(result.messages), std::move(result.reads),
                std::move(result.contract), result.applied};
    return stepped_;
  }
  const Stepped& receive(StateHandle state, MessageHandle message) override {
    return step(state, {.kind = InputKind::Receive, .payload = messages_[message]});
  }

  StateHandle keep_state() override {
    states_.push_back(stepped_.bytes);
    return static_cast<StateHandle>(states_.size() - 1);
  }
  MessageHandle keep_message(std::size_t position) override {
    messages_.push_back(stepped_.messages[position].bytes);
    return static_cast<MessageHandle>(messages_.size() - 1);
  }

  void clear() override {
    states_.clear();
    messages_.clear();
  }

 private:
  std::unique_ptr<Node> node_;
  std::deque<std::string> states_;
  std::deque<std::string> messages_;
  Stepped stepped_;
};

}  // namespace

std::unique_ptr<States> make_states_of(std::unique_ptr<Node> node) {
  return std::make_unique<NodeStates>(std::move(node));
}

}  // namespace node
