// The oracle of the engine's tests: explicit-state search in the plainest way. Whole states in a
// std::set, vectors of messages, no interning, no memory of steps, no symmetry, nothing of the
// engine but the model and the names of its options.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "checker/engine/counting_search.hpp"

namespace engine {

template <class Half>
struct NaiveResultOf {
  std::uint64_t generated = 1;
  std::uint64_t distinct = 0;
  std::uint64_t depth = 0;                       // levels
  std::optional<std::uint64_t> violation_depth;  // steps of a shortest run to a violation
  std::uint32_t violation = 0;                   // the least of those met at that depth
  std::set<Half> halves;
  std::uint64_t maximal = 0;                 // naive_cover: states that no other state covers
  std::vector<std::uint64_t> action_counts;  // naive_count
  std::vector<std::uint64_t> cut_off;        // naive_count: steps that each bound forbade
};
using NaiveResult = NaiveResultOf<HalfId>;

// Breadth first from the initial state to the first level that violates something; that level is
// completed. A state is a pair whose first is its half; next(state, visit) calls visit(successor,
// violation, is_outside) for each of a state's successors. What violates something or is outside is
// generated, but it is no state of the space.
template <class State, class Next>
auto naive_search(const State& initial, std::optional<std::uint64_t> depth_max, Next next) {
  NaiveResultOf<typename State::first_type> result;
  std::set<State> seen{initial};
  std::vector<State> level{initial};
  for (; !level.empty(); ++result.depth) {
    for (const State& state : level) result.halves.insert(state.first);
    if (result.violation_depth || (depth_max && result.depth == *depth_max)) break;
    std::vector<State> next_level;
    for (const State& state : level) {
      next(state, [&](const State& successor, std::uint32_t violation, bool is_outside = false) {
        ++result.generated;
        if (violation != 0) {
          result.violation_depth = result.depth + 1;
          result.violation = std::min(result.violation - 1, violation - 1) + 1;  // 0: none yet
        }
        if (violation != 0 || is_outside) return;
        if (seen.insert(successor).second) next_level.push_back(successor);
      });
    }
    level.swap(next_level);
  }
  if (!level.empty() && !result.violation_depth) ++result.depth;
  result.distinct = seen.size();
  return result;
}

// A counted network: the messages in flight, sorted; ordered: by link, in the order of sending.
using InFlight = std::vector<MessageId>;

inline std::pair<std::uint32_t, std::uint32_t> naive_key(const Model& model, Order order,
                                                         MessageId message) {
  if (order != Order::PerLink) return {message, 0};
  return {model.link(message).from, model.link(message).to};
}

inline void naive_put(const Model& model, Order order, InFlight& messages, MessageId message) {
  std::size_t at = 0;
  while (at < messages.size() &&
         naive_key(model, order, messages[at]) <= naive_key(model, order, message)) {
    ++at;
  }
  messages.insert(messages.begin() + static_cast<std::ptrdiff_t>(at), message);
}

// With Order::Once, `spent` are the messages received.
struct NaiveNetwork {
  InFlight pending;
  std::set<MessageId> spent;
  auto operator<=>(const NaiveNetwork&) const = default;
  [[nodiscard]] bool knows(MessageId message) const {
    return spent.contains(message) || std::ranges::find(pending, message) != pending.end();
  }
  [[nodiscard]] std::size_t size() const { return pending.size() + spent.size(); }
};

inline void naive_send(const Model& model, Order order, NaiveNetwork& network, MessageId message) {
  if (order == Order::Once && network.knows(message)) return;
  naive_put(model, order, network.pending, message);
}

using NaiveState = std::pair<HalfId, NaiveNetwork>;

// The counted networks of a model, one step at a time.
class NaiveCounter {
 public:
  NaiveCounter(Model& model, const CountingOptions& options)
      : model_(model),
        options_(options),
        action_counts_(model.action_names().size(), 0),
        cut_off_(model.bound_names().size(), 0) {}

  NaiveResult run() {
    const NaiveState initial{model_.initial(), {}};
    NaiveResult result =
        naive_search(initial, options_.limits.depth,
                     [&](const NaiveState& state, auto visit) { expand(state, visit); });
    result.action_counts = action_counts_;
    result.cut_off = cut_off_;
    return result;
  }

 private:
  template <class Visit>
  void expand(const NaiveState& state, Visit visit) {
    const auto& [half, network] = state;
    std::vector<Step> steps;
    model_.internal_steps(half, steps);
    for (const Step& step : steps) take(step, network, visit);
    std::set<std::pair<std::uint32_t, std::uint32_t>> seen;  // copies, or links
    for (std::size_t i = 0; i < network.pending.size(); ++i) {
      const MessageId message = network.pending[i];
      if (!seen.insert(naive_key(model_, options_.order, message)).second) continue;
      for (unsigned alternative = 0; alternative < model_.alternatives(); ++alternative) {
        const Step step = model_.deliver(half, message, alternative);
        NaiveNetwork rest = network;
        if (step.consumes) {
          rest.pending.erase(rest.pending.begin() + static_cast<std::ptrdiff_t>(i));
          if (options_.order == Order::Once) rest.spent.insert(message);
        }
        take(step, rest, visit);
      }
    }
  }

  // Visits every way in which a network that holds `rest` takes what a step sends.
  template <class Visit>
  void take(const Step& step, const NaiveNetwork& rest, Visit visit) {
    if (step.next == kNone) {
      if (step.cut_off_by != 0) ++cut_off_[step.cut_off_by - 1U];
      return;
    }
    const auto span = model_.sends(step.sends);
    const InFlight sent(span.begin(), span.end());
    const std::uint32_t ways = options_.loss == Loss::None ? 1 : 1U << sent.size();
    bool is_too_much = false;
    for (std::uint32_t lost = 0; lost < ways; ++lost) {
      const auto lost_count = static_cast<unsigned>(std::popcount(lost));
      NaiveState after{step.next, rest};
      for (std::size_t i = 0; i < sent.size(); ++i) {
        if ((lost >> i & 1U) == 0) naive_send(model_, options_.order, after.second, sent[i]);
      }
      // One that is known (Once) takes a place at the moment of sending.
      if (!sent.empty() && rest.size() + sent.size() - lost_count > options_.inflight) {
        is_too_much = true;
        continue;
      }
      if (options_.loss == Loss::Budgeted && lost != 0) {
        after.first = model_.after_losses(step.next, lost_count);
        if (after.first == kNone) {
          ++cut_off_[options_.loss_bound];
          continue;
        }
      }
      ++action_counts_[step.action];
      visit(after, step.violation, step.is_outside);
    }
    if (is_too_much) ++cut_off_[options_.inflight_bound];
  }

  Model& model_;
  const CountingOptions& options_;
  std::vector<std::uint64_t> action_counts_;
  std::vector<std::uint64_t> cut_off_;
};

inline NaiveResult naive_count(Model& model, const CountingOptions& options) {
  return NaiveCounter(model, options).run();
}

// Any network: the fixpoint over (half, all messages ever sent), no state covering another.
inline NaiveResult naive_cover(Model& model) {
  using State = std::pair<HalfId, std::set<MessageId>>;
  std::set<State> states{{model.initial(), {}}};
  auto result = naive_search(*states.begin(), {}, [&](const State& state, auto visit) {
    std::vector<Step> steps;
    model.internal_steps(state.first, steps);
    for (const MessageId message : state.second) {
      steps.push_back(model.deliver(state.first, message, 0));
    }
    for (const Step& step : steps) {
      if (step.next == kNone) continue;
      State after{step.next, state.second};
      for (const MessageId sent : model.sends(step.sends)) after.second.insert(sent);
      visit(after, step.violation);
      states.insert(after);
    }
  });
  for (const State& state : states) {
    if (std::ranges::none_of(states, [&](const State& other) {
          return other != state && other.first == state.first &&
                 std::ranges::includes(other.second, state.second);
        })) {
      ++result.maximal;
    }
  }
  return result;
}

}  // namespace engine
