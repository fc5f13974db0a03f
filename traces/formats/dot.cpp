// A space-time diagram for Graphviz: `raftcheck show t.json --format dot | dot -Tsvg > t.svg`. A
// lane for each server, time downwards; an arrow for each message that was received or lost.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "traces/formats/writers.hpp"
#include "traces/printable.hpp"
#include "traces/render.hpp"
#include "traces/wording.hpp"

namespace traces::formats::dot {

using namespace internal;

namespace {

// In a string between quotes; every line of a label is ended by \l, which sets it left.
std::string escaped(std::string_view text) { return with_backslashes(text, "\"\\"); }

std::string node_of(spec::ServerId server, std::size_t step) {
  return fmt::format("s{}_{}", server, step);
}

constexpr spec::ServerId kNetwork = spec::kNoServer;  // has a lane where there are cuts

spec::ServerId lane_of(const Step& step) {
  return acts_on_server(step.action.kind) ? step.action.server : kNetwork;
}

std::string short_action(const Action& action) {
  if (action.kind != ActionKind::Deliver || !action.message) return action_text(action);
  return fmt::format("server {} receives {}", action.server, printable(action.message->kind));
}

std::string step_node(const Trace& trace, std::size_t position) {
  const Step& step = trace.steps[position];
  std::vector<std::string> lines{fmt::format("{}  {}", step.number, short_action(step.action))};
  if (!step.outcome.empty()) lines.push_back(printable(step.outcome));
  const spec::ServerView* before = view_before(trace, position, step.action.server);
  if (step.view && before != nullptr) {
    const auto then = field_texts(*before);
    const auto now = field_texts(*step.view);
    for (std::size_t i = 0; i < now.size(); ++i) {
      if (then[i] != now[i]) {
        lines.push_back(
            fmt::format("{} {}", now[i].name, now[i].text.empty() ? "none" : now[i].text));
      }
    }
  }
  std::string label;
  for (const std::string& line : lines) label += escaped(line) + "\\l";
  const bool is_broken = trace.violation && trace.violation->step == step.number;
  return fmt::format("    {} [label=\"{}\"{}];\n", node_of(lane_of(step), step.number), label,
                     is_broken ? ", color=red, penwidth=2" : "");
}

std::string lane(const Trace& trace, spec::ServerId id) {
  const std::string name = id == kNetwork ? "network" : fmt::format("server {}", id);
  std::string text =
      fmt::format("  subgraph cluster_{} {{\n    label=\"{}\";\n    labelloc=t;\n", id, name);
  std::vector<std::string> order;
  if (id != kNetwork) {
    order.push_back(node_of(id, 0));
    text += fmt::format("    {} [label=\"start\", style=dashed];\n", order.back());
  }
  for (std::size_t i = 0; i < trace.steps.size(); ++i) {
    if (lane_of(trace.steps[i]) != id) continue;
    text += step_node(trace, i);
    order.push_back(node_of(id, trace.steps[i].number));
  }
  if (order.size() > 1) {
    text +=
        fmt::format("    {} [weight=100, arrowhead=none, color=gray];\n", fmt::join(order, " -> "));
  }
  return text + "  }\n";
}

// The lanes from left to right, and each step below the one before it.
std::string order(const Trace& trace) {
  std::vector<std::string> starts;
  for (const spec::ServerView& view : trace.initial) starts.push_back(node_of(view.id, 0));
  std::string text;
  if (starts.size() > 1) {
    text += fmt::format("  {{ rank=same; {} [style=invis]; }}\n", fmt::join(starts, " -> "));
  }
  std::string before = starts.empty() ? std::string() : starts.front();
  for (const Step& step : trace.steps) {
    const std::string node = node_of(lane_of(step), step.number);
    if (!before.empty()) text += fmt::format("  {} -> {} [style=invis];\n", before, node);
    before = node;
  }
  return text;
}

std::string arrows(const Trace& trace) {
  std::string text;
  for (const Step& step : trace.steps) {
    const Action& action = step.action;
    if (action.kind == ActionKind::Deliver && action.message) {
      text += fmt::format("  {} -> {} [label=\"{}\"];\n",
                          node_of(lane_of(trace.steps[action.sent_at - 1]), action.sent_at),
                          node_of(action.server, step.number),
                          escaped(printable(action.message->kind) + fields_text(*action.message)));
    }
    for (std::size_t i = 0; i < step.sent.size(); ++i) {
      if (!step.sent[i].lost) continue;
      const spec::MessageView& message = step.sent[i].message;
      const std::string end = fmt::format("lost{}_{}", step.number, i);
      text += fmt::format("  {} [shape=plaintext, label=\"lost\"];\n", end);
      text += fmt::format("  {} -> {} [style=dashed, label=\"{}\"];\n",
                          node_of(lane_of(step), step.number), end,
                          escaped(fmt::format("{} to {}{}", printable(message.kind), message.to,
                                              fields_text(message))));
    }
  }
  return text;
}

}  // namespace

std::string write(const Trace& trace, const Page& /*page*/) {
  const std::vector<std::string> sentences = verdict_sentences(trace);
  std::string text = fmt::format(
      "digraph trace {{\n"
      "  label=\"{}\\l\";\n"
      "  labelloc=b;\n"
      "  newrank=true;\n"
      "  ranksep=0.2;\n"
      "  node [shape=box, fontname=\"monospace\", fontsize=10];\n"
      "  edge [fontname=\"monospace\", fontsize=9];\n",
      escaped(sentences.front()));
  for (const spec::ServerView& view : trace.initial) text += lane(trace, view.id);
  const bool has_cuts = std::ranges::any_of(
      trace.steps, [](const Step& step) { return !acts_on_server(step.action.kind); });
  if (has_cuts) text += lane(trace, kNetwork);
  return text + order(trace) + arrows(trace) + "}\n";
}

}  // namespace traces::formats::dot
