// The core of src/raft as states that are kept.
#include <deque>
#include <stdexcept>

#include "checker/node/machine.hpp"
#include "checker/node/raft_view.hpp"
#include "checker/node/states.hpp"
#include "src/raft/canonical.hpp"
#include "src/raft/contract.hpp"

namespace node {
namespace {

class RaftStates final : public States {
 public:
  explicit RaftStates(const Options& options) : driver_(options) {}

  StateHandle initial(spec::ServerId id) override {
    scratch_ = driver_.initial(id);
    return keep_state();
  }
  [[nodiscard]] std::string bytes(StateHandle state) const override {
    return raft::encoded(machines_[state]);
  }
  [[nodiscard]] spec::ServerView view(StateHandle state) const override {
    return server_view(machines_[state]);
  }
  [[nodiscard]] spec::MessageView message_view(MessageHandle message) const override {
    return node::message_view(message_of(message));
  }
  [[nodiscard]] bool is_judged(MessageHandle message) const override {
    return node::is_judged(message_of(message));
  }

  const Stepped& step(StateHandle state, const Input& input) override {
    scratch_ = machines_[state];
    sent_.clear();
    if (input.kind == InputKind::DiskWrite && scratch_.pending.empty()) {
      throw std::invalid_argument("no write is pending");
    }
    return take(driver_.begin(scratch_, input, sent_));
  }
  const Stepped& receive(StateHandle state, MessageHandle message) override {
    scratch_ = machines_[state];
    sent_.clear();
    return take(received_[message]);
  }

  StateHandle keep_state() override {
    machines_.push_back(std::move(scratch_));
    return static_cast<StateHandle>(machines_.size() - 1);
  }
  MessageHandle keep_message(std::size_t position) override {
    received_.emplace_back(raft::Receive{sent_[position]});
    return static_cast<MessageHandle>(received_.size() - 1);
  }

  void clear() override {
    machines_.clear();
    received_.clear();
  }

 private:
  [[nodiscard]] const raft::Message& message_of(MessageHandle handle) const {
    return std::get<raft::Receive>(received_[handle]).message;
  }

  const Stepped& take(const raft::Input& input) {
    stepped_.contract.reset();
    try {
      const raft::Effects& effects = driver_.step(scratch_, input, sent_);
      stepped_.reads = effects.reads;
    } catch (const raft::ContractViolation& violation) {
      stepped_.contract = violation.what();
      sent_.clear();
      stepped_.messages.clear();
      return stepped_;
    }
    stepped_.bytes.clear();
    raft::Encoder(stepped_.bytes).put(scratch_);
    stepped_.messages.resize(sent_.size());
    for (std::size_t i = 0; i < sent_.size(); ++i) {
      Message& message = stepped_.messages[i];
      message.from = sent_[i].from.value;
      message.to = sent_[i].to.value;
      message.bytes.clear();
      raft::Encoder(message.bytes).put(sent_[i]);
    }
    stepped_.applied = driver_.applied(scratch_);
    return stepped_;
  }

  Driver driver_;
  std::deque<Machine> machines_;
  std::deque<raft::Input> received_;
  Machine scratch_;
  std::vector<raft::Message> sent_;
  Stepped stepped_;
};

}  // namespace

std::unique_ptr<States> make_raft_states(const Options& options) {
  return std::make_unique<RaftStates>(options);
}

}  // namespace node
