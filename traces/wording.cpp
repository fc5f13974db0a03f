#include "traces/wording.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "traces/printable.hpp"
#include "traces/render.hpp"

namespace traces::internal {
namespace {

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

std::string field_text(const std::string& name, const spec::FieldValue& value) {
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

// "2@1 [1:a 1:b]": index 2, term 1, and what it holds.
std::string snapshot_text(const spec::SnapshotView& snapshot) {
  if (snapshot.index == 0) return {};
  std::string text =
      fmt::format("{}@{} {}", snapshot.index, snapshot.term, render_log(snapshot.entries, 0));
  if (snapshot.membership.is_known()) text += " of " + membership_text(snapshot.membership);
  return text;
}

// "term 1, vote 2, log through 3, 1 write pending".
std::string disk_text(const spec::ServerView& view) {
  if (!view.disk) return {};
  const spec::DiskView& disk = *view.disk;
  return fmt::format("(term {}, vote {}, log through {}, {} write{} pending)", disk.current_term,
                     id_text(disk.voted_for), disk.log_index, disk.pending.size(),
                     disk.pending.size() == 1 ? "" : "s");
}

std::string delivery_text(const Action& action) {
  if (!action.message) return fmt::format("server {} receives nothing", action.server);
  const spec::MessageView& message = *action.message;
  return fmt::format("server {} receives {} from {}{}, sent at step {}{}", action.server,
                     printable(message.kind), message.from, fields_text(message), action.sent_at,
                     action.keep_copy ? ", and a copy stays on the network" : "");
}

}  // namespace

std::string id_text(spec::ServerId id) {
  return id == spec::kNoServer ? std::string("none") : std::to_string(id);
}

std::string command_text(const std::string& command) {
  const bool plain =
      !command.empty() && command != "no-op" && std::ranges::all_of(command, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-' || c == '.' || c == '=';
      });
  return plain ? command : '"' + printable(command) + '"';
}

std::string membership_text(const spec::MembershipView& membership) {
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

std::string groups_text(const std::vector<std::vector<spec::ServerId>>& groups) {
  std::vector<std::string> parts;
  parts.reserve(groups.size());
  for (const auto& group : groups) parts.push_back(fmt::format("{{{}}}", fmt::join(group, " ")));
  return fmt::format("{}", fmt::join(parts, " "));
}

std::string with_spaces(std::string_view name) {
  std::string words(name);
  std::ranges::replace(words, '_', ' ');
  return words;
}

std::string fields_text(const spec::MessageView& message) {
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
                        : field_text(name, value));
  }
  return parts.empty() ? std::string() : fmt::format(" ({})", fmt::join(parts, ", "));
}

std::vector<FieldText> field_texts(const spec::ServerView& view) {
  return {
      {"role", spec::to_string(view.role)},
      {"current_term", std::to_string(view.current_term)},
      {"voted_for", id_text(view.voted_for)},
      {"log", render_log(view.log, view.commit_index)},
      {"commit_index", std::to_string(view.commit_index)},
      {"last_applied", std::to_string(view.last_applied)},
      {"leader", id_text(view.leader)},
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
      {"snapshot", snapshot_text(view.snapshot)},
      {"membership", view.membership.is_known() ? membership_text(view.membership) : ""},
      {"disk", disk_text(view)},
  };
}

bool is_void(const FieldText& field) {
  if (field.text == "[]" && field.name != "log") return true;    // a leader's, but this is none
  if (field.text == "{}" && field.name != "heard") return true;  // a candidate's
  return field.text.empty();
}

std::string action_text(const Action& action) {
  switch (action.kind) {
    case ActionKind::ElectionTimeout:
      return fmt::format("server {} reaches its election timeout", action.server);
    case ActionKind::HeartbeatTimeout:
      return fmt::format("server {} reaches its heartbeat timeout", action.server);
    case ActionKind::Propose:
      return fmt::format("server {} is asked to append {}", action.server,
                         command_text(action.command));
    case ActionKind::Deliver:
      return delivery_text(action);
    case ActionKind::Crash:
      if (action.survived == 0) {
        return fmt::format("server {} crashes and restarts", action.server);
      }
      return fmt::format(
          "server {} crashes, {} part{} of its pending writes being durable, and "
          "restarts",
          action.server, action.survived, action.survived == 1 ? "" : "s");
    case ActionKind::Cut:
      return "the network is cut into " + groups_text(action.groups);
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
                         membership_text({action.voters, {}, action.learners}));
  }
  return "unknown action";
}

bool is_fresh(const spec::ServerView& view) {
  spec::ServerView fresh;
  fresh.id = view.id;
  fresh.membership = view.membership;
  if (view.disk) fresh.disk.emplace();
  return view == fresh;
}

std::vector<std::string> config_parts(const Config& config) {
  std::vector<std::string> parts{
      fmt::format("{} server{}", config.servers, config.servers == 1 ? "" : "s"),
      fmt::format("network {}", printable(config.network)),
      fmt::format("{} back-tracking", printable(config.backtracking)),
      config.entries_per_message == 0
          ? std::string("any number of entries a message")
          : fmt::format("at most {} entries a message", config.entries_per_message),
      config.no_op ? "a no-op at election" : "no no-op at election"};
  for (const auto& [name, value] : config.options) {
    parts.push_back(printable(with_spaces(name)));
    if (value != 1) parts.back() += fmt::format(" {}", value);
  }
  if (config.snapshots && config.snapshot_chunk == 0) parts.emplace_back("snapshots");
  if (config.snapshot_chunk > 0) {
    parts.push_back(fmt::format("snapshots in chunks of {} bytes", config.snapshot_chunk));
  }
  if (config.changes != "none") {
    const std::uint32_t voters = config.voters == 0 ? config.servers : config.voters;
    parts.push_back(fmt::format("{} changes of the membership", printable(config.changes)));
    parts.push_back(fmt::format("of {} at first", voters));
  }
  if (config.async_disk) parts.emplace_back("asynchronous disks");
  return parts;
}

std::vector<std::string> bounds_parts(const Trace& trace) {
  std::vector<std::string> parts;
  parts.reserve(trace.bounds.size());
  for (const auto& [name, value] : trace.bounds) {
    parts.push_back(fmt::format("{} {}", printable(name), printable(value)));
  }
  return parts;
}

std::vector<std::string> end_of_faults_parts(const Trace& trace) {
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
  return parts;
}

std::vector<std::string> verdict_sentences(const Trace& trace) {
  if (!trace.violation) return {"No property is violated."};
  const ViolationRecord& violation = *trace.violation;
  const std::string place =
      violation.step == 0 ? std::string("the start") : fmt::format("step {}", violation.step);
  std::vector<std::string> sentences{fmt::format("{} is violated at {}: {}",
                                                 printable(violation.property), place,
                                                 printable(violation.message))};
  if (trace.recovery && trace.shortest) {
    sentences.emplace_back(
        "No shorter run within the bounds leads to a state that does not recover.");
  } else {
    sentences.emplace_back(
        trace.shortest ? "No shorter run within the bounds violates a property that was checked."
                       : "A shorter run may exist: the search that found this one did not look.");
  }
  return sentences;
}

}  // namespace traces::internal
