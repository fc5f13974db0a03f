#include "checker/engine/relevance.hpp"

#include <algorithm>
#include <stdexcept>

namespace engine {
namespace {
constexpr std::uint32_t kPartsMax = 1U << 27U;  // two and a renaming of 10 bits are one key
}  // namespace

Relevance::Relevance(Model& model, MessageNames& names)
    : model_(model), names_(names), slots_(model.part_count()) {
  lists_.intern({});
}

// Every message is known under all its names, so that facts can be carried along any arrow.
void Relevance::learn_messages() {
  for (MessageId message = static_cast<MessageId>(index_.size()); message < model_.message_count();
       ++message) {
    const std::size_t slot = model_.receiver(message);
    slot_of_.push_back(slot);
    index_.push_back(static_cast<std::uint32_t>(slots_[slot].size()));
    slots_[slot].push_back(message);
    for (Renaming renaming = 1; renaming < names_.renamings(); ++renaming) {
      names_.renamed(message, renaming);
    }
    ++news_;
  }
}

std::vector<NamedPart> Relevance::parts_of(HalfId half) {
  std::vector<NamedPart> parts;
  if (!is_active()) return parts;
  model_.parts(half, parts);
  for (const NamedPart& named : parts) learn_part(named.part);
  return parts;
}

void Relevance::learn_part(PartId id) {
  if (id >= parts_.size()) parts_.resize(id + 1);
  if (parts_[id].slot != kNone) return;
  parts_[id].slot = model_.slot(id);
  learn_messages();
  react(id);
  parts_[id].facts = parts_[id].own;
  ++news_;
}

void Relevance::react(PartId id) {
  Part& part = parts_[id];
  const std::vector<MessageId>& messages = slots_[part.slot];
  Facts& own = part.own;
  for (auto at = static_cast<std::uint32_t>(own.like.size()); at < messages.size(); ++at) {
    const Reaction reaction = model_.reaction(id, messages[at]);
    const auto first = std::ranges::find(part.outcomes, reaction.outcome);
    own.like.push_back(static_cast<std::uint32_t>(first - part.outcomes.begin()));
    part.outcomes.push_back(reaction.outcome);
    own.moves.push_back(reaction.is_quiet ? 0 : 1);
    const auto answers = model_.sends(reaction.answers);
    merged_.assign(answers.begin(), answers.end());
    std::ranges::sort(merged_);
    own.answers.push_back(lists_.intern(merged_).id);
  }
}

void Relevance::add_arrow(PartId from, PartId to, Renaming names) {
  if (std::max(from, to) >= kPartsMax) throw std::length_error("more than 2^27 parts");
  const std::uint64_t key = (std::uint64_t{from} << 37U) | (std::uint64_t{to} << 10U) | names;
  if (arrow_index_.find(key) != nullptr) return;
  arrow_index_.insert(key, 0);
  parts_[from].arrows.push_back({to, names});
  if (std::ranges::find(parts_[to].before, from) == parts_[to].before.end()) {
    parts_[to].before.push_back(from);
  }
  ++arrow_count_;
  ++news_;
}

void Relevance::learn_step(std::span<const NamedPart> from, std::span<const NamedPart> to,
                           Renaming renaming) {
  const Renaming back = names_.inverse(renaming);
  for (std::size_t slot = 0; slot < from.size(); ++slot) {
    const NamedPart& before = from[slot];
    const NamedPart& after = to[names_.image_of(slot, renaming)];
    const Renaming names =
        names_.then(names_.then(names_.inverse(after.renaming), back), before.renaming);
    const auto same = model_.part_automorphisms(before.part);
    const bool stays = names == 0 || std::ranges::find(same, names) != same.end();
    if (before.part == after.part && stays) continue;
    add_arrow(before.part, after.part, names);
    for (const Renaming other : same) {
      add_arrow(before.part, after.part, names_.then(names, other));
    }
  }
}

std::uint32_t Relevance::joined(std::uint32_t a, std::uint32_t b, Renaming names) {
  if (b == 0 || (a == b && names == 0)) return a;
  if (std::max(a, b) >= kPartsMax) throw std::length_error("more than 2^27 lists of answers");
  const std::uint64_t key = (std::uint64_t{a} << 37U) | (std::uint64_t{b} << 10U) | names;
  if (const std::uint32_t* known = joined_.find(key)) return *known;
  const auto first = lists_[a];
  merged_.assign(first.begin(), first.end());
  for (const MessageId message : lists_[b]) merged_.push_back(names_.renamed(message, names));
  std::ranges::sort(merged_);
  merged_.erase(std::ranges::unique(merged_).begin(), merged_.end());
  const std::uint32_t list = lists_.intern(merged_).id;
  joined_.insert(key, list);
  return list;
}

std::uint32_t Relevance::least_like(std::uint32_t at, std::uint32_t like, std::uint32_t there) {
  std::uint32_t entry = heads_[like];
  while (entry != kNone && splits_[entry].there != there) entry = splits_[entry].other;
  if (entry != kNone) return splits_[entry].first;
  splits_.push_back({there, at, heads_[like]});
  heads_[like] = static_cast<std::uint32_t>(splits_.size() - 1);
  return at;
}

bool Relevance::follow(Part& part, const Arrow& arrow) {
  const Facts& there = parts_[arrow.to].facts;
  const Renaming back = names_.inverse(arrow.names);
  Facts& here = part.facts;
  const std::vector<MessageId>& messages = slots_[part.slot];
  heads_.assign(messages.size(), kNone);
  splits_.clear();
  bool is_news = false;
  for (std::uint32_t at = 0; at < messages.size(); ++at) {
    const std::uint32_t at_there = index_[names_.renamed(messages[at], back)];
    if (there.moves[at_there] > here.moves[at]) {
      here.moves[at] = 1;
      is_news = true;
    }
    const std::uint32_t answers = joined(here.answers[at], there.answers[at_there], arrow.names);
    const std::uint32_t like = least_like(at, here.like[at], there.like[at_there]);
    is_news |= answers != here.answers[at] || like != here.like[at];
    here.answers[at] = answers;
    here.like[at] = like;
  }
  return is_news;
}

void Relevance::settle() {
  if (!has_news()) return;
  learn_messages();
  for (std::size_t known = kNone; known != index_.size(); learn_messages()) {
    known = index_.size();  // the answers may be messages that were not known yet
    for (PartId id = 0; id < parts_.size(); ++id) react(id);
  }
  std::vector<Facts> former(parts_.size());
  std::vector<PartId> pending;
  std::vector<std::uint8_t> is_pending(parts_.size(), 1);
  for (PartId id = 0; id < parts_.size(); ++id) {
    former[id].like.swap(parts_[id].facts.like);
    former[id].moves.swap(parts_[id].facts.moves);
    former[id].answers.swap(parts_[id].facts.answers);
    parts_[id].facts = parts_[id].own;
    pending.push_back(id);
  }
  while (!pending.empty()) {
    const PartId id = pending.back();
    pending.pop_back();
    is_pending[id] = 0;
    bool is_news = false;
    for (const Arrow& arrow : parts_[id].arrows) is_news |= follow(parts_[id], arrow);
    for (const PartId before : parts_[id].before) {
      if (!is_news || is_pending[before] != 0) continue;
      is_pending[before] = 1;
      pending.push_back(before);
    }
  }
  note_changes(former);
  news_ = 0;
}

void Relevance::note_changes(std::vector<Facts>& former) {
  bool is_news = false;
  for (PartId id = 0; id < parts_.size(); ++id) {
    Part& part = parts_[id];
    if (former[id] == part.facts) continue;
    part.changed_at = time_ + 1;
    is_news = true;
  }
  if (is_news) ++time_;
}

std::uint32_t Relevance::changed_at(std::span<const NamedPart> parts) const {
  std::uint32_t latest = 0;
  for (const NamedPart& named : parts) latest = std::max(latest, parts_[named.part].changed_at);
  return latest;
}

// Whether a chain of answers leads from the message to one that may change something.
bool Relevance::matters(std::span<const NamedPart> parts, MessageId message,
                        std::vector<MessageId>& considered) {
  if (message >= index_.size()) return true;
  const NamedPart& named = parts[slot_of_[message]];
  const Facts& facts = parts_[named.part].facts;
  const std::uint32_t at = index_[names_.renamed(message, named.renaming)];
  if (at >= facts.moves.size() || facts.moves[at] != 0) return true;
  const std::uint32_t answers = facts.answers[at];
  if (answers == 0) return false;
  if (std::ranges::find(considered, message) != considered.end()) return false;
  considered.push_back(message);
  const Renaming back = names_.inverse(named.renaming);
  for (std::size_t i = 0; i < lists_[answers].size(); ++i) {
    if (matters(parts, names_.renamed(lists_[answers][i], back), considered)) return true;
  }
  return false;
}

MessageId Relevance::image(std::span<const NamedPart> parts, MessageId message) {
  if (!is_active() || message >= index_.size()) return message;
  considered_.clear();
  if (!matters(parts, message, considered_)) return kNone;
  const NamedPart& named = parts[slot_of_[message]];
  const Facts& facts = parts_[named.part].facts;
  const std::uint32_t at = index_[names_.renamed(message, named.renaming)];
  if (at >= facts.like.size()) return message;
  const MessageId least = slots_[parts_[named.part].slot][facts.like[at]];
  return names_.renamed(least, names_.inverse(named.renaming));
}

}  // namespace engine
