#include "checker/lab/kv_check.hpp"

#include <fmt/format.h>

#include "checker/linearizability/check.hpp"

namespace lab {
namespace {

using linearizability::Kind;

// Configurations that a history may take to be decided; the lab's take thousands. A number, not a
// time: a seed says it all.
constexpr std::uint64_t kConfigurationsMax = 5'000'000;

Kind kind_of(KvKind kind) {
  return kind == KvKind::Get ? Kind::Read : kind == KvKind::Put ? Kind::Write : Kind::Append;
}

}  // namespace

linearizability::History history_of(const std::vector<KvOperation>& operations) {
  linearizability::History history;
  for (const KvOperation& seen : operations) {
    linearizability::Operation operation;
    operation.client = seen.request.client;
    operation.key = seen.request.key;
    operation.kind = kind_of(seen.request.kind);
    if (operation.kind != Kind::Read) operation.argument = seen.request.value;
    operation.invoked = seen.invoked;
    operation.returned = seen.answer ? seen.returned : linearizability::kNever;
    operation.outcome =
        seen.answer ? linearizability::Outcome::Ok : linearizability::Outcome::Unknown;
    if (operation.kind == Kind::Read && seen.answer) operation.result = *seen.answer;
    history.push_back(std::move(operation));
  }
  return history;
}

void require_linearizable(Lab& lab, const std::vector<KvOperation>& operations) {
  constexpr auto kModel = linearizability::Model::KeyValue;
  const linearizability::History history = history_of(operations);
  linearizability::Limits limits;
  limits.configurations = kConfigurationsMax;
  const auto verdict = linearizability::check(history, kModel, limits);
  if (verdict.answer == linearizability::Answer::Legal) return;
  if (verdict.answer == linearizability::Answer::Unknown) {
    lab.fail(
        fmt::format("within {} configurations it is not decided whether what clients saw is "
                    "linearizable",
                    kConfigurationsMax));
  }
  std::string why = "what clients saw is not linearizable";
  if (verdict.explanation) {
    why += ":\n" + linearizability::text(*verdict.explanation, history, kModel);
  }
  throw NotLinearizable(why, history);
}

}  // namespace lab
