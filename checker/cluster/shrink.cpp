#include "checker/cluster/shrink.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>

#include "checker/cluster/runner.hpp"

namespace cluster {
namespace {

using traces::ActionKind;

constexpr std::size_t kNowhere = ~std::size_t{0};

// An action of the trace that is shrunk, free of the numbers of steps.
struct Item {
  traces::Action action;
  std::size_t origin = kNowhere;  // Deliver: the item that sent the message
  std::size_t ordinal = 0;        // Deliver: the how-manieth of its messages to this receiver
  std::vector<std::size_t> lost;  // positions of the messages that were lost at once
};

// The position of the `ordinal`-th message to `to`.
std::optional<std::size_t> position_of(const traces::Step& step, spec::ServerId to,
                                       std::size_t ordinal) {
  for (std::size_t i = 0; i < step.sent.size(); ++i) {
    if (step.sent[i].message.to == to && ordinal-- == 0) return i;
  }
  return std::nullopt;
}

std::vector<Item> items_of(const traces::Trace& trace) {
  std::vector<Item> items;
  for (const traces::Step& step : trace.steps) {
    Item item{.action = step.action, .lost = {}};
    if (step.action.kind == ActionKind::Deliver && step.action.sent_at != 0) {
      item.origin = step.action.sent_at - 1;
      const auto& sent = trace.steps.at(item.origin).sent;
      for (const traces::SentMessage& message : sent) {
        if (message.message == step.action.message) break;
        if (message.message.to == step.action.server) ++item.ordinal;
      }
    }
    for (std::size_t i = 0; i < step.sent.size(); ++i) {
      if (step.sent[i].lost) item.lost.push_back(i);
    }
    items.push_back(std::move(item));
  }
  return items;
}

// One run of a choice of items.
class Attempt {
 public:
  Attempt(node::Node& node, const traces::Trace& trace, const ShrinkOptions& options)
      : network_(trace.config.network),
        limits_(options.limits),
        runner_(node, trace.config.servers, network_, options.properties) {
    violation_ = runner_.initial_violation();
    initial_ = runner_.views();
  }

  // Takes an item, if that can be done, until there is a violation.
  void take(std::size_t index, const Item& item) {
    if (violation_ || exceeds_) return;
    if (item.action.kind == ActionKind::Deliver) {
      deliver(index, item);
    } else if (auto taken = runner_.apply(item.action)) {
      note(index, item, std::move(*taken));
    }
  }
  // What is still on the network is lost, where that costs nothing: so a reader sees at once which
  // messages matter, and no more of them are on the network than were.
  void end() {
    if (network_ == "any" || limits_.losses) return;
    std::uint64_t staying = 0;
    for (const Flying& flying : flying_) {
      const bool stays =
          flying.was_received ||
          (flying.step == steps_.size() && (!limits_.inflight || staying < *limits_.inflight));
      if (stays) {
        ++staying;
      } else {
        steps_[flying.step - 1].sent[flying.position].lost = true;
      }
    }
  }

  [[nodiscard]] bool violates(spec::Property property) const {
    return violation_ && violation_->property == property && !exceeds_;
  }
  [[nodiscard]] const std::vector<std::size_t>& taken() const { return taken_; }
  [[nodiscard]] const spec::Violation& violation() const { return *violation_; }
  [[nodiscard]] const std::vector<spec::ServerView>& initial() const { return initial_; }
  [[nodiscard]] const std::vector<traces::Step>& steps() const { return steps_; }

 private:
  struct Flying {
    std::size_t step = 0;  // that sent it, by number
    std::size_t position = 0;
    bool was_received = false;  // this is the copy
    bool operator==(const Flying& other) const {
      return step == other.step && position == other.position;
    }
  };

  [[nodiscard]] const spec::MessageView& view(const Flying& flying) const {
    return steps_[flying.step - 1].sent[flying.position].message;
  }

  void deliver(std::size_t index, const Item& item) {
    auto flying = flying_.end();
    const auto sender = step_of_.find(item.origin);
    if (sender != step_of_.end()) {
      const auto position =
          position_of(steps_[sender->second - 1], item.action.server, item.ordinal);
      if (position) flying = std::ranges::find(flying_, Flying{sender->second, *position});
    }
    if (flying == flying_.end()) {
      flying = std::ranges::find_if(
          flying_, [&](const Flying& one) { return view(one) == *item.action.message; });
    }
    if (flying == flying_.end()) return;
    const Flying found = *flying;
    if (network_ == "ordered" && !lose_before(found)) return;
    traces::Action action = item.action;
    action.message = view(found);
    action.sent_at = found.step;
    auto taken = runner_.apply(action);
    if (!taken) return;
    if (action.keep_copy) {
      std::ranges::find(flying_, found)->was_received = true;
    } else if (network_ != "any") {
      std::erase(flying_, found);
    }
    note(index, item, std::move(*taken));
  }

  // Messages in front of it on its link can only have been lost. False if they may not.
  bool lose_before(const Flying& wanted) {
    std::vector<Flying> before;
    for (const Flying& flying : flying_) {
      if (flying == wanted) break;
      if (view(flying).from == view(wanted).from && view(flying).to == view(wanted).to) {
        before.push_back(flying);
      }
    }
    if (limits_.losses && losses_ + before.size() > *limits_.losses) return false;
    for (const Flying& flying : before) lose(flying);
    return true;
  }

  void lose(const Flying& flying) {
    runner_.lose(flying.step, flying.position);
    steps_[flying.step - 1].sent[flying.position].lost = true;
    std::erase(flying_, flying);
    ++losses_;
  }

  void note(std::size_t index, const Item& item, Runner::Taken taken) {
    steps_.push_back(std::move(taken.step));
    taken_.push_back(index);
    step_of_[index] = steps_.size();
    violation_ = std::move(taken.violation);
    const std::vector<traces::SentMessage>& sent = steps_.back().sent;
    for (std::size_t i = 0; i < sent.size(); ++i) {
      if (!sent[i].lost) flying_.push_back({steps_.size(), i});
    }
    if (network_ == "any" || !limits_.losses) return;
    for (const std::size_t position : item.lost) {
      const Flying flying{steps_.size(), position};
      if (std::ranges::find(flying_, flying) != flying_.end()) lose(flying);
    }
    exceeds_ =
        losses_ > *limits_.losses || (limits_.inflight && flying_.size() > *limits_.inflight);
  }

  std::string network_;
  ShrinkLimits limits_;
  Runner runner_;
  std::vector<spec::ServerView> initial_;
  std::optional<spec::Violation> violation_;
  std::vector<std::size_t> taken_;              // items
  std::vector<traces::Step> steps_;             // of the items that were taken
  std::map<std::size_t, std::size_t> step_of_;  // by item: the number of its step
  std::vector<Flying> flying_;                  // in the order of sending
  std::uint64_t losses_ = 0;
  bool exceeds_ = false;
};

class Shrinker {
 public:
  Shrinker(node::Node& node, const traces::Trace& trace, const ShrinkOptions& options)
      : node_(node), trace_(trace), options_(options), items_(items_of(trace)) {
    const auto property =
        trace.violation ? spec::property_named(trace.violation->property) : std::nullopt;
    if (!property) throw std::invalid_argument("the trace records no violation of a property");
    property_ = *property;
    std::vector<std::size_t> all(items_.size());
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
    if (!accepts(all)) {
      throw std::invalid_argument("the trace does not end in the violation that it records");
    }
  }

  Shrunk run() {
    bool is_done = false;
    while (!is_done && !is_stopped_) {
      for (std::size_t chunk = kept_.size() / 2; chunk > 1; chunk /= 2) remove_chunks(chunk);
      while (remove_chunks(1)) {
      }
      is_done = !remove_pair() && !drop_copies() && !renumber_commands();
    }
    best_.shortest = false;
    return {std::move(best_), runs_, !is_stopped_};
  }

 private:
  // Runs the items chosen; keeps the run if it still violates the property.
  bool accepts(const std::vector<std::size_t>& chosen) {
    if (is_stopped_ || !options_.go_on()) {
      is_stopped_ = true;
      if (runs_ != 0) return false;  // the first run makes the trace
    }
    ++runs_;
    Attempt attempt(node_, trace_, options_);
    for (const std::size_t index : chosen) attempt.take(index, items_[index]);
    if (!attempt.violates(property_)) return false;
    attempt.end();
    kept_ = attempt.taken();
    best_ = trace_;
    best_.initial = attempt.initial();
    best_.steps = attempt.steps();
    best_.violation = {to_string(property_), attempt.violation().message, best_.steps.size()};
    return true;
  }

  // Leaves out every piece of so many items that can be left out, the last first.
  bool remove_chunks(std::size_t chunk) {
    bool removed = false;
    std::size_t end = kept_.size();
    while (end > 0 && !is_stopped_) {
      const std::size_t begin = end > chunk ? end - chunk : 0;
      std::vector<std::size_t> chosen(kept_.begin(),
                                      kept_.begin() + static_cast<std::ptrdiff_t>(begin));
      chosen.insert(chosen.end(), kept_.begin() + static_cast<std::ptrdiff_t>(end), kept_.end());
      if (accepts(chosen)) removed = true;
      end = std::min(begin, kept_.size());
    }
    return removed;
  }

  // Two elections that both go up a term can only be left out together. Not for long traces: there
  // are many pairs.
  bool remove_pair() {
    constexpr std::size_t kLongest = 64;
    if (kept_.size() > kLongest) return false;
    for (std::size_t second = kept_.size(); second-- > 1;) {
      for (std::size_t first = second; first-- > 0;) {
        std::vector<std::size_t> chosen = kept_;
        chosen.erase(chosen.begin() + static_cast<std::ptrdiff_t>(second));
        chosen.erase(chosen.begin() + static_cast<std::ptrdiff_t>(first));
        if (accepts(chosen)) return true;
      }
    }
    return false;
  }

  // A copy that nobody receives need not stay.
  bool drop_copies() {
    bool dropped = false;
    for (const std::size_t index : std::vector(kept_)) {
      if (!items_[index].action.keep_copy || is_stopped_) continue;
      items_[index].action.keep_copy = false;
      if (accepts(std::vector(kept_))) {
        dropped = true;
      } else {
        items_[index].action.keep_copy = true;
      }
    }
    return dropped;
  }

  // The commands that are left are v1, v2, ... in the order of their first proposal.
  bool renumber_commands() {
    std::map<std::string, std::string> renamed;
    const std::vector<Item> before = items_;
    bool differs = false;
    for (const std::size_t index : kept_) {
      traces::Action& action = items_[index].action;
      if (action.kind != ActionKind::Propose) continue;
      const std::string next = "v" + std::to_string(renamed.size() + 1);
      action.command = renamed.emplace(action.command, next).first->second;
      differs = differs || action.command != before[index].action.command;
    }
    if (differs && accepts(std::vector(kept_))) return true;
    items_ = before;
    return false;
  }

  node::Node& node_;
  const traces::Trace& trace_;
  const ShrinkOptions& options_;
  std::vector<Item> items_;
  spec::Property property_{};
  std::vector<std::size_t> kept_;  // items
  traces::Trace best_;             // the run of kept_
  std::uint64_t runs_ = 0;
  bool is_stopped_ = false;
};

}  // namespace

Shrunk shrink(node::Node& node, const traces::Trace& trace, const ShrinkOptions& options) {
  return Shrinker(node, trace, options).run();
}

}  // namespace cluster
