// A log for ShiViz (bestchai.bitbucket.io/shiviz): its first line is the expression by which ShiViz
// takes it apart, the second, empty here, would tell several runs apart. Each event is two lines,
//
//     server2 {"server1":2,"server2":2}
//     3 receives request_vote from 1 (term 1, last log 0@0) [VoteGranted]
//
// the host with its vector clock, and what happened. A host's first event is its start; a delivery
// follows the step that sent the message. Cuts and heals are events of the host `network`.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "traces/formats/writers.hpp"
#include "traces/printable.hpp"
#include "traces/render.hpp"
#include "traces/wording.hpp"

namespace traces::formats::shiviz {

using namespace internal;

namespace {

constexpr std::string_view kExpression = R"((?<host>\S*) (?<clock>{.*})\n(?<event>.*))";
constexpr spec::ServerId kNetwork = spec::kNoServer;

using Clock = std::map<spec::ServerId, std::size_t>;  // events of each host that are known of

std::string host_name(spec::ServerId id) {
  return id == kNetwork ? std::string("network") : fmt::format("server{}", id);
}

std::string event_text(const Trace& trace, std::size_t position) {
  const Step& step = trace.steps[position];
  std::string text = fmt::format("{} {}", step.number, action_text(step.action));
  if (!step.outcome.empty()) text += fmt::format(" [{}]", printable(step.outcome));
  for (const SentMessage& sent : step.sent) {
    text += fmt::format("; sends {} to {}{}{}", printable(sent.message.kind), sent.message.to,
                        fields_text(sent.message), sent.lost ? ", lost" : "");
  }
  if (!step.answered.empty()) {
    text += fmt::format("; answers reads {}", fmt::join(step.answered, " "));
  }
  const spec::ServerView* before = view_before(trace, position, step.action.server);
  if (step.view && before != nullptr) {
    const std::string changes = render_changes(*before, *step.view);
    if (!changes.empty()) text += "; " + changes;
  }
  if (trace.violation && trace.violation->step == step.number) {
    text += fmt::format("; {}", verdict_sentences(trace).front());
  }
  return text;
}

class Log {
 public:
  void event(spec::ServerId host, std::string_view text) {
    ++clocks_[host][host];
    std::vector<std::string> known;
    for (const auto& [id, events] : clocks_[host]) {
      known.push_back(fmt::format("\"{}\":{}", host_name(id), events));
    }
    text_ += fmt::format("{} {{{}}}\n{}\n", host_name(host), fmt::join(known, ","), text);
    at_event_.push_back(clocks_[host]);
  }
  // The host learns of what was known after an event, counted from 0.
  void learn(spec::ServerId host, std::size_t event) {
    for (const auto& [id, events] : at_event_.at(event)) {
      clocks_[host][id] = std::max(clocks_[host][id], events);
    }
  }
  [[nodiscard]] std::size_t events() const { return at_event_.size(); }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::map<spec::ServerId, Clock> clocks_;
  std::vector<Clock> at_event_;
  std::string text_ = fmt::format("{}\n\n", kExpression);
};

}  // namespace

std::string write(const Trace& trace, const Page& /*page*/) {
  Log log;
  for (const spec::ServerView& view : trace.initial) {
    log.event(view.id, "0 starts; " + render_view(view));
  }
  const std::size_t starts = log.events();
  for (std::size_t i = 0; i < trace.steps.size(); ++i) {
    const Action& action = trace.steps[i].action;
    if (action.kind == ActionKind::Deliver) log.learn(action.server, starts + action.sent_at - 1);
    log.event(acts_on_server(action.kind) ? action.server : kNetwork, event_text(trace, i));
  }
  return log.text();
}

}  // namespace traces::formats::shiviz
