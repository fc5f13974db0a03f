#include "checker/engine/relevance.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>

namespace engine {
namespace {
constexpr std::size_t kMessagesMax = std::size_t{1} << 26U;
constexpr std::size_t kHalvesMax = std::size_t{1} << 28U;
constexpr std::size_t kReservedParts = std::size_t{1} << 24U;
}  // namespace

Relevance::Relevance(HalfGraph& graph, MessageNames& names)
    : graph_(graph),
      names_(names),
      addresses_(kMessagesMax),
      indices_(kMessagesMax * names.renamings(), Pages::Huge),
      half_parts_(kHalvesMax * std::max<std::size_t>(graph.model().part_count(), 1), Pages::Huge),
      parts_(kReservedParts),
      is_learned_(kReservedParts),
      changed_at_(kReservedParts) {
  for (std::size_t i = 0; i < graph.model().part_count(); ++i) slots_.emplace_back(kMessagesMax);
  lists_.intern({});
}

// Every message is known under all its names, so that facts can be carried along any arrow.
void Relevance::learn_messages() {
  const auto count = [&] {
    const auto lock = graph_.lock_model();
    return static_cast<MessageId>(graph_.model().message_count());
  };
  const auto receiver = [&](MessageId message) {
    const auto lock = graph_.lock_model();
    return static_cast<std::uint32_t>(graph_.model().receiver(message));
  };
  const auto known = static_cast<MessageId>(addresses_.size());
  for (MessageId message = known; message < count(); ++message) {
    const std::uint32_t slot = receiver(message);
    addresses_.push_back({slot, static_cast<std::uint32_t>(slots_[slot].size())});
    slots_[slot].push_back(message);
    for (Renaming renaming = 1; renaming < names_.renamings(); ++renaming) {
      names_.renamed(message, renaming);
    }
  }
  for (MessageId message = known; message < addresses_.size(); ++message) {
    for (Renaming renaming = 0; renaming < names_.renamings(); ++renaming) {
      indices_.push_back(addresses_[names_.renamed(message, renaming)].index);
    }
  }
  news_ += addresses_.size() - known;
  message_count_.store(static_cast<MessageId>(addresses_.size()), std::memory_order_release);
}

void Relevance::learn_half(HalfId half) {
  if (!is_active()) return;
  if ((std::size_t{half} + 1) * slots_.size() > half_parts_.capacity()) {
    throw std::length_error("too many cluster halves");
  }
  const std::span parts(half_parts_.data() + std::size_t{half} * slots_.size(), slots_.size());
  {
    const auto model_lock = graph_.lock_model();
    graph_.model().parts(half, parts);
  }
  for (const NamedPart& named : parts) {
    if (is_learned_.at(named.part, "parts").load(std::memory_order_acquire)) continue;
    const std::lock_guard lock(mutex_);
    learn_part(named.part);
  }
}

void Relevance::learn_part(PartId id) {
  if (is_learned_[id].load(std::memory_order_relaxed)) return;        // meanwhile
  for (; parts_.size() <= id; ++known_) parts_.emplace_back(&pool_);  // fewer than kPartsMax
  {
    const auto lock = graph_.lock_model();
    parts_[id].slot = graph_.model().slot(id);
    const auto same = graph_.model().part_automorphisms(id);
    parts_[id].automorphisms.assign(same.begin(), same.end());
  }
  learn_messages();
  react(id);
  parts_[id].facts = parts_[id].own;
  find_images(parts_[id]);
  ++news_;
  is_learned_[id].store(true, std::memory_order_release);
}

void Relevance::find_images(Part& part) {
  const Facts& facts = part.facts;
  part.images.resize(facts.like.size());
  for (std::size_t at = 0; at < part.images.size(); ++at) {
    if (facts.moves[at] != 0) {
      part.images[at] = slots_[part.slot][facts.like[at]];
    } else {
      part.images[at] = facts.answers[at] == 0 ? kNone : kIfAnswersMatter;
    }
  }
}

void Relevance::react(PartId id) {
  Part& part = parts_[id];
  const ReservedArray<MessageId>& messages = slots_[part.slot];
  Facts& own = part.own;
  for (auto at = static_cast<std::uint32_t>(own.like.size()); at < messages.size(); ++at) {
    const auto lock = graph_.lock_model();
    const Reaction reaction = graph_.model().reaction(id, messages[at]);
    const auto first = std::ranges::find(part.outcomes, reaction.outcome);
    own.like.push_back(static_cast<std::uint32_t>(first - part.outcomes.begin()));
    part.outcomes.push_back(reaction.outcome);
    own.moves.push_back(reaction.is_quiet ? 0 : 1);
    const auto answers = graph_.model().sends(reaction.answers);
    merged_.assign(answers.begin(), answers.end());
    std::ranges::sort(merged_);
    own.answers.push_back(lists_.intern(merged_).id);
  }
}

void Relevance::note_arrow(PartId from, PartId to, Renaming names, Lessons& lessons) {
  const std::uint64_t key = key_of(from, to, names);
  if (lessons.known_.find(key) != nullptr) return;
  lessons.known_.insert(key, 0);
  lessons.fresh_.push_back(key);
  known_.fetch_add(1, std::memory_order_relaxed);
  news_.fetch_add(1, std::memory_order_relaxed);
}

void Relevance::add_arrow(std::uint64_t key) {
  if (arrow_index_.find(key) != nullptr) return;  // another thread has learned it too
  arrow_index_.insert(key, 0);
  unsettled_.push_back(key);
  const auto from = static_cast<PartId>(key >> 37U);
  const auto to = static_cast<PartId>(key >> 10U) & (kPartsMax - 1);
  parts_[from].arrows.push_back({to, static_cast<Renaming>(key & 0x3FFU)});
  if (std::ranges::find(parts_[to].before, from) == parts_[to].before.end()) {
    parts_[to].before.push_back(from);
  }
}

void Relevance::learn_step(HalfId from, HalfId to, Renaming renaming, Lessons& lessons) {
  const Renaming back = names_.inverse(renaming);
  const auto parts_before = parts_of(from);
  const auto parts_after = parts_of(to);
  for (std::size_t slot = 0; slot < parts_before.size(); ++slot) {
    const NamedPart& before = parts_before[slot];
    const NamedPart& after = parts_after[names_.image_of(slot, renaming)];
    const Renaming names =
        names_.then(names_.then(names_.inverse(after.renaming), back), before.renaming);
    const auto& same = parts_[before.part].automorphisms;
    const bool stays = names == 0 || std::ranges::find(same, names) != same.end();
    if (before.part == after.part && stays) continue;
    note_arrow(before.part, after.part, names, lessons);
    for (const Renaming other : same) {
      note_arrow(before.part, after.part, names_.then(names, other), lessons);
    }
  }
}

std::uint32_t Relevance::joined(std::uint32_t a, std::uint32_t b, Renaming names) {
  if (b == 0 || (a == b && names == 0)) return a;
  if (std::max(a, b) >= kPartsMax) throw std::length_error("more than 2^27 lists of answers");
  const std::uint64_t key = key_of(a, b, names);
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
  const ReservedArray<MessageId>& messages = slots_[part.slot];
  // Where an arrow comes back to its part, what is written here is not what is read there.
  if (&there == &here) like_before_.assign(here.like.begin(), here.like.end());
  const std::span<const std::uint32_t> like_there =
      &there == &here ? std::span<const std::uint32_t>(like_before_) : there.like;
  heads_.assign(messages.size(), kNone);
  splits_.clear();
  bool is_news = false;
  for (std::uint32_t at = 0; at < messages.size(); ++at) {
    const std::uint32_t at_there = addresses_[names_.renamed(messages[at], back)].index;
    if (there.moves[at_there] > here.moves[at]) {
      here.moves[at] = 1;
      is_news = true;
    }
    const std::uint32_t answers = joined(here.answers[at], there.answers[at_there], arrow.names);
    const std::uint32_t like = least_like(at, here.like[at], like_there[at_there]);
    is_news |= answers != here.answers[at] || like != here.like[at];
    here.answers[at] = answers;
    here.like[at] = like;
  }
  return is_news;
}

bool Relevance::settle(std::span<Lessons* const> lessons,
                       const std::function<bool()>& is_cut_short) {
  if (!has_news()) return true;
  for (Lessons* each : lessons) {
    for (const std::uint64_t key : each->fresh_) add_arrow(key);
    each->fresh_.clear();
  }
  learn_messages();
  for (std::size_t known = kNone; known != addresses_.size(); learn_messages()) {
    known = addresses_.size();  // the answers may be messages that were not known yet
    for (PartId id = 0; id < parts_.size(); ++id) {
      if (is_cut_short()) return false;
      react(id);
    }
  }
  Former former(parts_.size());
  std::vector<PartId> pending = reopen(former);
  if (!conclude(pending, former, is_cut_short)) {
    for (PartId id = 0; id < parts_.size(); ++id) {
      if (former[id]) std::swap(*former[id], parts_[id].facts);
    }
    return false;
  }
  note_changes(former);
  concluded_messages_ = addresses_.size();
  unsettled_.clear();
  news_ = 0;
  return true;
}

std::vector<PartId> Relevance::reopen(Former& former) {
  std::vector<PartId> pending;
  if (concluded_messages_ == addresses_.size()) {
    for (const std::uint64_t key : unsettled_) pending.push_back(static_cast<PartId>(key >> 37U));
    std::ranges::sort(pending);
    const auto repeated = std::ranges::unique(pending);
    pending.erase(repeated.begin(), repeated.end());
    return pending;
  }
  pending.resize(parts_.size());
  std::iota(pending.begin(), pending.end(), PartId{0});
  for (const PartId id : pending) {
    std::swap(former[id].emplace(&pool_), parts_[id].facts);
    parts_[id].facts = parts_[id].own;
  }
  return pending;
}

bool Relevance::conclude(std::vector<PartId>& pending, Former& former,
                         const std::function<bool()>& is_cut_short) {
  std::vector<std::uint8_t> is_pending(parts_.size(), 0);
  for (const PartId id : pending) is_pending[id] = 1;
  while (!pending.empty()) {
    if (is_cut_short()) return false;
    const PartId id = pending.back();
    pending.pop_back();
    is_pending[id] = 0;
    if (!former[id]) former[id].emplace(&pool_) = parts_[id].facts;
    bool is_news = false;
    for (const Arrow& arrow : parts_[id].arrows) is_news |= follow(parts_[id], arrow);
    for (const PartId before : parts_[id].before) {
      if (!is_news || is_pending[before] != 0) continue;
      is_pending[before] = 1;
      pending.push_back(before);
    }
  }
  return true;
}

void Relevance::note_changes(const Former& former) {
  bool is_news = false;
  for (PartId id = 0; id < parts_.size(); ++id) {
    if (!former[id] || *former[id] == parts_[id].facts) continue;
    changed_at_[id] = time_ + 1;
    find_images(parts_[id]);
    is_news = true;
  }
  if (is_news) ++time_;
}

// Whether a chain of answers leads from the message to one that may change something.
bool Relevance::do_answers_matter(std::span<const NamedPart> parts, MessageId message,
                                  const Told& told, Considered& considered) {
  if (std::ranges::find(considered, message) != considered.end()) return false;
  considered.push_back(message);
  const Renaming back = names_.inverse(told.renaming);
  return std::ranges::any_of(lists_[told.part.facts.answers[told.index]], [&](MessageId answer) {
    const MessageId named = names_.renamed(answer, back);
    if (!is_known(named)) return true;
    const Told next = tell(parts, named);
    if (next.is_news()) return true;
    if (next.image() != kIfAnswersMatter) return next.image() != kNone;
    return do_answers_matter(parts, named, next, considered);
  });
}

MessageId Relevance::image(std::span<const NamedPart> parts, MessageId message,
                           Considered& considered) {
  if (!is_active() || !is_known(message)) return message;
  const Told told = tell(parts, message);
  if (told.is_news()) return message;
  MessageId least = told.image();
  if (least == kNone) return kNone;
  if (least == kIfAnswersMatter) {
    considered.clear();
    if (!do_answers_matter(parts, message, told, considered)) return kNone;
    least = slots_[told.part.slot][told.part.facts.like[told.index]];
  }
  return names_.renamed(least, names_.inverse(told.renaming));
}

}  // namespace engine
