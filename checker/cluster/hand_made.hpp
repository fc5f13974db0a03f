// A run made by hand for tests: each step is taken as it is written down, and must be possible.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "checker/cluster/runner.hpp"
#include "checker/node/node.hpp"
#include "spec/property.hpp"
#include "traces/trace.hpp"

namespace cluster {

class HandMade {
 public:
  HandMade(node::Node& node, spec::Property property, const std::string& network = "any",
           std::uint32_t servers = 3)
      : runner_(node, servers, network, spec::set_of(property)) {
    trace_.config.servers = servers;
    trace_.config.network = network;
    trace_.initial = runner_.views();
  }

  HandMade& act(traces::ActionKind kind, spec::ServerId server) {
    traces::Action action;
    action.kind = kind;
    action.server = server;
    return take(action);
  }
  HandMade& cut(std::vector<std::vector<spec::ServerId>> groups) {
    traces::Action action;
    action.kind = traces::ActionKind::Cut;
    action.groups = std::move(groups);
    return take(action);
  }
  HandMade& heal() {
    traces::Action action;
    action.kind = traces::ActionKind::Heal;
    return take(action);
  }
  // What step `sent_at` sent to `to`.
  HandMade& deliver(std::size_t sent_at, spec::ServerId to, bool keep_copy = false) {
    for (const traces::SentMessage& sent : trace_.steps.at(sent_at - 1).sent) {
      if (sent.message.to == to) return receive(sent.message, sent_at, keep_copy);
    }
    throw std::logic_error("that step sent nothing to that server");
  }
  // The last of this kind that was sent on this link.
  HandMade& deliver(const std::string& kind, spec::ServerId from, spec::ServerId to,
                    bool keep_copy = false) {
    for (std::size_t sent_at = trace_.steps.size(); sent_at > 0; --sent_at) {
      for (const traces::SentMessage& sent : trace_.steps[sent_at - 1].sent) {
        if (sent.message.kind == kind && sent.message.from == from && sent.message.to == to) {
          return receive(sent.message, sent_at, keep_copy);
        }
      }
    }
    throw std::logic_error("nothing of the kind was sent");
  }
  [[nodiscard]] const traces::Trace& trace() const { return trace_; }

 private:
  HandMade& receive(const spec::MessageView& message, std::size_t sent_at, bool keep_copy) {
    traces::Action action;
    action.kind = traces::ActionKind::Deliver;
    action.server = message.to;
    action.message = message;
    action.sent_at = sent_at;
    action.keep_copy = keep_copy;
    return take(action);
  }
  HandMade& take(const traces::Action& action) {
    auto taken = runner_.apply(action);
    if (!taken) throw std::logic_error(taken.error());
    trace_.steps.push_back(std::move(taken->step));
    if (taken->violation) {
      trace_.violation = {to_string(taken->violation->property), taken->violation->message,
                          trace_.steps.size()};
    }
    return *this;
  }

  Runner runner_;
  traces::Trace trace_;
};

}  // namespace cluster
