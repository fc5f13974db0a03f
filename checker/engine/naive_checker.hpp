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
  std::set<Half> halves;
  std::uint64_t maximal = 0;  // naive_cover: states that no other state covers
};
using NaiveResult = NaiveResultOf<HalfId>;

// Breadth first from the initial state to the first level that violates something.
// A state is a pair whose first is its half; next(state, visit) calls visit(successor, violation)
// for each of a state's successors.
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
      next(state, [&](const State& successor, std::uint32_t violation) {
        ++result.generated;
        if (violation != 0) result.violation_depth = result.depth + 1;
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
  if (order == Order::Unordered) return {message, 0};
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

using NaiveState = std::pair<HalfId, InFlight>;

// Visits every way in which a network that holds `rest` takes what a step sends.
template <class Visit>
void naive_take(Model& model, const CountingOptions& options, const Step& step,
                const InFlight& rest, Visit visit) {
  if (step.next == kNone) return;
  const auto span = model.sends(step.sends);
  const InFlight sent(span.begin(), span.end());
  const std::uint32_t ways = options.loss == Loss::None ? 1 : 1U << sent.size();
  for (std::uint32_t lost = 0; lost < ways; ++lost) {
    NaiveState after{step.next, rest};
    if (options.loss == Loss::Budgeted) {
      after.first = model.after_losses(step.next, static_cast<unsigned>(std::popcount(lost)));
    }
    for (std::size_t i = 0; i < sent.size(); ++i) {
      if ((lost >> i & 1U) == 0) naive_put(model, options.order, after.second, sent[i]);
    }
    const bool fits = after.second.size() <= options.inflight;
    if (fits && after.first != kNone) visit(after, step.violation);
  }
}

inline NaiveResult naive_count(Model& model, const CountingOptions& options) {
  const NaiveState initial{model.initial(), {}};
  return naive_search(initial, options.limits.depth, [&](const NaiveState& state, auto visit) {
    const auto take = [&](const Step& step, const InFlight& rest) {
      naive_take(model, options, step, rest, visit);
    };
    std::vector<Step> steps;
    model.internal_steps(state.first, steps);
    for (const Step& step : steps) take(step, state.second);
    std::set<std::pair<std::uint32_t, std::uint32_t>> seen;  // copies, or links
    for (std::size_t i = 0; i < state.second.size(); ++i) {
      const MessageId message = state.second[i];
      if (!seen.insert(naive_key(model, options.order, message)).second) continue;
      InFlight rest = state.second;
      rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
      take(model.deliver(state.first, message, false), rest);
      if (options.duplicates) take(model.deliver(state.first, message, true), state.second);
    }
  });
}

// Any network: the fixpoint over (half, all messages ever sent), no state covering another.
inline NaiveResult naive_cover(Model& model) {
  using State = std::pair<HalfId, std::set<MessageId>>;
  std::set<State> states{{model.initial(), {}}};
  auto result = naive_search(*states.begin(), {}, [&](const State& state, auto visit) {
    std::vector<Step> steps;
    model.internal_steps(state.first, steps);
    for (const MessageId message : state.second) {
      steps.push_back(model.deliver(state.first, message, false));
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
