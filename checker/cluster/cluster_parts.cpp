// The parts of a cluster half, and what receiving a message comes to at one: what the covering
// search learns from about messages that can do nothing any more (checker/engine/relevance.hpp).
//
// A reaction may be asked for that no run ever meets. What it leads to is therefore only compared
// (by its bytes), never kept; only the answers of a quiet receipt become known messages.
#include "checker/cluster/cluster_model.hpp"
#include "checker/cluster/step_judge.hpp"

namespace cluster {
namespace {

void put(std::string& bytes, std::string_view text) {
  const auto size = static_cast<std::uint32_t>(text.size());
  for (unsigned shift = 0; shift < 32; shift += 8) {
    bytes += static_cast<char>(size >> shift & 0xFFU);
  }
  bytes += text;
}

}  // namespace

void ClusterModel::parts(engine::HalfId half, std::span<engine::NamedPart> parts) {
  const Row row = rows_[half];
  const WorldId world = row[world_slot()];
  for (std::size_t server = 0; server < servers(); ++server) {
    parts[server] = remembered(named_parts_, engine::pair_key(row[server], world),
                               [&] { return compute_part(row[server], world, server); });
  }
}

engine::NamedPart ClusterModel::compute_part(LocalId local, WorldId world, std::size_t slot) {
  // The world is the same under every renaming: there are no partitions where there are parts.
  Part best{.local = local, .world = world, .slot = slot};
  engine::NamedPart named;
  for (engine::Renaming renaming = 1; renaming < permutations_.size(); ++renaming) {
    const std::size_t image = permutations_.images(renaming)[slot];
    if (image > best.slot) continue;
    const LocalId candidate = renamed_local(local, renaming);
    if (image == best.slot && candidate >= best.local) continue;
    best.slot = image;
    best.local = candidate;
    named.renaming = renaming;
  }
  const std::uint64_t key = engine::pair_key(best.local, world);
  if (const engine::PartId* known = part_index_.find(key)) {
    named.part = *known;
    return named;
  }
  for (engine::Renaming renaming = 1; renaming < permutations_.size(); ++renaming) {
    if (permutations_.images(renaming)[best.slot] == best.slot &&
        renamed_local(best.local, renaming) == best.local) {
      best.automorphisms.push_back(renaming);
    }
  }
  named.part = static_cast<engine::PartId>(parts_.size());
  parts_.push_back(std::move(best));
  part_index_.add(key, named.part);
  return named;
}

engine::Reaction ClusterModel::reaction(engine::PartId part, engine::MessageId message) {
  const LocalId local = parts_[part].local;
  return remembered(reactions_, engine::pair_key(local, message),
                    [&] { return compute_reaction(local, message); });
}

engine::Reaction ClusterModel::compute_reaction(LocalId local, engine::MessageId message) {
  if (const LocalStep* known = local_steps_.find(engine::pair_key(local, message))) {
    const LocalStep& step = *known;
    if (step.next == engine::kNone || step.violation != 0 || step.answered != 0) {
      return {outcome_unlike_others()};
    }
    return {outcome_of(message, step), step.next == local, step.next == local ? step.sends : 0};
  }
  ++step_calls_;
  const std::string bytes = messages_[message].bytes;  // answers may be interned
  const node::StepResult result =
      node_.step(locals_[local].bytes, {node::InputKind::Receive, bytes});
  if (result.contract) return {outcome_unlike_others()};
  if (!result.reads.empty()) return {outcome_unlike_others()};  // the history notes it
  const bool changes = result.state != locals_[local].bytes;
  const spec::ServerView& before = locals_[local].view;
  const auto broken = judge_receipt(node_, properties_, before,
                                    changes ? node_.view(result.state) : before, bytes, result);
  if (broken) return {outcome_unlike_others()};
  if (changes) return {outcome_of(message, result)};
  std::vector<std::uint32_t> answers;
  for (const node::Message& answer : result.messages) {
    answers.push_back(intern_message(answer, false));
  }
  return {outcome_of(message, result), true, sends_.intern(answers).id};
}

// Whether what a message leads to violates something that is known depends on its kind.
std::string ClusterModel::outcome_mark(engine::MessageId message) const {
  return known_.empty() ? std::string() : std::to_string(messages_[message].action) + " ";
}

std::uint32_t ClusterModel::outcome_of(engine::MessageId received, const node::StepResult& result) {
  std::string bytes = outcome_mark(received);
  put(bytes, result.state);
  for (const node::Message& message : result.messages) put(bytes, message.bytes);
  return outcomes_.intern(std::span(bytes.data(), bytes.size())).id;
}

std::uint32_t ClusterModel::outcome_of(engine::MessageId received, const LocalStep& step) {
  std::string bytes = outcome_mark(received);
  put(bytes, locals_[step.next].bytes);
  for (const engine::MessageId message : sends_[step.sends]) put(bytes, messages_[message].bytes);
  return outcomes_.intern(std::span(bytes.data(), bytes.size())).id;
}

std::uint32_t ClusterModel::outcome_unlike_others() {
  const std::string bytes = std::to_string(outcomes_.size());  // shorter than any state's outcome
  return outcomes_.intern(std::span(bytes.data(), bytes.size())).id;
}

std::uint64_t ClusterModel::sent_messages() const {
  std::uint64_t sent = 0;
  for (std::size_t message = 0; message < messages_.size(); ++message) {
    sent += messages_[message].is_sent ? 1 : 0;
  }
  return sent;
}

}  // namespace cluster
