// What a server's step shows by itself, for the models that remember messages by their ids.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "checker/cluster/vocabulary.hpp"
#include "checker/engine/model.hpp"
#include "checker/node/node.hpp"
#include "spec/property.hpp"

namespace cluster {

// Whether there is a history that knows `before` and that `after` adds something to.
inline bool may_extend_history(const spec::ServerView& before, const spec::ServerView& after) {
  const bool led = before.role == spec::Role::Leader && before.current_term == after.current_term;
  if (after.role == spec::Role::Leader && !led) return true;
  return after.commit_index > before.commit_index || after.commit_index > before.log.size();
}

// `is_receipt_judged`: of a receipt, is_judged() of its message. `messages[id]` has the bytes and
// the action of a message. Messages of which no property says anything are not decoded. `result`
// is what the step came to, and `sent` its messages by their ids.
template <class Messages>
std::optional<spec::Violation> judge_step(node::Node& node, spec::PropertySet properties,
                                          const spec::ServerView& before,
                                          const spec::ServerView& after, const node::Input& input,
                                          bool is_receipt_judged, const node::StepResult& result,
                                          std::span<const engine::MessageId> sent,
                                          const Messages& messages) {
  const bool restarted = input.kind == node::InputKind::Restart;
  const auto of_step = spec::check_step(before, after, restarted, properties);
  std::optional<spec::MessageView> received;
  if (input.kind == node::InputKind::Receive && is_receipt_judged) {
    received = node.message_view(input.payload);
  }
  std::vector<spec::MessageView> views;
  for (const engine::MessageId message : sent) {
    if (is_judged(messages[message].action)) {
      views.push_back(node.message_view(messages[message].bytes));
    }
  }
  const spec::Exchange exchange{received ? &*received : nullptr, views,
                                result.applied ? &*result.applied : nullptr};
  return first_of(of_step, spec::check_exchange(before, after, exchange, properties));
}

// The same of the receipt of a message, where none of the messages has an id.
inline std::optional<spec::Violation> judge_receipt(node::Node& node, spec::PropertySet properties,
                                                    const spec::ServerView& before,
                                                    const spec::ServerView& after,
                                                    std::string_view message,
                                                    const node::StepResult& result) {
  const spec::MessageView received = node.message_view(message);
  std::vector<spec::MessageView> sent;
  for (const node::Message& answer : result.messages) {
    sent.push_back(node.message_view(answer.bytes));
  }
  const spec::Exchange exchange{&received, sent, result.applied ? &*result.applied : nullptr};
  return first_of(spec::check_step(before, after, /*restarted=*/false, properties),
                  spec::check_exchange(before, after, exchange, properties));
}

}  // namespace cluster
