// What a cluster's rows are made of: each distinct value is stored once.
#include <numeric>

#include "checker/cluster/cluster_model.hpp"
#include "checker/cluster/history_bytes.hpp"

namespace cluster {
namespace {

// Grows with nearly every step but a restart: terms count most, since a later one empties what the
// others count. The weights are measured (docs/performance.md).
std::uint32_t progress_of(const spec::ServerView& server) {
  constexpr std::uint64_t kTerm = 16;
  constexpr std::uint64_t kEntry = 4;
  std::uint64_t sum = kTerm * server.current_term + kEntry * server.log.size();
  sum += server.voted_for != spec::kNoServer ? 1 : 0;
  sum += server.votes_granted.size() + server.commit_index;
  sum = std::accumulate(server.match_index.begin(), server.match_index.end(), sum);
  switch (server.role) {
    case spec::Role::Follower:
      return static_cast<std::uint32_t>(sum + (server.leader != spec::kNoServer ? 1 : 0));
    case spec::Role::Leader:
      return static_cast<std::uint32_t>(sum + 2);
    default:
      return static_cast<std::uint32_t>(sum + 1);
  }
}

}  // namespace

// These three under the lock.
LocalId ClusterModel::intern_local(const std::string& bytes) {
  const auto [id, added] = local_bytes_.intern(std::span(bytes.data(), bytes.size()));
  if (added) {
    spec::ServerView view = node_.view(bytes);
    const std::uint32_t progress = progress_of(view);
    locals_.emplace_back(bytes, std::move(view), progress);
  }
  return id;
}

engine::MessageId ClusterModel::intern_message(const node::Message& message, bool is_sent) {
  const auto [id, added] =
      message_index_.intern(std::span(message.bytes.data(), message.bytes.size()));
  if (added) {
    messages_.emplace_back(message.bytes, message.from, message.to,
                           delivery_of(node_.message_view(message.bytes).kind));
    message_count_.store(messages_.size(), std::memory_order_release);
  }
  messages_[id].is_sent |= is_sent;
  return id;
}

HistoryId ClusterModel::intern_history(const spec::History& history) {
  const std::string bytes = bytes_of(history);
  const auto [id, added] = history_bytes_.intern(std::span(bytes.data(), bytes.size()));
  if (added) histories_.push_back(history);
  return id;
}

HistoryId ClusterModel::extended(HistoryId history, LocalId local, const spec::ReadEvents& reads) {
  if (reads.asked != 0 || !reads.answered.empty()) {  // few steps: not remembered
    const std::lock_guard lock(mutex_);
    return intern_history(spec::extended(histories_[history], locals_[local].view, reads));
  }
  return remembered(extended_, engine::pair_key(history, local), [&] {
    return intern_history(spec::extended(histories_[history], locals_[local].view));
  });
}

WorldId ClusterModel::intern_world(const World& world) { return worlds_.intern(world.packed()); }

}  // namespace cluster
