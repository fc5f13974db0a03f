#include "traces/render.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "traces/printable.hpp"
#include "traces/wording.hpp"

namespace traces {
namespace {

using internal::action_text;
using internal::command_text;
using internal::field_texts;
using internal::fields_text;
using internal::membership_text;
using internal::printable;

constexpr std::size_t kColumns = 100;
constexpr std::string_view kIndent = "       ";  // under the action, past its number

std::string entry_text(const spec::EntryView& entry) {
  if (entry.is_membership) {
    return fmt::format("{}:{}", entry.term, membership_text(entry.membership));
  }
  return fmt::format("{}:{}", entry.term, entry.no_op ? "no-op" : command_text(entry.command));
}

std::vector<std::string> change_texts(const spec::ServerView& before,
                                      const spec::ServerView& after) {
  const auto old_texts = field_texts(before);
  const auto new_texts = field_texts(after);
  std::vector<std::string> changes;
  for (std::size_t i = 0; i < new_texts.size(); ++i) {
    if (old_texts[i] == new_texts[i]) continue;
    const auto shown = [](const std::string& text) { return text.empty() ? "none" : text; };
    changes.push_back(fmt::format("{} {} -> {}", new_texts[i].name, shown(old_texts[i].text),
                                  shown(new_texts[i].text)));
  }
  return changes;
}

// The parts with commas between them, on as many indented lines as 100 columns need.
std::string wrapped(const std::vector<std::string>& parts) {
  std::string text;
  std::string line;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::string part = parts[i] + (i + 1 < parts.size() ? "," : "");
    if (!line.empty() && kIndent.size() + line.size() + 1 + part.size() > kColumns) {
      text += fmt::format("{}{}\n", kIndent, line);
      line.clear();
    }
    line += (line.empty() ? "" : " ") + part;
  }
  return line.empty() ? text : text + fmt::format("{}{}\n", kIndent, line);
}

std::string render_sent(const SentMessage& sent) {
  return fmt::format("{}sends {} to {}{}{}\n", kIndent, printable(sent.message.kind),
                     sent.message.to, fields_text(sent.message),
                     sent.lost ? ", which is lost" : "");
}

}  // namespace

std::string render_log(const std::vector<spec::EntryView>& log, spec::Index commit_index) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < log.size(); ++i) {
    parts.push_back(entry_text(log[i]));
    if (commit_index == i + 1) parts.emplace_back("|");
  }
  if (commit_index > log.size()) parts.emplace_back("|");
  return fmt::format("[{}]", fmt::join(parts, " "));
}

std::string render_message(const spec::MessageView& message) {
  return fmt::format("{} from {} to {}{}", printable(message.kind), message.from, message.to,
                     fields_text(message));
}

std::string render_action(const Action& action) { return action_text(action); }

std::string render_view(const spec::ServerView& view) {
  std::vector<std::string> parts;
  for (const internal::FieldText& field : field_texts(view)) {
    if (internal::is_void(field)) continue;
    parts.push_back(field.name == "role" ? field.text
                                         : fmt::format("{} {}", field.name, field.text));
  }
  return fmt::format("server {}: {}", view.id, fmt::join(parts, ", "));
}

std::string render_changes(const spec::ServerView& before, const spec::ServerView& after) {
  return fmt::format("{}", fmt::join(change_texts(before, after), ", "));
}

std::string render_header(const Trace& trace) {
  std::string text =
      fmt::format("trace of {} step{}, written by raftcheck {}\n", trace.steps.size(),
                  trace.steps.size() == 1 ? "" : "s", printable(trace.program_version));
  text += fmt::format("{}\n", fmt::join(internal::config_parts(trace.config), ", "));
  const std::vector<std::string> bounds = internal::bounds_parts(trace);
  if (!bounds.empty()) text += fmt::format("bounds: {}\n", fmt::join(bounds, ", "));
  if (trace.bug) text += fmt::format("bug: {}\n", printable(*trace.bug));
  text +=
      "logs read [term:command ...], | stands behind what is committed; i@t: index i, term t\n\n";
  if (std::ranges::all_of(trace.initial, internal::is_fresh)) {
    return text + "    0  all servers are followers in term 0 with empty logs\n";
  }
  text += "    0  at the start\n";
  for (const spec::ServerView& view : trace.initial) {
    text += fmt::format("{}{}\n", kIndent, render_view(view));
  }
  return text;
}

std::string render_step(const Trace& trace, std::size_t position) {
  const Step& step = trace.steps.at(position);
  const std::string outcome =
      step.outcome.empty() ? std::string() : fmt::format(" [{}]", printable(step.outcome));
  std::string text;
  if (trace.recovery && trace.recovery->after == position) {
    text += wrapped(internal::end_of_faults_parts(trace));
  }
  text += fmt::format("{:5}  {}{}\n", step.number, action_text(step.action), outcome);
  for (const SentMessage& sent : step.sent) text += render_sent(sent);
  for (const std::uint64_t read : step.answered) {
    text += fmt::format("{}answers read {}\n", kIndent, read);
  }
  const spec::ServerView* before = view_before(trace, position, step.action.server);
  if (step.view && before != nullptr) text += wrapped(change_texts(*before, *step.view));
  return text;
}

std::string render_ending(const Trace& trace) {
  std::string text;
  if (trace.recovery && trace.recovery->after == trace.steps.size()) {
    text += wrapped(internal::end_of_faults_parts(trace));
  }
  text += "\nat the end\n";
  for (const spec::ServerView& initial : trace.initial) {
    const spec::ServerView* view = view_before(trace, trace.steps.size(), initial.id);
    text += fmt::format("{}{}\n", kIndent, render_view(*view));
  }
  text += '\n';
  return text + fmt::format("{}\n", fmt::join(internal::verdict_sentences(trace), "\n"));
}

std::string render_text(const Trace& trace) {
  std::string text = render_header(trace);
  for (std::size_t i = 0; i < trace.steps.size(); ++i) text += render_step(trace, i);
  return text + render_ending(trace);
}

}  // namespace traces
