// The third form of the node boundary: states and messages that are kept and named by numbers, for
// whoever takes a great many steps from few states. A step costs no way through bytes but the one
// that names what it led to.
//
// As with `Node`, no type of an implementation is seen, and a step through States is the step
// through Node: same bytes, messages, outcome.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checker/node/node.hpp"
#include "spec/property.hpp"
#include "spec/view.hpp"

namespace node {

using StateHandle = std::uint32_t;
using MessageHandle = std::uint32_t;

// Where a step led; it is kept only if somebody says so.
struct Stepped {
  std::string bytes;              // of the state, as Node gives them
  std::vector<Message> messages;  // as there
  std::vector<std::uint64_t> reads;
  std::optional<std::string> contract;  // as there: then there is no state
  std::optional<spec::Applied> applied;
};

class States {
 public:
  States() = default;
  States(const States&) = delete;
  States& operator=(const States&) = delete;
  virtual ~States() = default;

  // Handles count from 0, and are valid until clear().
  virtual StateHandle initial(spec::ServerId id) = 0;
  [[nodiscard]] virtual std::string bytes(StateHandle state) const = 0;
  [[nodiscard]] virtual spec::ServerView view(StateHandle state) const = 0;
  [[nodiscard]] virtual spec::MessageView message_view(MessageHandle message) const = 0;
  // Whether some property says something of such a message (spec::is_judged).
  [[nodiscard]] virtual bool is_judged(MessageHandle message) const = 0;

  // What is returned is valid until the next step. `input` is no receipt.
  virtual const Stepped& step(StateHandle state, const Input& input) = 0;
  virtual const Stepped& receive(StateHandle state, MessageHandle message) = 0;
  // Keep the state that the last step led to (once after each step), or a message that it sent.
  virtual StateHandle keep_state() = 0;
  virtual MessageHandle keep_message(std::size_t position) = 0;

  virtual void clear() = 0;
};

// The core as it is. Throws raft::ContractViolation if the options make no cluster.
std::unique_ptr<States> make_raft_states(const Options& options);

// Any node, by its bytes.
std::unique_ptr<States> make_states_of(std::unique_ptr<Node> node);

}  // namespace node
