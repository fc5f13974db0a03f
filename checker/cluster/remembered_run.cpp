#include "checker/cluster/remembered_run.hpp"

#include <algorithm>

namespace cluster {
void RememberedRun::begin(const node::Options& options) {
  cluster_ = &memory_.cluster(options);
  locals_ = cluster_->initial;
  views_.clear();
  for (const StepMemory::LocalId id : locals_) views_.push_back(memory_.local(id).view);
  history_ = cluster_->history;
  const std::size_t links = locals_.size() * locals_.size();
  if (links_.size() < links) links_.resize(links);
  for (auto& messages : links_) messages.clear();
  is_cut_ = false;
  asked_ = {};
  violation_ = cluster_->violation;
  is_judged_ = false;
  transition_ = {};
}

void RememberedRun::take(std::span<const Choice> choices) {
  for (const Choice& choice : choices) {
    if (violation_ != 0) return;
    take(choice);
  }
}

bool RememberedRun::take(const Choice& choice) {
  if (violation_ != 0) return false;
  if (is_of_message(choice.kind)) return take_message(choice);
  const bool is_of_network = choice.kind == ChoiceKind::Cut || choice.kind == ChoiceKind::Heal;
  return is_of_network ? take_cut(choice) : take_input(choice);
}

bool RememberedRun::take_message(const Choice& choice) {
  const auto is_server = [&](std::uint8_t id) { return id >= 1 && id <= locals_.size(); };
  if (!is_server(choice.server) || !is_server(choice.other)) return false;
  std::vector<StepMemory::MessageId>& flying = link(choice.other, choice.server);
  if (flying.empty()) return false;
  const std::size_t place = std::min<std::size_t>(choice.number, flying.size() - 1);
  const StepMemory::MessageId message = flying[place];
  if (choice.kind != ChoiceKind::Lose) {
    if (!reaches(choice.other, choice.server)) return false;
    const std::size_t server = choice.server - 1U;
    const StepMemory::StepId step = memory_.receipt(*cluster_, locals_[server], message);
    transition_ = {choice.server, memory_.local(locals_[server]).outline,
                   memory_.message(message).likeness};
    apply(server, step);
  } else {
    transition_ = {};
  }
  // A server sends nothing to itself, so the link is as it was.
  if (choice.kind != ChoiceKind::Duplicate) {
    flying.erase(flying.begin() + static_cast<std::ptrdiff_t>(place));
  }
  return true;
}

bool RememberedRun::take_cut(const Choice& choice) {
  const bool cuts = choice.kind == ChoiceKind::Cut;
  if (cuts == is_cut_) return false;
  const auto decision = cluster_->rules.decide(choice, views_, asked_);
  if (!decision) return false;
  if (cuts) partition_ = cluster_->rules.partitions()[decision->number];
  is_cut_ = cuts;
  transition_ = {};
  return true;
}

bool RememberedRun::take_input(const Choice& choice) {
  const auto decision = cluster_->rules.decide(choice, views_, asked_);
  if (!decision) return false;
  const std::size_t server = decision->server - 1;
  std::uint64_t number = decision->number;
  if (choice.kind == ChoiceKind::ChangeMembership) {
    const auto& changes = memory_.changes(*cluster_, locals_[server]);
    if (changes.empty()) return false;
    number = changes[choice.number % changes.size()];
  }
  const StepMemory::StepId step = memory_.step(*cluster_, locals_[server], choice.kind, number);
  transition_ = {decision->server, memory_.local(locals_[server]).outline,
                 static_cast<std::uint64_t>(choice.kind)};
  apply(server, step);
  asked_.proposals += choice.kind == ChoiceKind::Propose ? 1 : 0;
  asked_.reads += choice.kind == ChoiceKind::Read ? 1 : 0;
  return true;
}

void RememberedRun::apply(std::size_t server, StepMemory::StepId id) {
  const StepMemory::Step& step = memory_[id];
  violation_ = step.violation;
  if (step.next == engine::kNone) return;
  const StepMemory::HistoryId history = memory_.extended(history_, id);
  const bool is_same_history = history == history_;
  const bool is_same = step.next == locals_[server] && is_same_history;
  transition_.after = memory_.local(step.next).outline;
  transition_.state = memory_.local(step.next).likeness;
  history_ = history;
  locals_[server] = step.next;
  views_[server] = memory_.local(step.next).view;
  for (const StepMemory::MessageId sent : step.sent) {
    const StepMemory::Message& message = memory_.message(sent);
    if (reaches(message.from, message.to)) link(message.from, message.to).push_back(sent);
  }
  if (is_same) return;
  const bool is_only_change = is_judged_ && is_same_history;
  const std::uint32_t of_state =
      memory_.judge(locals_, history_, is_only_change ? server : StepMemory::kAll, facts_);
  is_judged_ = true;
  if (of_state != 0 && (violation_ == 0 || of_state < violation_)) violation_ = of_state;
}

}  // namespace cluster
