// Tables in GitHub's Markdown, for an issue or a review.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "traces/formats/writers.hpp"
#include "traces/printable.hpp"
#include "traces/render.hpp"
#include "traces/wording.hpp"

namespace traces::formats::markdown {

using namespace internal;

namespace {

// Text that Markdown takes for nothing but text, in a table's cell too.
std::string escaped(std::string_view text) { return with_backslashes(text, "\\`*_[]<>|&~#!:@"); }

std::string row(const std::vector<std::string>& cells) {
  return fmt::format("| {} |\n", fmt::join(cells, " | "));
}

std::string lines(const std::vector<std::string>& parts) {
  return fmt::format("{}", fmt::join(parts, "<br>"));
}

std::string heading(const Trace& trace) {
  if (!trace.violation) return "# A run that violates nothing\n\n";
  const std::size_t step = trace.violation->step;
  return fmt::format("# {} is violated at {}\n\n> {}\n\n",
                     escaped(printable(trace.violation->property)),
                     step == 0 ? "the start" : fmt::format("step {}", step),
                     escaped(printable(trace.violation->message)));
}

std::string settings(const Trace& trace) {
  std::string text;
  const auto item = [&](std::string_view name, const std::string& value) {
    text += fmt::format("- {}: {}\n", name, escaped(value));
  };
  item("cluster", fmt::format("{}", fmt::join(config_parts(trace.config), ", ")));
  if (!trace.bounds.empty()) {
    item("bounds", fmt::format("{}", fmt::join(bounds_parts(trace), ", ")));
  }
  if (trace.bug) item("bug", printable(*trace.bug));
  item("written by", "raftcheck " + printable(trace.program_version));
  return text + '\n';
}

std::string changes_text(const Trace& trace, std::size_t position) {
  const Step& step = trace.steps[position];
  const spec::ServerView* before = view_before(trace, position, step.action.server);
  if (!step.view || before == nullptr) return {};
  const auto then = field_texts(*before);
  const auto now = field_texts(*step.view);
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < now.size(); ++i) {
    if (then[i] == now[i]) continue;
    const auto shown = [](const std::string& text) {
      return escaped(text.empty() ? "none" : text);
    };
    parts.push_back(fmt::format("{} {} → **{}**", escaped(now[i].name), shown(then[i].text),
                                shown(now[i].text)));
  }
  return lines(parts);
}

std::string step_row(const Trace& trace, std::size_t position) {
  const Step& step = trace.steps[position];
  std::vector<std::string> sent;
  for (const SentMessage& message : step.sent) {
    sent.push_back(
        escaped(fmt::format("{} to {}{}{}", printable(message.message.kind), message.message.to,
                            fields_text(message.message), message.lost ? ", lost" : "")));
  }
  for (const std::uint64_t read : step.answered) {
    sent.push_back(fmt::format("answers read {}", read));
  }
  const bool is_broken = trace.violation && trace.violation->step == step.number;
  const std::string number = std::to_string(step.number);
  return row({is_broken ? "**" + number + "**" : number, escaped(action_text(step.action)),
              escaped(printable(step.outcome)), lines(sent), changes_text(trace, position)});
}

std::string steps(const Trace& trace) {
  std::string text = "## Steps\n\n| step | action | outcome | sends | changes |\n";
  text += "|---:|---|---|---|---|\n";
  for (std::size_t i = 0; i <= trace.steps.size(); ++i) {
    if (trace.recovery && trace.recovery->after == i) {
      const std::string what = fmt::format("{}", fmt::join(end_of_faults_parts(trace), ", "));
      text += row({"", "**" + escaped(what) + "**", "", "", ""});
    }
    if (i < trace.steps.size()) text += step_row(trace, i);
  }
  return text + '\n';
}

// Servers as columns, so that a wide cluster scrolls and a field can be compared along its row.
std::string states(const Trace& trace, std::size_t position, std::string_view title) {
  std::vector<std::vector<FieldText>> fields;
  std::vector<std::string> names{""};
  for (const spec::ServerView& initial : trace.initial) {
    fields.push_back(field_texts(*view_before(trace, position, initial.id)));
    names.push_back(fmt::format("server {}", initial.id));
  }
  std::string text = fmt::format("## {}\n\n{}|---|", title, row(names));
  for (std::size_t i = 0; i < fields.size(); ++i) text += "---|";
  text += '\n';
  const std::size_t rows = fields.empty() ? 0 : fields.front().size();
  for (std::size_t i = 0; i < rows; ++i) {
    const bool says_nothing =
        std::ranges::all_of(fields, [i](const auto& server) { return is_void(server[i]); });
    if (says_nothing) continue;
    std::vector<std::string> cells{escaped(fields.front()[i].name)};
    for (const auto& server : fields) {
      cells.push_back(is_void(server[i]) ? "" : escaped(server[i].text));
    }
    text += row(cells);
  }
  return text + '\n';
}

}  // namespace

std::string write(const Trace& trace, const Page& /*page*/) {
  std::string text = heading(trace) + settings(trace);
  if (!std::ranges::all_of(trace.initial, is_fresh)) text += states(trace, 0, "At the start");
  text += steps(trace) + states(trace, trace.steps.size(), "At the end");
  const std::vector<std::string> sentences = verdict_sentences(trace);
  return text + escaped(sentences.back()) + '\n';
}

}  // namespace traces::formats::markdown
