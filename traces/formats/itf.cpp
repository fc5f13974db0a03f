// The Informal Trace Format of Apalache (its ADR 15), which Quint reads too: a state for each step,
// integers as {"#bigint": "3"}, what was done as mbt::actionTaken and mbt::nondetPicks.
//
// In all states of a trace a variable has the same type: what may be absent is Quint's Option,
// and an entry or a message is a variant by its kind. `servers` maps ids to records with the names
// of the paper; features that a cluster need not have are in them where they say something in the
// trace.
#include <algorithm>
#include <array>
#include <map>

#include "traces/formats/writers.hpp"
#include "traces/json_printer.hpp"
#include "traces/json_values.hpp"
#include "traces/wording.hpp"

namespace traces::formats::itf {

using namespace internal;

namespace {

Json integer(std::uint64_t value) { return {{"#bigint", std::to_string(value)}}; }

Json unit() { return {{"#tup", Json::array()}}; }

Json variant(const std::string& tag, Json value) {
  return {{"tag", tag}, {"value", std::move(value)}};
}

Json none() { return variant("None", unit()); }
Json some(Json value) { return variant("Some", std::move(value)); }

Json server(spec::ServerId id) { return id == spec::kNoServer ? none() : some(integer(id)); }

template <class Range>
Json list(const Range& values, Json (*item)(const typename Range::value_type&)) {
  Json array = Json::array();
  for (const auto& value : values) array.push_back(item(value));
  return array;
}

template <class Number>
Json numbers(const std::vector<Number>& values) {
  return list(values, +[](const Number& value) { return integer(value); });
}

template <class Number>
Json set(const std::vector<Number>& values) {
  return {{"#set", numbers(values)}};
}

// Slots for servers 1, 2, ... as a map.
template <class Number>
Json by_server(const std::vector<Number>& values) {
  Json pairs = Json::array();
  for (std::size_t i = 0; i < values.size(); ++i) {
    pairs.push_back(Json::array({integer(i + 1), integer(values[i])}));
  }
  return {{"#map", pairs}};
}

Json membership(const spec::MembershipView& view) {
  if (!view.is_known()) return none();
  return some({{"voters", set(view.voters)},
               {"outgoing", set(view.outgoing)},
               {"learners", set(view.learners)}});
}

Json value_of(const spec::EntryView& entry) {
  if (entry.is_membership) return variant("Membership", membership(entry.membership));
  return entry.no_op ? variant("NoOp", unit()) : variant("Command", entry.command);
}

Json entry(const spec::EntryView& entry) {
  return {{"term", integer(entry.term)}, {"value", value_of(entry)}};
}

Json log(const std::vector<spec::EntryView>& entries) { return list(entries, entry); }

// "request_vote" -> "RequestVote".
std::string in_capitals(std::string_view name) {
  std::string out;
  bool is_first = true;
  for (const char c : name) {
    if (c == '_') {
      is_first = true;
      continue;
    }
    out += is_first && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    is_first = false;
  }
  return out;
}

Json snapshot(const spec::SnapshotView& view) {
  return {{"index", integer(view.index)},
          {"term", integer(view.term)},
          {"entries", log(view.entries)},
          {"membership", membership(view.membership)}};
}

Json disk(const std::optional<spec::DiskView>& view) {
  if (!view) return none();
  return some({{"currentTerm", integer(view->current_term)},
               {"votedFor", server(view->voted_for)},
               {"logIndex", integer(view->log_index)},
               {"pending", numbers(view->pending)},
               {"pendingEnds", numbers(view->pending_ends)}});
}

struct Field {
  const char* name;
  Json (*value)(const spec::ServerView& view);
  bool is_always_there;
};

using View = spec::ServerView;
constexpr std::array kFields = {
    Field{"role", [](const View& v) { return Json(in_capitals(spec::to_string(v.role))); }, true},
    Field{"currentTerm", [](const View& v) { return integer(v.current_term); }, true},
    Field{"votedFor", [](const View& v) { return server(v.voted_for); }, true},
    Field{"log", [](const View& v) { return log(v.log); }, true},
    Field{"commitIndex", [](const View& v) { return integer(v.commit_index); }, true},
    Field{"lastApplied", [](const View& v) { return integer(v.last_applied); }, true},
    Field{"leader", [](const View& v) { return server(v.leader); }, true},
    Field{"votesGranted", [](const View& v) { return set(v.votes_granted); }, true},
    Field{"nextIndex", [](const View& v) { return by_server(v.next_index); }, true},
    Field{"matchIndex", [](const View& v) { return by_server(v.match_index); }, true},
    Field{"lease", [](const View& v) { return Json(v.lease); }, false},
    Field{"heard", [](const View& v) { return v.heard ? some(set(*v.heard)) : none(); }, false},
    Field{"transferee", [](const View& v) { return server(v.transferee); }, false},
    Field{"inFlight", [](const View& v) { return by_server(v.in_flight); }, false},
    Field{"probed", [](const View& v) { return set(v.probed); }, false},
    Field{"reads", [](const View& v) { return set(v.reads); }, false},
    Field{"snapshot", [](const View& v) { return snapshot(v.snapshot); }, false},
    Field{"membership", [](const View& v) { return membership(v.membership); }, false},
    Field{"disk", [](const View& v) { return disk(v.disk); }, false},
};

// Those that say something in the trace.
std::vector<const Field*> fields_of(const Trace& trace) {
  std::vector<const Field*> fields;
  for (const Field& field : kFields) {
    const Json nothing = field.value(spec::ServerView{});
    const auto says_something = [&](const spec::ServerView& view) {
      return field.value(view) != nothing;
    };
    if (field.is_always_there || std::ranges::any_of(trace.initial, says_something) ||
        std::ranges::any_of(trace.steps, [&](const Step& step) {
          return step.view && says_something(*step.view);
        })) {
      fields.push_back(&field);
    }
  }
  return fields;
}

Json field(const spec::FieldValue& value) {
  if (const bool* flag = std::get_if<bool>(&value)) return *flag;
  if (const auto* entries = std::get_if<std::vector<spec::EntryView>>(&value)) return log(*entries);
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  return integer(std::get<std::uint64_t>(value));
}

// The messages of one kind have the same fields: one that some of them in the trace lack is an
// Option in all of them.
class Messages {
 public:
  explicit Messages(const Trace& trace) {
    for (const Step& step : trace.steps) {
      for (const SentMessage& one : step.sent) add(one.message);
      if (step.action.message) add(*step.action.message);
    }
  }

  [[nodiscard]] Json value(const spec::MessageView& view) const {
    const Kind& kind = kinds_.at(view.kind);
    Json fields = Json::object();
    for (const auto& [name, count] : kind.fields) {
      const auto found = std::ranges::find(view.fields, name, &Field::first);
      const bool is_optional = count < kind.messages;
      if (found == view.fields.end()) {
        fields[name] = none();
      } else {
        fields[name] = is_optional ? some(field(found->second)) : field(found->second);
      }
    }
    return {{"source", integer(view.from)},
            {"dest", integer(view.to)},
            {"body", variant(in_capitals(view.kind), std::move(fields))}};
  }

  [[nodiscard]] Json sent(const std::vector<SentMessage>& all) const {
    Json array = Json::array();
    for (const SentMessage& one : all) {
      array.push_back(value(one.message));
      array.back()["lost"] = one.lost;
    }
    return array;
  }

 private:
  using Field = std::pair<std::string, spec::FieldValue>;
  using Count = std::pair<std::string, std::size_t>;
  struct Kind {
    std::size_t messages = 0;
    std::vector<Count> fields;  // with the messages that have each
  };

  void add(const spec::MessageView& view) {
    Kind& kind = kinds_[view.kind];
    ++kind.messages;
    for (const auto& [name, value] : view.fields) {
      const auto found = std::ranges::find(kind.fields, name, &Count::first);
      if (found == kind.fields.end()) {
        kind.fields.emplace_back(name, 1);
      } else {
        ++found->second;
      }
    }
  }

  std::map<std::string, Kind> kinds_;
};

// Whatever an action may have to choose; what this one has not chosen is None. `action` is null
// before the first step.
Json picks(const Action* action, const Messages& messages) {
  const auto of = [&](std::initializer_list<ActionKind> kinds, auto&& value) {
    const bool is_chosen =
        action != nullptr && std::ranges::find(kinds, action->kind) != kinds.end();
    return is_chosen ? some(value(*action)) : none();
  };
  using enum ActionKind;
  Json groups = none();
  if (action != nullptr && action->kind == Cut) {
    Json sets = Json::array();
    for (const auto& group : action->groups) sets.push_back(set(group));
    groups = some({{"#set", std::move(sets)}});
  }
  const bool has_message = action != nullptr && action->message.has_value();
  return {{"server", action != nullptr ? server(action->server) : none()},
          {"command", of({Propose}, [](const Action& a) { return Json(a.command); })},
          {"message", has_message ? some(messages.value(*action->message)) : none()},
          {"sentAt", of({Deliver}, [](const Action& a) { return integer(a.sent_at); })},
          {"keepCopy", of({Deliver}, [](const Action& a) { return Json(a.keep_copy); })},
          {"survived", of({Crash}, [](const Action& a) { return integer(a.survived); })},
          {"groups", std::move(groups)},
          {"target", of({Transfer}, [](const Action& a) { return integer(a.target); })},
          {"read", of({Read}, [](const Action& a) { return integer(a.read); })},
          {"index", of({Compact}, [](const Action& a) { return integer(a.index); })},
          {"voters", of({ChangeMembership}, [](const Action& a) { return set(a.voters); })},
          {"learners", of({ChangeMembership}, [](const Action& a) { return set(a.learners); })}};
}

class Writer {
 public:
  explicit Writer(const Trace& trace) : trace_(trace), fields_(fields_of(trace)), messages_(trace) {
    for (const spec::ServerView& view : trace.initial) records_.push_back(record(view));
  }

  Json document() {
    Json states = Json::array({state(0)});
    for (const Step& step : trace_.steps) {
      if (step.view && step.view->id >= 1 && step.view->id <= records_.size()) {
        records_[step.view->id - 1] = record(*step.view);
      }
      states.push_back(state(step.number));
    }
    std::string description;
    for (const std::string& sentence : verdict_sentences(trace_)) {
      description += (description.empty() ? "" : " ") + sentence;
    }
    return {{"#meta",
             {{"format", "ITF"},
              {"format-description", "https://apalache-mc.org/docs/adr/015adr-trace.html"},
              {"source", trace_.bug ? "raftcheck, the bug " + *trace_.bug : "raftcheck"},
              {"status", trace_.violation ? "violation" : "ok"},
              {"description", description}}},
            {"vars",
             {"step", "servers", "sent", "answered", "outcome", "mbt::actionTaken",
              "mbt::nondetPicks"}},
            {"states", std::move(states)}};
  }

 private:
  [[nodiscard]] Json record(const spec::ServerView& view) const {
    Json object = Json::object();
    for (const Field* field : fields_) object[field->name] = field->value(view);
    return object;
  }

  [[nodiscard]] Json state(std::size_t number) const {
    const Step* step = number == 0 ? nullptr : &trace_.steps[number - 1];
    Json pairs = Json::array();
    for (std::size_t i = 0; i < records_.size(); ++i) {
      pairs.push_back(Json::array({integer(i + 1), records_[i]}));
    }
    return {{"#meta", {{"index", number}}},
            {"step", integer(number)},
            {"servers", {{"#map", std::move(pairs)}}},
            {"sent", step != nullptr ? messages_.sent(step->sent) : Json::array()},
            {"answered", set(step != nullptr ? step->answered : std::vector<std::uint64_t>{})},
            {"outcome", step != nullptr ? step->outcome : ""},
            {"mbt::actionTaken", step != nullptr ? to_string(step->action.kind) : "init"},
            {"mbt::nondetPicks", picks(step != nullptr ? &step->action : nullptr, messages_)}};
  }

  const Trace& trace_;
  std::vector<const Field*> fields_;
  Messages messages_;
  std::vector<Json> records_;  // by server
};

}  // namespace

std::string write(const Trace& trace, const Page& /*page*/) {
  return print(Writer(trace).document()) + '\n';
}

}  // namespace traces::formats::itf
