#include "checker/cluster/remembered_run.hpp"

#include <algorithm>

namespace cluster {

void RememberedRun::begin(const node::Options& options) {
  cluster_ = &memory_.cluster(options);
  now_.locals = cluster_->initial;
  now_.views.clear();
  now_.bearings.clear();
  for (const StepMemory::LocalId id : now_.locals) {
    now_.views.push_back(memory_.local(id).view);
    now_.bearings.push_back(memory_.local(id).bearing);
  }
  now_.history = cluster_->history;
  now_.flying.clear();
  now_.partition = nullptr;
  now_.asked = {};
  now_.violation = cluster_->violation;
  now_.is_judged = false;
  now_.transition = {};
}

void RememberedRun::take(std::span<const Choice> choices) {
  for (const Choice& choice : choices) {
    if (now_.violation != 0) return;
    take(choice);
  }
}

bool RememberedRun::take(const Choice& choice) {
  if (now_.violation != 0) return false;
  if (is_of_message(choice.kind)) return take_message(choice);
  const bool is_of_network = choice.kind == ChoiceKind::Cut || choice.kind == ChoiceKind::Heal;
  return is_of_network ? take_cut(choice) : take_input(choice);
}

bool RememberedRun::take_message(const Choice& choice) {
  const auto is_server = [&](std::uint8_t id) { return id >= 1 && id <= now_.locals.size(); };
  if (!is_server(choice.server) || !is_server(choice.other)) return false;
  // The oldest on that link but for so many; the newest, if there are no more.
  const std::uint32_t wanted = link(choice.other, choice.server);
  std::size_t older = choice.number;
  std::size_t at = now_.flying.size();
  for (std::size_t i = 0; i < now_.flying.size(); ++i) {
    if (now_.flying[i].link != wanted) continue;
    at = i;
    if (older-- == 0) break;
  }
  if (at == now_.flying.size()) return false;
  const StepMemory::MessageId message = now_.flying[at].message;
  if (choice.kind != ChoiceKind::Lose) {
    if (!reaches(choice.other, choice.server)) return false;
    const std::size_t server = choice.server - 1U;
    const StepMemory::StepId step = memory_.receipt(*cluster_, now_.locals[server], message);
    now_.transition = {choice.server, memory_.local(now_.locals[server]).outline,
                       memory_.message(message).likeness};
    apply(server, step);  // sends at the end
  } else {
    now_.transition = {};
  }
  if (choice.kind != ChoiceKind::Duplicate) {
    now_.flying.erase(now_.flying.begin() + static_cast<std::ptrdiff_t>(at));
  }
  return true;
}

bool RememberedRun::take_cut(const Choice& choice) {
  const bool cuts = choice.kind == ChoiceKind::Cut;
  if (cuts == (now_.partition != nullptr)) return false;
  const auto decision = cluster_->rules.decide(choice, now_.views, now_.asked);
  if (!decision) return false;
  now_.partition = cuts ? &cluster_->rules.partitions()[decision->number] : nullptr;
  now_.transition = {};
  return true;
}

bool RememberedRun::take_input(const Choice& choice) {
  const auto decision = cluster_->rules.decide(choice, now_.views, now_.asked);
  if (!decision) return false;
  const std::size_t server = decision->server - 1;
  std::uint64_t number = decision->number;
  if (choice.kind == ChoiceKind::ChangeMembership) {
    const auto& changes = memory_.changes(*cluster_, now_.locals[server]);
    if (changes.empty()) return false;
    number = changes[choice.number % changes.size()];
  }
  const StepMemory::StepId step = memory_.step(*cluster_, now_.locals[server], choice.kind, number);
  now_.transition = {decision->server, memory_.local(now_.locals[server]).outline,
                     static_cast<std::uint64_t>(choice.kind)};
  apply(server, step);
  now_.asked.proposals += choice.kind == ChoiceKind::Propose ? 1 : 0;
  now_.asked.reads += choice.kind == ChoiceKind::Read ? 1 : 0;
  return true;
}

void RememberedRun::apply(std::size_t server, StepMemory::StepId id) {
  const StepMemory::Step& step = memory_[id];
  now_.violation = step.violation;
  if (step.next == engine::kNone) return;
  const StepMemory::HistoryId history = memory_.extended(now_.history, id);
  const bool is_same_history = history == now_.history;
  const bool is_same = step.next == now_.locals[server] && is_same_history;
  const StepMemory::Local& next = memory_.local(step.next);
  now_.transition.after = next.outline;
  now_.transition.state = next.likeness;
  now_.history = history;
  now_.locals[server] = step.next;
  now_.views[server] = next.view;
  now_.bearings[server] = next.bearing;
  for (const StepMemory::MessageId sent : step.sent) {
    const StepMemory::Message& message = memory_.message(sent);
    if (!reaches(message.from, message.to)) continue;
    now_.flying.push_back({link(message.from, message.to), sent});
  }
  if (is_same) return;
  const std::uint32_t of_state = memory_.judge(
      now_.locals, now_.history, now_.is_judged ? server : StepMemory::kAll, now_.facts);
  now_.is_judged = true;
  if (of_state != 0 && (now_.violation == 0 || of_state < now_.violation))
    now_.violation = of_state;
}

}  // namespace cluster
