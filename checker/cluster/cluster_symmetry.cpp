// Symmetry over the servers: each cluster half stands for all its renamings.
//
// A half's representative is the least, compared as rows of ids, of those of its renamed rows whose
// servers are in the order of their orbits: the orbit of a local state, all that it becomes under
// renaming, does not change when the servers are renamed, so a server's place is mostly given by
// it, and only renamings among servers of one orbit are compared. Everything
// that holds a server's name is renamed: local states (votes, leaders, progress, the id itself),
// messages, the history's leaders and the partition. So two states that are merged really are
// renamings of one another, and the orbits of the states kept add up to the states of a search
// without symmetry.
#include <algorithm>
#include <array>

#include "checker/cluster/cluster_model.hpp"

namespace cluster {
namespace {
constexpr std::size_t kRenamedMax = 9;  // servers

// table[renaming][id], growing; engine::kNone where not known yet.
std::uint32_t& slot_of(std::vector<std::vector<std::uint32_t>>& table, std::uint32_t id,
                       engine::Renaming renaming) {
  if (table.size() <= renaming) table.resize(renaming + 1);
  auto& known = table[renaming];
  if (known.size() <= id) known.resize(id + 1, engine::kNone);
  return known[id];
}

}  // namespace

LocalId ClusterModel::renamed_local(LocalId local, engine::Renaming renaming) {
  if (const LocalId known = slot_of(renamed_locals_, local, renaming); known != engine::kNone) {
    return known;
  }
  const LocalId result =
      intern_local(node_.renamed_state(locals_[local].bytes, permutations_.images(renaming)));
  return slot_of(renamed_locals_, local, renaming) = result;
}

engine::MessageId ClusterModel::renamed(engine::MessageId message, engine::Renaming renaming) {
  if (renaming == 0) return message;
  if (const auto known = slot_of(renamed_messages_, message, renaming); known != engine::kNone) {
    return known;
  }
  const auto images = permutations_.images(renaming);
  const MessageInfo info = messages_[message];
  const engine::MessageId result =
      intern_message({images[info.from - 1] + 1U, images[info.to - 1] + 1U,
                      node_.renamed_message(info.bytes, images)},
                     info.is_sent);
  return slot_of(renamed_messages_, message, renaming) = result;
}

void ClusterModel::complete_renamings() {
  // What is added on the way is a renaming itself, so one pass over what was there is enough.
  const auto locals = static_cast<LocalId>(locals_.size());
  const auto messages = static_cast<engine::MessageId>(messages_.size());
  for (engine::Renaming renaming = 1; renaming < permutations_.size(); ++renaming) {
    for (LocalId local = 0; local < locals; ++local) renamed_local(local, renaming);
    for (engine::MessageId message = 0; message < messages; ++message) {
      const engine::MessageId other = renamed(message, renaming);
      messages_[other].is_sent |= messages_[message].is_sent;
    }
  }
}

HistoryId ClusterModel::renamed_history(HistoryId history, engine::Renaming renaming) {
  if (const HistoryId known = slot_of(renamed_histories_, history, renaming);
      known != engine::kNone) {
    return known;
  }
  spec::History after = histories_[history];
  for (spec::ServerId& leader : after.leaders) {
    if (leader != spec::kNoServer) leader = permutations_.images(renaming)[leader - 1] + 1U;
  }
  if (after.stale_read) {
    spec::ServerId& server = after.stale_read->server;
    server = permutations_.images(renaming)[server - 1] + 1U;
  }
  const HistoryId result = intern_history(after);
  return slot_of(renamed_histories_, history, renaming) = result;
}

WorldId ClusterModel::renamed_world(WorldId id, engine::Renaming renaming) {
  World world = worlds_[id];
  if (world.partition == 0) return id;
  const Partition& before = partitions_[world.partition];
  const auto images = permutations_.images(renaming);
  Partition after(before.size());
  for (std::size_t server = 0; server < before.size(); ++server) {
    after[images[server]] = before[server];
  }
  const auto found = std::ranges::find(partitions_, normalised(after));
  world.partition = static_cast<std::uint32_t>(found - partitions_.begin());
  return intern_world(world);
}

std::uint32_t ClusterModel::renamed_slot(Row row, std::size_t slot, engine::Renaming renaming) {
  if (slot == history_slot()) return renamed_history(row[slot], renaming);
  if (slot == world_slot()) return renamed_world(row[slot], renaming);
  const auto source = permutations_.images(permutations_.inverse(renaming))[slot];
  return renamed_local(row[source], renaming);
}

engine::Canonical ClusterModel::canonical(engine::HalfId half) {
  if (!bounds_.symmetry) return {half, 0};
  if (half < canonical_.size() && canonical_[half].half != engine::kNone) return canonical_[half];
  const engine::Canonical result = compute_canonical(half);
  if (half >= canonical_.size()) canonical_.resize(half + 1);
  return canonical_[half] = result;
}

std::uint32_t ClusterModel::orbit_of(LocalId local) {
  if (local >= local_orbits_.size()) local_orbits_.resize(local + 1, engine::kNone);
  if (local_orbits_[local] != engine::kNone) return local_orbits_[local];
  std::vector<LocalId> orbit;
  for (engine::Renaming renaming = 0; renaming < permutations_.size(); ++renaming) {
    orbit.push_back(renamed_local(local, renaming));
  }
  if (locals_.size() > local_orbits_.size()) local_orbits_.resize(locals_.size(), engine::kNone);
  const LocalId number = std::ranges::min(orbit);
  for (const LocalId member : orbit) local_orbits_[member] = number;
  return number;
}

const ClusterModel::Pattern& ClusterModel::pattern_of(Row row) {
  std::array<std::uint32_t, kRenamedMax> orbits{};
  std::array<std::size_t, kRenamedMax> ranks{};
  std::uint64_t key = 0;
  for (std::size_t server = 0; server < servers(); ++server) orbits[server] = orbit_of(row[server]);
  for (std::size_t server = 0; server < servers(); ++server) {
    for (std::size_t i = 0; i < servers(); ++i) ranks[server] += orbits[i] < orbits[server] ? 1 : 0;
    key = key * kRenamedMax + ranks[server];
  }
  if (const std::uint32_t* known = pattern_index_.find(key)) return patterns_[*known];
  Pattern pattern;
  for (engine::Renaming renaming = 0; renaming < permutations_.size(); ++renaming) {
    const auto sources = permutations_.images(permutations_.inverse(renaming));
    bool is_sorted = true;
    bool is_kept = renaming != 0;
    for (std::size_t slot = 0; slot < servers(); ++slot) {
      is_sorted = is_sorted && (slot == 0 || ranks[sources[slot - 1]] <= ranks[sources[slot]]);
      is_kept = is_kept && ranks[sources[slot]] == ranks[slot];
    }
    if (is_sorted) pattern.sorting.push_back(renaming);
    if (is_kept) pattern.keeping.push_back(renaming);
  }
  pattern_index_.insert(key, static_cast<std::uint32_t>(patterns_.size()));
  return patterns_.emplace_back(std::move(pattern));
}

engine::Canonical ClusterModel::compute_canonical(engine::HalfId half) {
  const Row row = rows_[half];
  std::vector<std::uint32_t> best;
  engine::Renaming best_renaming = 0;
  std::vector<std::uint32_t> candidate(row.size());
  for (const engine::Renaming renaming : pattern_of(row).sorting) {
    bool is_less = best.empty();
    std::size_t slot = 0;
    for (; slot < row.size(); ++slot) {
      candidate[slot] = renamed_slot(row, slot, renaming);
      if (!is_less && candidate[slot] != best[slot]) {
        if (candidate[slot] > best[slot]) break;
        is_less = true;
      }
    }
    if (is_less && slot == row.size()) {
      best = candidate;
      best_renaming = renaming;
    }
  }
  return {intern_row(best), best_renaming};
}

std::span<const engine::Renaming> ClusterModel::automorphisms(engine::HalfId half) {
  if (!bounds_.symmetry) return {};
  if (const std::uint32_t* known = automorphism_index_.find(half)) {
    return automorphism_lists_[*known];
  }
  const Row row = rows_[half];
  std::vector<engine::Renaming> found;
  for (const engine::Renaming renaming : pattern_of(row).keeping) {
    bool is_same = true;
    for (std::size_t slot = 0; slot < row.size() && is_same; ++slot) {
      is_same = renamed_slot(row, slot, renaming) == row[slot];
    }
    if (is_same) found.push_back(renaming);
  }
  // Few halves have any: the lists are shared.
  const auto at = std::ranges::find(automorphism_lists_, found);
  automorphism_index_.insert(half, static_cast<std::uint32_t>(at - automorphism_lists_.begin()));
  if (at == automorphism_lists_.end()) automorphism_lists_.push_back(std::move(found));
  return automorphism_lists_[*automorphism_index_.find(half)];
}

std::string ClusterModel::key_of(const engine::PathStep& step) const {
  const Label label = Label::unpacked(step.label);
  const auto renamed_server = [&](spec::ServerId id) {
    return step.renaming == 0 ? id : permutations_.images(step.renaming)[id - 1] + 1U;
  };
  std::string key(1, static_cast<char>(label.kind));
  if (label.kind == ActionKind::Cut) {
    const Partition& before = partitions_[label.subject];
    Partition groups(before.size());
    for (std::size_t i = 0; i < before.size(); ++i) {
      groups[renamed_server(static_cast<spec::ServerId>(i + 1)) - 1] = before[i];
    }
    for (const std::uint8_t group : normalised(groups)) key += static_cast<char>(group);
  } else if (label.kind != ActionKind::Heal) {
    key += static_cast<char>(renamed_server(label.server()));
    if (label.read_id() != 0) key += static_cast<char>(label.read_id());
    if (label.target() != 0) key += static_cast<char>(renamed_server(label.target()));
  }
  key += static_cast<char>(step.alternative);
  if (step.message != engine::kNone) key += messages_[step.message].bytes;
  std::vector<std::string> lost;  // in an order that does not depend on the names at sending
  for (const engine::MessageId message : step.lost) lost.push_back(messages_[message].bytes);
  std::ranges::sort(lost);
  for (const std::string& bytes : lost) key += '\xFF' + bytes;
  return key;
}

}  // namespace cluster
