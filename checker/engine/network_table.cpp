#include "checker/engine/network_table.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <numeric>

namespace engine {

NetworkTable::NetworkTable(const Model& model, Order order, Loss loss, std::size_t capacity)
    : model_(model), order_(order), loss_(loss), capacity_(capacity), slots_(1024) {
  intern({});
}

bool NetworkTable::is_deliverable(NetworkId id, std::size_t i) const {
  if (i == 0) return true;
  const auto all = messages(id);
  if (order_ == Order::Unordered) return all[i] != all[i - 1];
  return !(model_.link(all[i]) == model_.link(all[i - 1]));
}

std::uint32_t NetworkTable::hash(std::span<const MessageId> messages) {
  std::uint64_t h = messages.size();
  for (const MessageId message : messages) h = mixed(h * 31 + message);
  return static_cast<std::uint32_t>(h);
}

void NetworkTable::grow_slots() {
  std::vector<Slot> old(slots_.size() * 2);
  old.swap(slots_);
  for (const Slot& slot : old) {
    if (slot.id == kNone) continue;
    std::size_t at = slot.hash & (slots_.size() - 1);
    while (slots_[at].id != kNone) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = slot;
  }
}

NetworkId NetworkTable::intern(std::span<const MessageId> messages) {
  if ((halves_.size() + 1) * 3 > slots_.size() * 2) grow_slots();
  const std::uint32_t wanted = hash(messages);
  std::size_t at = wanted & (slots_.size() - 1);
  for (; slots_[at].id != kNone; at = (at + 1) & (slots_.size() - 1)) {
    if (slots_[at].hash == wanted && std::ranges::equal(this->messages(slots_[at].id), messages)) {
      return slots_[at].id;
    }
  }
  if (messages_.size() + messages.size() > std::numeric_limits<std::uint32_t>::max()) {
    throw std::length_error("the distinct networks hold more than 2^32 messages in all");
  }
  const auto id = static_cast<NetworkId>(halves_.size());
  halves_.push_back(
      {static_cast<std::uint32_t>(messages_.size()), static_cast<std::uint32_t>(messages.size())});
  messages_.insert(messages_.end(), messages.begin(), messages.end());
  without_.resize(messages_.size(), kNone);
  slots_[at] = {wanted, id};
  return id;
}

NetworkId NetworkTable::compute_without(NetworkId id, std::size_t i) {
  const auto all = messages(id);
  std::vector<MessageId> rest(all.begin(), all.end());
  rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
  return without_[halves_[id].offset + i] = intern(rest);
}

void NetworkTable::normalise(std::vector<MessageId>& messages) const {
  if (order_ == Order::Unordered) {
    std::ranges::sort(messages);
    return;
  }
  std::ranges::stable_sort(messages, {}, [this](MessageId message) {
    const Link link = model_.link(message);
    return std::pair(link.from, link.to);
  });
}

const std::vector<std::uint32_t>& NetworkTable::patterns(std::size_t sent) {
  constexpr std::size_t kSentMax = 15;  // 2^15 ways fill the 16 bits that a head has for them
  if (sent > kSentMax) throw std::length_error("one step sends more than 15 messages");
  if (patterns_.size() <= sent) patterns_.resize(sent + 1);
  std::vector<std::uint32_t>& found = patterns_[sent];
  if (found.empty()) {
    found.resize(loss_ == Loss::None ? 1U : 1U << sent);
    std::iota(found.begin(), found.end(), 0U);
    std::ranges::stable_sort(found, {}, [](std::uint32_t lost) { return std::popcount(lost); });
  }
  return found;
}

NetworkTable::GrowthId NetworkTable::compute_growth(NetworkId network, SendsId sends) {
  const auto sent = model_.sends(sends);
  const auto before = messages(network);
  const std::vector<MessageId> base(before.begin(), before.end());
  const auto id = static_cast<GrowthId>(outgrowths_.size());
  outgrowths_.push_back(static_cast<std::uint32_t>(sent.size() << 16U));
  for (const std::uint32_t lost : patterns(sent.size())) {
    const auto kept = sent.size() - static_cast<std::size_t>(std::popcount(lost));
    if (base.size() + kept > capacity_) continue;
    std::vector<MessageId> after = base;
    for (std::size_t i = 0; i < sent.size(); ++i) {
      if ((lost >> i & 1U) == 0) after.push_back(sent[i]);
    }
    normalise(after);
    outgrowths_.push_back(intern(after));
    ++outgrowths_[id];
  }
  if (outgrowths_.size() > std::numeric_limits<GrowthId>::max()) {
    throw std::length_error("the network table has more than 2^32 ways to grow");
  }
  growth_index_.insert(pair_key(network, sends), id);
  return id;
}

NetworkId NetworkTable::renamed(NetworkId id, Renaming renaming, Model& model) {
  if (renaming == 0) return id;
  if (renamed_.size() <= renaming) renamed_.resize(model.renaming_count());
  auto& known = renamed_[renaming];
  if (id < known.size() && known[id] != kNone) return known[id];
  const auto all = messages(id);
  std::vector<MessageId> after(all.begin(), all.end());
  for (MessageId& message : after) message = model.renamed(message, renaming);
  normalise(after);
  const NetworkId result = intern(after);
  if (known.size() <= id) known.resize(std::max<std::size_t>(id + 1, halves_.size()), kNone);
  return known[id] = result;
}

}  // namespace engine
