#include "checker/lab/rerun.hpp"

#include <algorithm>

#include "checker/cluster/membership_changes.hpp"

namespace lab {
namespace {

using traces::ActionKind;

// One run of a choice of the recorded actions. A delivery is of what its sender's step sends to the
// receiver, by the order of sending; one whose message is not there is left out, and so is every
// action that cannot be taken.
class Attempt {
 public:
  Attempt(const std::vector<RecordedAction>& recorded, const node::Options& node,
          const RunOptions& options)
      : recorded_(recorded),
        live_(options.make_live(node)),
        judge_(*live_, node.servers,
               options.properties == 0 ? spec::kAllProperties : options.properties,
               Judge::Manner::Incremental),
        pending_(node.servers),
        steps_(recorded.size()) {}

  // False: the run is over.
  bool take(std::size_t at) {
    const RecordedAction& one = recorded_[at];
    if (one.action.kind == ActionKind::Deliver) {
      deliver(at, one);
    } else {
      ask(at, one.action);
    }
    return !violation_;
  }

  [[nodiscard]] bool violates(spec::Property property) const {
    return violation_ && violation_->property == property;
  }
  [[nodiscard]] const std::vector<std::size_t>& taken() const { return taken_; }
  // The actions that were taken, with the numbers that steps have in this run.
  [[nodiscard]] std::vector<RecordedAction> as_recorded() const { return result_; }

 private:
  struct Sent {
    node::LiveHandle handle = 0;
    spec::ServerId to = spec::kNoServer;
    bool is_there = true;
  };
  struct Step {
    std::size_t number = 0;  // 0: not taken
    std::vector<Sent> sent{};
  };

  void deliver(std::size_t at, const RecordedAction& one) {
    Step& sender = steps_[one.action.sent_at - 1];
    std::size_t ordinal = one.ordinal;
    for (std::size_t position = 0; position < sender.sent.size(); ++position) {
      Sent& sent = sender.sent[position];
      if (sent.to != one.action.server || ordinal-- != 0) continue;
      if (!sent.is_there) return;
      sent.is_there = false;
      RecordedAction taken = one;
      taken.action.sent_at = sender.number;
      taken.position = position;
      std::optional<spec::MessageView> judged;
      if (live_->is_judged(sent.handle)) judged = live_->message_view(sent.handle);
      note(at, taken, live_->receive(sent.handle), {.received = judged ? &*judged : nullptr});
      return;
    }
  }

  void ask(std::size_t at, const traces::Action& action) {
    std::string payload;
    const auto input = [&](node::InputKind kind) {
      return node::Input{kind, payload, action.target, action.read};
    };
    const auto step = [&](node::InputKind kind, const StepCause& cause = {}) {
      note(at, recorded_[at], live_->step(action.server, input(kind)), cause);
    };
    switch (action.kind) {
      case ActionKind::ElectionTimeout:
        return step(node::InputKind::ElectionTimeout);
      case ActionKind::HeartbeatTimeout:
        return step(node::InputKind::HeartbeatTimeout);
      case ActionKind::LeaseTimeout:
        return step(node::InputKind::LeaseTimeout);
      case ActionKind::Propose:
        payload = action.command;
        return step(node::InputKind::Propose);
      case ActionKind::Crash:
        if (action.survived > 0) payload = std::to_string(action.survived);
        return step(node::InputKind::Restart, {.restarted = true});
      case ActionKind::Transfer:
        return step(node::InputKind::Transfer);
      case ActionKind::Read:
        return step(node::InputKind::Read, {.asked_read = action.read});
      case ActionKind::Compact:
        payload = std::to_string(action.index);
        if (action.index > judge_.facts(action.server).last_applied) return;
        return step(node::InputKind::Compact);
      case ActionKind::DiskWrite:
        if (pending_[action.server - 1] == 0) return;
        return step(node::InputKind::DiskWrite);
      case ActionKind::ChangeMembership:
        payload = cluster::MembershipChange{action.voters, action.learners}.payload();
        return step(node::InputKind::ChangeMembership);
      default:
        return;
    }
  }

  void note(std::size_t at, const RecordedAction& taken, const node::LiveStep& step,
            const StepCause& cause) {
    const spec::ServerId server = taken.action.server;
    taken_.push_back(at);
    result_.push_back(taken);
    Step& mine = steps_[at];
    mine.number = result_.size();
    for (const node::LiveMessage& message : step.sent) {
      mine.sent.push_back({message.handle, message.to});
    }
    pending_[server - 1] = step.writes_pending;
    violation_ = judge_.judge(server, step, cause);
  }

  const std::vector<RecordedAction>& recorded_;
  std::shared_ptr<node::Live> live_;
  Judge judge_;
  std::vector<std::size_t> pending_;  // by server: writes that are not durable
  std::vector<Step> steps_;           // by place in recorded_
  std::vector<std::size_t> taken_;    // places in recorded_
  std::vector<RecordedAction> result_;
  std::optional<spec::Violation> violation_;
};

class Shortener {
 public:
  Shortener(const std::vector<RecordedAction>& recorded, const node::Options& node,
            const RunOptions& options, spec::Property property, std::uint64_t steps_max)
      : recorded_(recorded),
        node_(node),
        options_(options),
        property_(property),
        steps_left_(steps_max) {}

  std::vector<RecordedAction> run() {
    std::vector<std::size_t> all(recorded_.size());
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
    if (!accepts(all)) return recorded_;
    for (std::size_t chunk = kept_.size() / 2; chunk > 0; chunk /= 2) remove_chunks(chunk);
    return std::move(best_);
  }

 private:
  bool accepts(const std::vector<std::size_t>& chosen) {
    Attempt attempt(recorded_, node_, options_);
    for (const std::size_t at : chosen) {
      if (!attempt.take(at)) break;
    }
    steps_left_ -= std::min<std::uint64_t>(steps_left_, attempt.taken().size());
    if (!attempt.violates(property_)) return false;
    kept_ = attempt.taken();
    best_ = attempt.as_recorded();
    return true;
  }

  // Leaves out every piece of so many actions that can be left out, the last first: the beginning
  // of a run is mostly what the rest stands on.
  void remove_chunks(std::size_t chunk) {
    for (std::size_t end = kept_.size(); end > 0 && steps_left_ > 0;) {
      const std::size_t begin = end > chunk ? end - chunk : 0;
      std::vector<std::size_t> chosen = kept_;
      chosen.erase(chosen.begin() + static_cast<std::ptrdiff_t>(begin),
                   chosen.begin() + static_cast<std::ptrdiff_t>(end));
      accepts(chosen);
      end = std::min(begin, kept_.size());
    }
  }

  const std::vector<RecordedAction>& recorded_;
  const node::Options& node_;
  const RunOptions& options_;
  spec::Property property_;
  std::uint64_t steps_left_;
  std::vector<std::size_t> kept_;  // places in recorded_
  std::vector<RecordedAction> best_;
};

}  // namespace

std::vector<RecordedAction> shortened(const std::vector<RecordedAction>& recorded,
                                      const node::Options& node, const RunOptions& options,
                                      spec::Property property, std::uint64_t steps_max) {
  return Shortener(recorded, node, options, property, steps_max).run();
}

}  // namespace lab
