#include "checker/engine/network_table.hpp"

#include <algorithm>
#include <limits>

namespace engine {
namespace {
constexpr std::size_t kWordsMax = std::size_t{1} << 34U;  // of records: 64 GiB
constexpr std::size_t kGrowthWordsMax = std::size_t{1} << 32U;
constexpr std::size_t kRenamingsMemoised = 24;  // 4 bytes each for every network
}  // namespace

NetworkTable::NetworkTable(HalfGraph& graph, Order order, Loss loss, std::size_t capacity)
    : graph_(graph),
      order_(order),
      patterns_(loss, capacity),
      renamings_(graph.renamings()),
      memoises_renamings_(renamings_ <= kRenamingsMemoised),
      records_(kWordsMax, Pages::Huge),
      growths_(kGrowthWordsMax, Pages::Huge) {
  intern({});
}

bool NetworkTable::is_deliverable(std::span<const MessageId> messages, std::size_t i) const {
  if (i == 0) return true;
  if (order_ == Order::Unordered) return messages[i] != messages[i - 1];
  return !(graph_.model().link(messages[i]) == graph_.model().link(messages[i - 1]));
}

std::uint32_t NetworkTable::hash_of(std::span<const MessageId> messages) {
  std::uint64_t h = messages.size();
  for (const MessageId message : messages) {
    h = (h ^ message) * 0x9E3779B97F4A7C15ULL;
    h ^= h >> 29U;
  }
  return static_cast<std::uint32_t>(mixed(h) >> 32U);
}

NetworkId NetworkTable::intern(std::span<const MessageId> messages,
                               std::unique_lock<PatientMutex>& lock) {
  const std::uint32_t hash = hash_of(messages);
  const auto find = [&] {
    return index_.find(
        hash, [&](NetworkId id) { return std::ranges::equal(this->messages(id), messages); });
  };
  if (const NetworkId known = find(); known != kNone) return known;
  if (!lock.owns_lock()) {
    lock.lock();
    if (const NetworkId known = find(); known != kNone) return known;
  }
  const std::size_t at = records_.size();
  const std::size_t words = stride(messages.size());
  if (at / kUnit >= kNone - 1) throw std::length_error("the networks take more than 64 GiB");
  records_.extend_to(at + words);
  records_[at] = static_cast<std::uint32_t>(messages.size());
  std::ranges::copy(messages, &records_[at + 1]);
  const auto id = static_cast<NetworkId>(at / kUnit);
  index_.insert(hash, id);
  return id;
}

NetworkId NetworkTable::compute_without(NetworkId id, std::size_t i) {
  const auto all = messages(id);
  std::vector<MessageId> rest(all.begin(), all.end());
  rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
  const NetworkId result = intern(rest);
  without_slot(id, i).store(result + 1, std::memory_order_release);
  return result;
}

void NetworkTable::normalise(std::vector<MessageId>& messages) const {
  if (order_ != Order::PerLink) {
    std::ranges::sort(messages);
    return;
  }
  std::ranges::stable_sort(messages, {}, [this](MessageId message) {
    const Link link = graph_.model().link(message);
    return std::pair(link.from, link.to);
  });
}

void NetworkTable::add_sent(std::vector<MessageId>& messages, std::span<const MessageId> sent,
                            std::uint32_t lost) const {
  for (std::size_t i = 0; i < sent.size(); ++i) {
    if ((lost >> i & 1U) != 0) continue;
    messages.push_back(sent[i]);
  }
}

NetworkTable::GrowthId NetworkTable::growth(NetworkId network, SendsId sends) {
  const GrowthId known = growth_index_.find(
      growth_hash(network, sends), [&](GrowthId id) { return is_growth(id, network, sends); });
  return known != kNone ? known : compute_growth(network, sends);
}

NetworkTable::GrowthId NetworkTable::compute_growth(NetworkId network, SendsId sends) {
  const auto sent = graph_.sends(sends);
  const auto base = messages(network);
  const LossPatterns::Fitting fitting = patterns_.fitting(base.size(), sent.size());
  std::vector<std::uint32_t> block{network, sends};
  std::vector<MessageId> after;
  std::unique_lock lock(mutex_, std::defer_lock);
  for (const std::uint32_t lost : fitting.patterns.first(fitting.kept)) {
    after.assign(base.begin(), base.end());
    add_sent(after, sent, lost);
    normalise(after);
    block.push_back(intern(after, lock));
  }
  const std::uint32_t hash = growth_hash(network, sends);
  if (!lock.owns_lock()) lock.lock();
  const auto is_wanted = [&](GrowthId id) { return is_growth(id, network, sends); };
  if (const GrowthId known = growth_index_.find(hash, is_wanted); known != kNone) return known;
  if (growths_.size() + block.size() >= std::numeric_limits<GrowthId>::max()) {
    throw std::length_error("the network table has more than 2^32 ways to grow");
  }
  const auto id = static_cast<GrowthId>(growths_.size());
  growths_.append(block);
  growth_index_.insert(hash, id);
  return id;
}

NetworkId NetworkTable::compute_renamed(NetworkId id, Renaming renaming) {
  const auto all = messages(id);
  std::vector<MessageId> after(all.begin(), all.end());
  for (MessageId& message : after) {
    message = graph_.renamed(message, renaming);
  }
  normalise(after);
  return intern(after);
}

std::size_t NetworkTable::growth_bytes() const {
  return (index_.wants_growth() ? index_.growth_bytes() : 0) +
         (growth_index_.wants_growth() ? growth_index_.growth_bytes() : 0);
}

void NetworkTable::grow_tables() {
  index_.grow();
  growth_index_.grow();
}

}  // namespace engine
