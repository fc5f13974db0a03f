// What a cluster's rows are made of: each distinct value is stored once.
#include "checker/cluster/cluster_model.hpp"
#include "checker/cluster/history_bytes.hpp"

namespace cluster {
LocalId ClusterModel::intern_local(const std::string& bytes) {
  const auto [id, added] = local_bytes_.intern(std::span(bytes.data(), bytes.size()));
  if (added) locals_.push_back({bytes, node_.view(bytes)});
  return id;
}

engine::MessageId ClusterModel::intern_message(const node::Message& message, bool is_sent) {
  const auto [id, added] =
      message_index_.intern(std::span(message.bytes.data(), message.bytes.size()));
  if (added) {
    messages_.emplace_back(message.bytes, message.from, message.to,
                           delivery_of(node_.message_view(message.bytes).kind));
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
    return intern_history(spec::extended(histories_[history], locals_[local].view, reads));
  }
  const std::uint64_t key = engine::pair_key(history, local);
  if (const std::uint32_t* known = extended_.find(key)) return *known;
  const HistoryId result = intern_history(spec::extended(histories_[history], locals_[local].view));
  extended_.insert(key, result);
  return result;
}

WorldId ClusterModel::intern_world(const World& world) {
  const auto packed = world.packed();
  const auto [id, added] = world_index_.intern(packed);
  if (added) worlds_.push_back(world);
  return id;
}

engine::HalfId ClusterModel::intern_row(Row row) { return rows_.intern(row).id; }

}  // namespace cluster
