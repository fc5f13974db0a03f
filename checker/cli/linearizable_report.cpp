#include "checker/cli/linearizable_report.hpp"

#include <fmt/format.h>

#include <array>
#include <set>

#include "checker/cli/json_parts.hpp"
#include "checker/cli/process.hpp"
#include "checker/cli/report_lines.hpp"
#include "checker/cli/text.hpp"
#include "checker/cli/version.hpp"

namespace cli {
namespace {

using linearizability::Answer;
using linearizability::Explanation;
using linearizability::Kind;
using linearizability::Model;
using linearizability::Operation;
using linearizability::StopReason;
using linearizability::Value;
using linearizability::Verdict;

// What there is in the history, counted.
struct Census {
  std::array<std::uint64_t, 4> of_kind{};  // by Kind
  std::uint64_t unanswered = 0;
  std::uint64_t failed = 0;
  std::set<std::int64_t> clients;
};

Census census_of(const linearizability::History& history) {
  Census census;
  for (const Operation& operation : history) {
    ++census.of_kind.at(static_cast<std::size_t>(operation.kind));
    if (operation.outcome == linearizability::Outcome::Unknown) ++census.unanswered;
    if (operation.outcome == linearizability::Outcome::Failed) ++census.failed;
    census.clients.insert(operation.client);
  }
  return census;
}

const char* name_of(Kind kind, Model model) {
  constexpr std::array kOfRegister = {"read", "write", "append", "cas"};
  constexpr std::array kOfStore = {"get", "put", "append", "cas"};
  return (model == Model::Register ? kOfRegister : kOfStore).at(static_cast<std::size_t>(kind));
}

const char* name_of(linearizability::Outcome outcome) {
  constexpr std::array kNames = {"ok", "mismatch", "failed", "unknown"};
  return kNames.at(static_cast<std::size_t>(outcome));
}

const char* name_of(StopReason reason) {
  constexpr std::array kNames = {"configurations", "memory", "time", "interrupt"};
  return kNames.at(static_cast<std::size_t>(reason));
}

std::string stopped_words(const LinearizableOutcome& outcome) {
  const FlagValues& values = outcome.plan.values;
  switch (*outcome.verdict.stopped_by) {
    case StopReason::Time:
      return fmt::format("Stopped after --time {}", values["time"]);
    case StopReason::Memory:
      return values["memory"] == "auto" ? "Stopped since the machine's memory is nearly used up"
                                        : fmt::format("Stopped at --memory {}", values["memory"]);
    default:
      return "Interrupted";
  }
}

std::string headline(const LinearizableOutcome& outcome) {
  const Verdict& verdict = outcome.verdict;
  const auto keys = counted(verdict.progress.keys, "key", "keys");
  switch (verdict.answer) {
    case Answer::Legal:
      return wrapped("Linearizable:", 2,
                     words_of(fmt::format("an order of the operations of each of {} explains all "
                                          "answers.",
                                          keys)));
    case Answer::Illegal: {
      std::string first = wrapped("NOT linearizable.", 2, {});
      if (verdict.explanation) return first;
      return first + wrapped(stopped_words(outcome), 2,
                             words_of("before it was known which answer does not fit."));
    }
    case Answer::Unknown:
      break;
  }
  const auto& progress = verdict.progress;
  return wrapped(
      stopped_words(outcome) + ":", 2,
      words_of(fmt::format("it is NOT known whether the history is linearizable. {} of {} are "
                           "decided, and legal; of the next, {} of {} had a place in an order.",
                           progress.keys_decided, keys, grouped(progress.placed),
                           counted(progress.operations, "operation", "operations"))));
}

void add_counts(Out out, const LinearizableOutcome& outcome) {
  const Census census = census_of(outcome.file.history);
  std::vector<std::string> kinds;
  for (const Kind kind : {Kind::Read, Kind::Write, Kind::Append, Kind::Cas}) {
    const std::uint64_t count = census.of_kind.at(static_cast<std::size_t>(kind));
    if (count != 0)
      kinds.push_back(fmt::format("{} {}", grouped(count), name_of(kind, outcome.plan.model)));
  }
  std::string total = grouped(outcome.file.history.size());
  for (std::size_t i = 0; i < kinds.size(); ++i) total += (i == 0 ? ": " : ", ") + kinds[i];
  line(out, "operations", total);
  line(out, "without an answer", grouped(census.unanswered));
  if (census.failed != 0) line(out, "without an effect", grouped(census.failed));
  line(out, "clients", grouped(census.clients.size()));
  line(out, "keys", grouped(outcome.verdict.progress.keys));
  line(out, "format", std::string(to_string(outcome.file.format)));
  line(out, "configurations", grouped(outcome.verdict.progress.configurations));
  line(out, "time", fmt::format("{:.3f} s", outcome.seconds));
  line(out, "memory", bytes_text(peak_resident_bytes()) + " at most");
}

Json value_of(const Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  return nullptr;
}

Json operation_json(const Operation& operation, Model model) {
  Json json = {{"client", operation.client},
               {"key", value_of(operation.key)},
               {"operation", name_of(operation.kind, model)}};
  if (operation.kind != Kind::Read) json["argument"] = value_of(operation.argument);
  if (operation.kind == Kind::Cas) json["expected"] = value_of(operation.expected);
  json["outcome"] = name_of(operation.outcome);
  if (operation.kind == Kind::Read && operation.result)
    json["result"] = value_of(*operation.result);
  json["invoked"] = operation.invoked;
  const bool is_open = operation.returned == linearizability::kNever;
  json["returned"] = is_open ? Json(nullptr) : Json(operation.returned);
  return json;
}

Json explanation_json(const LinearizableOutcome& outcome) {
  const auto& explanation = outcome.verdict.explanation;
  if (!explanation) return nullptr;
  Json possible = Json::array();
  for (const Value& value : explanation->possible) possible.push_back(value_of(value));
  return {{"key", value_of(explanation->key)},
          {"misfit", explanation->misfit},
          {"prefix", explanation->prefix},
          {"value", value_of(explanation->value)},
          {"possible", possible},
          {"possible_is_complete", explanation->is_complete},
          {"text", linearizability::text(*explanation, outcome.file.history, outcome.plan.model)}};
}

const char* name_of(Answer answer) {
  constexpr std::array kNames = {"legal", "illegal", "unknown"};
  return kNames.at(static_cast<std::size_t>(answer));
}

}  // namespace

std::string linearizable_text(const LinearizableOutcome& outcome) {
  std::string text = headline(outcome);
  if (const auto& explanation = outcome.verdict.explanation) {
    text += harmless(linearizability::text(*explanation, outcome.file.history, outcome.plan.model));
  }
  text += "\n";
  add_counts(std::back_inserter(text), outcome);
  return text;
}

std::string linearizable_json(const LinearizableOutcome& outcome) {
  const Verdict& verdict = outcome.verdict;
  Json config = Json::object();
  for (const auto& [name, value] : outcome.plan.values.all()) config[name] = value_json(value);
  Json orders = Json::array();
  for (const auto& linearization : verdict.linearizations) {
    orders.push_back({{"key", value_of(linearization.key)}, {"order", linearization.order}});
  }
  Json operations = Json::array();
  for (const Operation& operation : outcome.file.history) {
    operations.push_back(operation_json(operation, outcome.plan.model));
  }
  const Json json = {
      {"version", kVersion},
      {"command", "linearizable"},
      {"arguments", outcome.arguments},
      {"config", config},
      {"file", outcome.path},
      {"format", to_string(outcome.file.format)},
      {"answer", name_of(verdict.answer)},
      {"stopped_by", verdict.stopped_by ? Json(name_of(*verdict.stopped_by)) : Json(nullptr)},
      {"keys", verdict.progress.keys},
      {"keys_decided", verdict.progress.keys_decided},
      {"configurations", verdict.progress.configurations},
      {"seconds", outcome.seconds},
      {"peak_rss_bytes", peak_resident_bytes()},
      {"explanation", explanation_json(outcome)},
      {"linearizations", orders},
      {"history", operations}};
  // What is not UTF-8 in a history's texts is replaced: a report must not fail on it.
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace cli
