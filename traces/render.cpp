#include "traces/render.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "traces/printable.hpp"

namespace traces {
namespace {

using internal::printable;

constexpr std::size_t kColumns = 100;
constexpr std::string_view kIndent = "       ";  // under the action, past its number

std::string render_id(spec::ServerId id) {
  return id == spec::kNoServer ? std::string("none") : std::to_string(id);
}

// As it is where it cannot be mistaken for the brackets and spaces around it; quoted otherwise.
std::string render_command(const std::string& command) {
  const bool plain =
      !command.empty() && command != "no-op" && std::ranges::all_of(command, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-' || c == '.' || c == '=';
      });
  return plain ? command : '"' + printable(command) + '"';
}

// "{1 2 3}", joint "{1 2}+{2 3}", with learners "{1 2}/{3}", compacted "{?}".
std::string render_membership(const spec::MembershipView& membership) {
  if (!membership.is_known()) return "{?}";
  std::string text = fmt::format("{{{}}}", fmt::join(membership.voters, " "));
  if (!membership.outgoing.empty()) {
    text = fmt::format("{{{}}}+{}", fmt::join(membership.outgoing, " "), text);
  }
  if (!membership.learners.empty()) {
    text += fmt::format("/{{{}}}", fmt::join(membership.learners, " "));
  }
  return text;
}

std::string render_entry(const spec::EntryView& entry) {
  if (entry.is_membership) {
    return fmt::format("{}:{}", entry.term, render_membership(entry.membership));
  }
  return fmt::format("{}:{}", entry.term, entry.no_op ? "no-op" : render_command(entry.command));
}

std::string with_spaces(std::string_view name) {
  std::string words(name);
  std::ranges::replace(words, '_', ' ');
  return words;
}

// The value of the number field `name`, or nullptr.
const std::uint64_t* number_field(const spec::MessageView& message, std::string_view name) {
  for (const auto& [key, value] : message.fields) {
    if (key == name) return std::get_if<std::uint64_t>(&value);
  }
  return nullptr;
}

// "prev_log" for "prev_log_index" and suffix "_index"; empty where the name does not end so.
std::string_view stem_of(std::string_view name, std::string_view suffix) {
  return name.size() > suffix.size() && name.ends_with(suffix)
             ? name.substr(0, name.size() - suffix.size())
             : std::string_view();
}

std::string render_field(const std::string& name, const spec::FieldValue& value) {
  const std::string words = printable(with_spaces(name));
  if (const bool* flag = std::get_if<bool>(&value)) {
    return fmt::format("{}: {}", words, *flag ? "yes" : "no");
  }
  if (const auto* entries = std::get_if<std::vector<spec::EntryView>>(&value)) {
    return fmt::format("{} {}", words, render_log(*entries, 0));
  }
  if (const auto* text = std::get_if<std::string>(&value)) {
    return fmt::format("{} \"{}\"", words, printable(*text));
  }
  return fmt::format("{} {}", words, std::get<std::uint64_t>(value));
}

// An index and a term of one stem are one position in a log: "last log 3@2" (index 3, term 2).
std::string render_fields(const spec::MessageView& message) {
  std::vector<std::string> parts;
  for (const auto& [name, value] : message.fields) {
    const std::string term_stem(stem_of(name, "_term"));
    if (!term_stem.empty() && number_field(message, name) != nullptr &&
        number_field(message, term_stem + "_index") != nullptr) {
      continue;  // printed with its index
    }
    const std::string stem(stem_of(name, "_index"));
    const std::uint64_t* index = number_field(message, name);
    const std::uint64_t* term = stem.empty() ? nullptr : number_field(message, stem + "_term");
    parts.push_back(index != nullptr && term != nullptr
                        ? fmt::format("{} {}@{}", printable(with_spaces(stem)), *index, *term)
                        : render_field(name, value));
  }
  return parts.empty() ? std::string() : fmt::format(" ({})", fmt::join(parts, ", "));
}

// "2@1 [1:a 1:b]": index 2, term 1, and what it holds.
std::string render_snapshot(const spec::SnapshotView& snapshot) {
  if (snapshot.index == 0) return {};
  std::string text =
      fmt::format("{}@{} {}", snapshot.index, snapshot.term, render_log(snapshot.entries, 0));
  if (snapshot.membership.is_known()) text += " of " + render_membership(snapshot.membership);
  return text;
}

// "term 1, vote 2, log through 3, 1 write pending".
std::string render_disk(const spec::ServerView& view) {
  if (!view.disk) return {};
  const spec::DiskView& disk = *view.disk;
  return fmt::format("(term {}, vote {}, log through {}, {} write{} pending)", disk.current_term,
                     render_id(disk.voted_for), disk.log_index, disk.pending.size(),
                     disk.pending.size() == 1 ? "" : "s");
}

// The fields of a view as text, in the order in which they are listed; `name` and `text` agree in
// all views, so that two of them can be compared slot by slot.
std::vector<std::pair<std::string_view, std::string>> field_texts(const spec::ServerView& view) {
  return {
      {"role", spec::to_string(view.role)},
      {"current_term", std::to_string(view.current_term)},
      {"voted_for", render_id(view.voted_for)},
      {"log", render_log(view.log, view.commit_index)},
      {"commit_index", std::to_string(view.commit_index)},
      {"last_applied", std::to_string(view.last_applied)},
      {"leader", render_id(view.leader)},
      {"votes_granted", fmt::format("{{{}}}", fmt::join(view.votes_granted, " "))},
      {"next_index", fmt::format("[{}]", fmt::join(view.next_index, " "))},
      {"match_index", fmt::format("[{}]", fmt::join(view.match_index, " "))},
      {"lease", view.lease ? "held" : ""},
      {"transferee", view.transferee == spec::kNoServer ? "" : std::to_string(view.transferee)},
      {"in_flight",
       view.in_flight.empty() ? "" : fmt::format("[{}]", fmt::join(view.in_flight, " "))},
      {"probed", view.probed.empty() ? "" : fmt::format("{{{}}}", fmt::join(view.probed, " "))},
      {"reads", view.reads.empty() ? "" : fmt::format("{{{}}}", fmt::join(view.reads, " "))},
      {"heard", view.heard ? fmt::format("{{{}}}", fmt::join(*view.heard, " ")) : ""},
      {"snapshot", render_snapshot(view.snapshot)},
      {"membership", view.membership.is_known() ? render_membership(view.membership) : ""},
      {"disk", render_disk(view)},
  };
}

std::vector<std::string> change_texts(const spec::ServerView& before,
                                      const spec::ServerView& after) {
  const auto old_texts = field_texts(before);
  const auto new_texts = field_texts(after);
  std::vector<std::string> changes;
  for (std::size_t i = 0; i < new_texts.size(); ++i) {
    if (old_texts[i].second == new_texts[i].second) continue;
    const auto shown = [](const std::string& text) { return text.empty() ? "none" : text; };
    changes.push_back(fmt::format("{} {} -> {}", new_texts[i].first, shown(old_texts[i].second),
                                  shown(new_texts[i].second)));
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

std::string render_groups(const std::vector<std::vector<spec::ServerId>>& groups) {
  std::vector<std::string> parts;
  parts.reserve(groups.size());
  for (const auto& group : groups) parts.push_back(fmt::format("{{{}}}", fmt::join(group, " ")));
  return fmt::format("{}", fmt::join(parts, " "));
}

std::string render_delivery(const Action& action) {
  if (!action.message) return fmt::format("server {} receives nothing", action.server);
  const spec::MessageView& message = *action.message;
  return fmt::format("server {} receives {} from {}{}, sent at step {}{}", action.server,
                     printable(message.kind), message.from, render_fields(message), action.sent_at,
                     action.keep_copy ? ", and a copy stays on the network" : "");
}

std::string render_action(const Action& action) {
  switch (action.kind) {
    case ActionKind::ElectionTimeout:
      return fmt::format("server {} reaches its election timeout", action.server);
    case ActionKind::HeartbeatTimeout:
      return fmt::format("server {} reaches its heartbeat timeout", action.server);
    case ActionKind::Propose:
      return fmt::format("server {} is asked to append {}", action.server,
                         render_command(action.command));
    case ActionKind::Deliver:
      return render_delivery(action);
    case ActionKind::Crash:
      if (action.survived == 0) {
        return fmt::format("server {} crashes and restarts", action.server);
      }
      return fmt::format(
          "server {} crashes, {} part{} of its pending writes being durable, and "
          "restarts",
          action.server, action.survived, action.survived == 1 ? "" : "s");
    case ActionKind::Cut:
      return "the network is cut into " + render_groups(action.groups);
    case ActionKind::Heal:
      return "the network is whole again";
    case ActionKind::LeaseTimeout:
      return fmt::format("server {} has not heard from a leader for the minimum election timeout",
                         action.server);
    case ActionKind::Transfer:
      return fmt::format("server {} is asked to hand its lead over to server {}", action.server,
                         action.target);
    case ActionKind::Read:
      return fmt::format("server {} is asked for read {}", action.server, action.read);
    case ActionKind::Compact:
      return fmt::format("server {} takes a snapshot through index {} and drops the log up to it",
                         action.server, action.index);
    case ActionKind::DiskWrite:
      return fmt::format("server {} has its oldest write on disk", action.server);
    case ActionKind::ChangeMembership:
      return fmt::format("server {} is asked for the membership {}", action.server,
                         render_membership({action.voters, {}, action.learners}));
  }
  return "unknown action";
}

std::string render_sent(const SentMessage& sent) {
  return fmt::format("{}sends {} to {}{}{}\n", kIndent, printable(sent.message.kind),
                     sent.message.to, render_fields(sent.message),
                     sent.lost ? ", which is lost" : "");
}

bool is_fresh(const spec::ServerView& view) {
  spec::ServerView fresh;
  fresh.id = view.id;
  fresh.membership = view.membership;
  if (view.disk) fresh.disk.emplace();
  return view == fresh;
}

std::string render_config(const Config& config) {
  const std::string entries = config.entries_per_message == 0
                                  ? std::string("any number of")
                                  : fmt::format("at most {}", config.entries_per_message);
  std::string text = fmt::format(
      "{} server{}, network {}, {} back-tracking, {} entries a message, {}", config.servers,
      config.servers == 1 ? "" : "s", printable(config.network), printable(config.backtracking),
      entries, config.no_op ? "a no-op at election" : "no no-op at election");
  for (const auto& [name, value] : config.options) {
    text += fmt::format(", {}", printable(with_spaces(name)));
    if (value != 1) text += fmt::format(" {}", value);
  }
  if (config.snapshots && config.snapshot_chunk == 0) text += ", snapshots";
  if (config.snapshot_chunk > 0) {
    text += fmt::format(", snapshots in chunks of {} bytes", config.snapshot_chunk);
  }
  if (config.changes != "none") {
    const std::uint32_t voters = config.voters == 0 ? config.servers : config.voters;
    text += fmt::format(", {} changes of the membership, of {} at first", printable(config.changes),
                        voters);
  }
  if (config.async_disk) text += ", asynchronous disks";
  return text + '\n';
}

// Stands between the last step with faults and the first of the schedule.
std::string render_end_of_faults(const Trace& trace) {
  const RecoveryRecord& recovery = *trace.recovery;
  std::vector<spec::ServerId> down;
  for (const spec::ServerView& view : trace.initial) {
    const bool is_up = std::ranges::find(recovery.order, view.id) != recovery.order.end();
    if (!is_up) down.push_back(view.id);
  }
  std::vector<std::string> parts{"faults stop", "what is in flight is lost", "any cut is healed"};
  if (!down.empty()) {
    parts.push_back(fmt::format("server{} {} down for good", down.size() == 1 ? "" : "s",
                                fmt::join(down, " and ")));
  }
  parts.push_back(
      fmt::format("election timers run out in the order {}", fmt::join(recovery.order, " ")));
  parts.push_back(fmt::format("a new command should be committed within {} steps", recovery.steps));
  return wrapped(parts);
}

}  // namespace

std::string render_log(const std::vector<spec::EntryView>& log, spec::Index commit_index) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < log.size(); ++i) {
    parts.push_back(render_entry(log[i]));
    if (commit_index == i + 1) parts.emplace_back("|");
  }
  if (commit_index > log.size()) parts.emplace_back("|");
  return fmt::format("[{}]", fmt::join(parts, " "));
}

std::string render_message(const spec::MessageView& message) {
  return fmt::format("{} from {} to {}{}", printable(message.kind), message.from, message.to,
                     render_fields(message));
}

std::string render_view(const spec::ServerView& view) {
  std::vector<std::string> parts;
  for (const auto& [name, text] : field_texts(view)) {
    if (text == "[]" && name != "log") continue;    // a leader's fields, but this is none
    if (text == "{}" && name != "heard") continue;  // a candidate's
    if (text.empty()) continue;                     // no such thing in this cluster, or not so
    parts.push_back(name == "role" ? text : fmt::format("{} {}", name, text));
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
  text += render_config(trace.config);
  std::vector<std::string> bounds;
  bounds.reserve(trace.bounds.size());
  for (const auto& [name, value] : trace.bounds) {
    bounds.push_back(fmt::format("{} {}", printable(name), printable(value)));
  }
  if (!bounds.empty()) text += fmt::format("bounds: {}\n", fmt::join(bounds, ", "));
  if (trace.bug) text += fmt::format("bug: {}\n", printable(*trace.bug));
  text +=
      "logs read [term:command ...], | stands behind what is committed; i@t: index i, term t\n\n";
  if (std::ranges::all_of(trace.initial, is_fresh)) {
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
    text += render_end_of_faults(trace);
  }
  text += fmt::format("{:5}  {}{}\n", step.number, render_action(step.action), outcome);
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
    text += render_end_of_faults(trace);
  }
  text += "\nat the end\n";
  for (const spec::ServerView& initial : trace.initial) {
    const spec::ServerView* view = view_before(trace, trace.steps.size(), initial.id);
    text += fmt::format("{}{}\n", kIndent, render_view(*view));
  }
  text += '\n';
  if (!trace.violation) return text + "No property is violated.\n";
  const ViolationRecord& violation = *trace.violation;
  text +=
      violation.step == 0
          ? fmt::format("{} is violated at the start", printable(violation.property))
          : fmt::format("{} is violated at step {}", printable(violation.property), violation.step);
  text += fmt::format(": {}\n", printable(violation.message));
  if (trace.recovery && trace.shortest) {
    return text + "No shorter run within the bounds leads to a state that does not recover.\n";
  }
  text += trace.shortest
              ? "No shorter run within the bounds violates a property that was checked.\n"
              : "A shorter run may exist: the search that found this one did not look.\n";
  return text;
}

std::string render_text(const Trace& trace) {
  std::string text = render_header(trace);
  for (std::size_t i = 0; i < trace.steps.size(); ++i) text += render_step(trace, i);
  return text + render_ending(trace);
}

}  // namespace traces
