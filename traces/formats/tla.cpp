// A TLA+ module that has the trace as its only behaviour, with the names of Ongaro's specification
// where it has one (spec/README.md). TLC prints the trace as the counterexample to `Holds`:
//
//     SPECIFICATION Spec
//     INVARIANT Holds
//
// The first state is written out, each later one as its predecessor EXCEPT what changed.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "traces/formats/writers.hpp"
#include "traces/printable.hpp"
#include "traces/wording.hpp"

namespace traces::formats::tla {

using namespace internal;

namespace {

// TLA+ is written in ASCII: other bytes as \xNN.
std::string ascii(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    out += byte < 0x80 ? std::string(1, c) : fmt::format("\\x{:02x}", byte);
  }
  return out;
}

std::string string_text(std::string_view text) {
  return fmt::format("\"{}\"", with_backslashes(ascii(printable(text)), "\"\\"));
}

std::string boolean(bool value) { return value ? "TRUE" : "FALSE"; }

template <class Range>
std::string sequence(const Range& values) {
  return values.empty() ? "<<>>" : fmt::format("<<{}>>", fmt::join(values, ", "));
}

template <class Range>
std::string set(const Range& values) {
  return fmt::format("{{{}}}", fmt::join(values, ", "));
}

std::string server(spec::ServerId id) { return id == spec::kNoServer ? "Nil" : std::to_string(id); }

std::string membership(const spec::MembershipView& view) {
  return fmt::format("[voters |-> {}, outgoing |-> {}, learners |-> {}]", set(view.voters),
                     set(view.outgoing), set(view.learners));
}

std::string entry(const spec::EntryView& entry) {
  const std::string value = entry.is_membership ? membership(entry.membership)
                            : entry.no_op       ? "NoOp"
                                                : string_text(entry.command);
  return fmt::format("[term |-> {}, value |-> {}]", entry.term, value);
}

std::string log(const std::vector<spec::EntryView>& entries) {
  std::vector<std::string> texts;
  for (const spec::EntryView& one : entries) texts.push_back(entry(one));
  return sequence(texts);
}

std::string role(spec::Role role) {
  switch (role) {
    case spec::Role::Follower:
      return "Follower";
    case spec::Role::Candidate:
      return "Candidate";
    case spec::Role::Leader:
      return "Leader";
    case spec::Role::PreCandidate:
      return "PreCandidate";
  }
  return "Follower";
}

std::string snapshot(const spec::SnapshotView& view) {
  return fmt::format("[index |-> {}, term |-> {}, entries |-> {}, membership |-> {}]", view.index,
                     view.term, log(view.entries), membership(view.membership));
}

std::string disk(const std::optional<spec::DiskView>& view) {
  if (!view) return "Nil";
  return fmt::format(
      "[currentTerm |-> {}, votedFor |-> {}, logIndex |-> {}, pending |-> {}, pendingEnds |-> {}]",
      view->current_term, server(view->voted_for), view->log_index, sequence(view->pending),
      sequence(view->pending_ends));
}

// A variable of the module: a function of servers.
struct Variable {
  const char* name;
  std::string (*value)(const spec::ServerView& view);
  bool is_always_there;  // others are left out where they never say anything in a trace
};

using View = spec::ServerView;
constexpr Variable kVariables[] = {
    {"state", [](const View& v) { return role(v.role); }, true},
    {"currentTerm", [](const View& v) { return std::to_string(v.current_term); }, true},
    {"votedFor", [](const View& v) { return server(v.voted_for); }, true},
    {"log", [](const View& v) { return log(v.log); }, true},
    {"commitIndex", [](const View& v) { return std::to_string(v.commit_index); }, true},
    {"lastApplied", [](const View& v) { return std::to_string(v.last_applied); }, true},
    {"leader", [](const View& v) { return server(v.leader); }, true},
    {"votesGranted", [](const View& v) { return set(v.votes_granted); }, true},
    {"nextIndex", [](const View& v) { return sequence(v.next_index); }, true},
    {"matchIndex", [](const View& v) { return sequence(v.match_index); }, true},
    {"lease", [](const View& v) { return boolean(v.lease); }, false},
    {"heard", [](const View& v) { return set(v.heard.value_or(std::vector<spec::ServerId>{})); },
     false},
    {"transferee", [](const View& v) { return server(v.transferee); }, false},
    {"inFlight", [](const View& v) { return sequence(v.in_flight); }, false},
    {"probed", [](const View& v) { return set(v.probed); }, false},
    {"reads", [](const View& v) { return set(v.reads); }, false},
    {"snapshot", [](const View& v) { return snapshot(v.snapshot); }, false},
    {"membership", [](const View& v) { return membership(v.membership); }, false},
    {"disk", [](const View& v) { return disk(v.disk); }, false},
};

// The record of a message has three fields of its own.
std::string field_name(const std::string& name) {
  const bool is_taken = name == "type" || name == "source" || name == "dest";
  return is_taken ? "field_" + name : name;
}

std::string field_value(const spec::FieldValue& value) {
  if (const bool* flag = std::get_if<bool>(&value)) return boolean(*flag);
  if (const auto* entries = std::get_if<std::vector<spec::EntryView>>(&value)) {
    return log(*entries);
  }
  if (const auto* text = std::get_if<std::string>(&value)) return string_text(*text);
  return std::to_string(std::get<std::uint64_t>(value));
}

std::string message(const spec::MessageView& view) {
  std::string text = fmt::format("type |-> {}, source |-> {}, dest |-> {}", string_text(view.kind),
                                 server(view.from), server(view.to));
  for (const auto& [name, value] : view.fields) {
    text += fmt::format(", {} |-> {}", field_name(name), field_value(value));
  }
  return text;
}

std::string sent(const Step& step) {
  std::vector<std::string> texts;
  for (const SentMessage& one : step.sent) {
    texts.push_back(fmt::format("[{}, lost |-> {}]", message(one.message), boolean(one.lost)));
  }
  return sequence(texts);
}

std::string action(const Action& action) {
  std::string text = fmt::format("[kind |-> {}", string_text(to_string(action.kind)));
  const auto add = [&](std::string_view name, const std::string& value) {
    text += fmt::format(", {} |-> {}", name, value);
  };
  if (acts_on_server(action.kind)) add("server", server(action.server));
  switch (action.kind) {
    case ActionKind::Propose:
      add("command", string_text(action.command));
      break;
    case ActionKind::Deliver:
      if (action.message) add("message", fmt::format("[{}]", message(*action.message)));
      add("sentAt", std::to_string(action.sent_at));
      add("keepCopy", boolean(action.keep_copy));
      break;
    case ActionKind::Crash:
      add("survived", std::to_string(action.survived));
      break;
    case ActionKind::Cut: {
      std::vector<std::string> groups;
      for (const auto& group : action.groups) groups.push_back(set(group));
      add("groups", set(groups));
      break;
    }
    case ActionKind::Transfer:
      add("target", server(action.target));
      break;
    case ActionKind::Read:
      add("read", std::to_string(action.read));
      break;
    case ActionKind::Compact:
      add("index", std::to_string(action.index));
      break;
    case ActionKind::ChangeMembership:
      add("voters", set(action.voters));
      add("learners", set(action.learners));
      break;
    default:
      break;
  }
  return text + ']';
}

class Module {
 public:
  explicit Module(const Trace& trace) : trace_(trace) {
    for (const Variable& variable : kVariables) {
      if (variable.is_always_there || says_something(variable)) used_.push_back(&variable);
    }
  }

  std::string text() {
    std::string text = fmt::format("{:-^78}\n", " MODULE RaftTrace ");
    for (const std::string& sentence : verdict_sentences(trace_)) {
      text += fmt::format("\\* {}\n", ascii(sentence));
    }
    text += fmt::format("\\* {}\n",
                        ascii(fmt::format("{}", fmt::join(config_parts(trace_.config), ", "))));
    text +=
        "\\* TLC prints the run with SPECIFICATION Spec and INVARIANT Holds.\n"
        "EXTENDS Integers, Sequences\n\n";
    text += definitions() + '\n' + states() + '\n' + behaviour();
    return text + fmt::format("{:=^78}\n", "");
  }

 private:
  [[nodiscard]] bool says_something(const Variable& variable) const {
    const std::string nothing = variable.value(spec::ServerView{});
    const auto differs = [&](const spec::ServerView& view) {
      return variable.value(view) != nothing;
    };
    return std::ranges::any_of(trace_.initial, differs) ||
           std::ranges::any_of(trace_.steps,
                               [&](const Step& step) { return step.view && differs(*step.view); });
  }

  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> names{"step", "action", "outcome", "sent", "answered"};
    for (const Variable* variable : used_) names.emplace_back(variable->name);
    return names;
  }

  [[nodiscard]] std::string definitions() const {
    std::string text;
    for (const char* name : {"Follower", "Candidate", "Leader", "PreCandidate", "NoOp"}) {
      text += fmt::format("{} == \"{}\"\n", name, name);
    }
    text += fmt::format("Nil == 0\nServer == 1..{}\n\n", trace_.initial.size());
    const std::string all = fmt::format("{}", fmt::join(names(), ", "));
    return text + fmt::format("VARIABLES {}\nvars == <<{}>>\n", all, all);
  }

  [[nodiscard]] std::string first_state() const {
    std::string text =
        "S0 == [step |-> 0, action |-> [kind |-> \"start\"], outcome |-> \"\", sent |-> <<>>,\n"
        "       answered |-> {}";
    for (const Variable* variable : used_) {
      std::vector<std::string> values;
      for (const spec::ServerView& view : trace_.initial) values.push_back(variable->value(view));
      text += fmt::format(",\n       {} |-> {}", variable->name, sequence(values));
    }
    return text + "]\n";
  }

  [[nodiscard]] std::string later_state(std::size_t position) const {
    const Step& step = trace_.steps[position];
    std::vector<std::string> changes{
        fmt::format("!.step = {}", step.number), fmt::format("!.action = {}", action(step.action)),
        fmt::format("!.outcome = {}", string_text(step.outcome)),
        fmt::format("!.sent = {}", sent(step)), fmt::format("!.answered = {}", set(step.answered))};
    const spec::ServerView* before = view_before(trace_, position, step.action.server);
    for (const Variable* variable : used_) {
      if (!step.view || before == nullptr) break;
      const std::string now = variable->value(*step.view);
      if (now == variable->value(*before)) continue;
      changes.push_back(fmt::format("!.{}[{}] = {}", variable->name, step.view->id, now));
    }
    return fmt::format("S{} == [S{} EXCEPT\n       {}]\n", position + 1, position,
                       fmt::join(changes, ",\n       "));
  }

  [[nodiscard]] std::string states() const {
    std::string text = first_state();
    std::vector<std::string> all{"S0"};
    for (std::size_t i = 0; i < trace_.steps.size(); ++i) {
      text += later_state(i);
      all.push_back(fmt::format("S{}", i + 1));
    }
    return text + fmt::format("Trace == {}\n", sequence(all));
  }

  [[nodiscard]] std::string behaviour() const {
    std::string init = "Init ==\n";
    std::string next = "Next ==\n  /\\ step + 1 < Len(Trace)\n  /\\ LET s == Trace[step + 2] IN\n";
    for (const std::string& name : names()) {
      init += fmt::format("  /\\ {} = S0.{}\n", name, name);
      next += fmt::format("     /\\ {}' = s.{}\n", name, name);
    }
    const std::string holds =
        trace_.violation ? fmt::format("step # {}", trace_.violation->step) : "TRUE";
    return init + next + fmt::format("Spec == Init /\\ [][Next]_vars\nHolds == {}\n", holds);
  }

  const Trace& trace_;
  std::vector<const Variable*> used_;
};

}  // namespace

std::string write(const Trace& trace, const Page& /*page*/) { return Module(trace).text(); }

}  // namespace traces::formats::tla
