#include "checker/cluster/trace_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

#include "checker/node/node.hpp"

namespace cluster {
namespace {

// Bounds that repeat what the configuration says.
std::optional<TraceFault> configuration_fault(const traces::Trace& trace) {
  const traces::Config& config = trace.config;
  const std::array<std::pair<const char*, std::string>, 4> repeated = {{
      {"servers", std::to_string(config.servers)},
      {"network", config.network},
      {"no-op", config.no_op ? "on" : "off"},
      {"backtracking", config.backtracking},
  }};
  for (const auto& [name, value] : repeated) {
    const auto bound = trace.bounds.find(name);
    if (bound == trace.bounds.end() || bound->second == value) continue;
    return TraceFault{
        fmt::format("/bounds/{}", name),
        fmt::format("{} contradicts the configuration, which says {}", bound->second, value)};
  }
  for (const auto& [name, value] : config.options) {
    const node::Feature* feature = node::feature_named(name);
    const std::string at = fmt::format("/config/options/{}", name);
    if (feature == nullptr) return TraceFault{at, "this version knows no such option"};
    if (value > feature->most) {
      return TraceFault{at, fmt::format("{} is more than {}", value, feature->most)};
    }
  }
  return std::nullopt;
}

// Steps that some network cannot take.
std::optional<TraceFault> network_fault(const traces::Trace& trace) {
  const std::string& network = trace.config.network;
  for (std::size_t i = 0; i < trace.steps.size(); ++i) {
    const traces::Step& step = trace.steps[i];
    if (step.action.keep_copy && network != "unordered") {
      return TraceFault{fmt::format("/steps/{}/action/keep_copy", i),
                        "only on an unordered network does a delivery leave a copy behind"};
    }
    for (std::size_t j = 0; j < step.sent.size(); ++j) {
      if (!step.sent[j].lost || network != "any") continue;
      return TraceFault{fmt::format("/steps/{}/sent/{}/lost", i, j),
                        "over any network nothing is lost, only never received"};
    }
  }
  return std::nullopt;
}

// More of something than its bound allows, while there were faults.
std::optional<TraceFault> budget_fault(const traces::Trace& trace) {
  const auto count = [&](auto matches) {
    const std::size_t steps = trace.recovery ? trace.recovery->after : trace.steps.size();
    return static_cast<std::uint64_t>(
        std::ranges::count_if(std::span(trace.steps).first(steps), matches));
  };
  const auto is = [](traces::ActionKind kind) {
    return [kind](const traces::Step& step) { return step.action.kind == kind; };
  };
  const std::array<std::pair<const char*, std::uint64_t>, 9> spent = {{
      {"crashes", count(is(traces::ActionKind::Crash))},
      {"timeouts", count(is(traces::ActionKind::ElectionTimeout))},
      {"proposals", count(is(traces::ActionKind::Propose))},
      {"reads", count(is(traces::ActionKind::Read))},
      {"transfers", count(is(traces::ActionKind::Transfer))},
      {"compactions", count(is(traces::ActionKind::Compact))},
      {"changes", count(is(traces::ActionKind::ChangeMembership))},
      {"partitions", count(is(traces::ActionKind::Cut))},
      {"duplicates", count([](const traces::Step& step) { return step.action.keep_copy; })},
  }};
  for (const auto& [name, times] : spent) {
    const auto bound = trace.bounds.find(name);
    if (bound == trace.bounds.end()) continue;
    const std::string& text = bound->second;
    std::uint64_t allowed = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), allowed);
    if (error != std::errc{} || end != text.data() + text.size() || times <= allowed) continue;
    return TraceFault{fmt::format("/bounds/{}", name),
                      fmt::format("the steps take {}, which is more than {}", times, allowed)};
  }
  return std::nullopt;
}

}  // namespace

std::optional<TraceFault> contradiction(const traces::Trace& trace) {
  if (auto fault = configuration_fault(trace)) return fault;
  if (auto fault = network_fault(trace)) return fault;
  return budget_fault(trace);
}

}  // namespace cluster
