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
#include "checker/cluster/membership_changes.hpp"

namespace cluster {

std::atomic<std::uint32_t>& ClusterModel::slot_of(Known& table, std::uint32_t id,
                                                  engine::Renaming renaming) {
  return table.at(std::size_t{id} * permutations_.size() + renaming, "renamed values");
}

LocalId ClusterModel::renamed_local(LocalId local, engine::Renaming renaming) {
  return remembered(slot_of(renamed_locals_, local, renaming), [&] {
    return intern_local(node_.renamed_state(locals_[local].bytes, permutations_.images(renaming)));
  });
}

engine::MessageId ClusterModel::renamed(engine::MessageId message, engine::Renaming renaming) {
  if (renaming == 0) return message;
  return remembered(slot_of(renamed_messages_, message, renaming), [&] {
    const auto images = permutations_.images(renaming);
    const MessageInfo& info = messages_[message];
    return intern_message({images[info.from - 1] + 1U, images[info.to - 1] + 1U,
                           node_.renamed_message(info.bytes, images)},
                          info.is_sent);
  });
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
  return remembered(slot_of(renamed_histories_, history, renaming),
                    [&] { return intern_history(renamed_value(histories_[history], renaming)); });
}

spec::History ClusterModel::renamed_value(const spec::History& history,
                                          engine::Renaming renaming) const {
  spec::History after = history;
  for (spec::ServerId& leader : after.leaders) {
    if (leader != spec::kNoServer) leader = permutations_.images(renaming)[leader - 1] + 1U;
  }
  if (after.stale_read) {
    spec::ServerId& server = after.stale_read->server;
    server = permutations_.images(renaming)[server - 1] + 1U;
  }
  const auto rename = [&](spec::MembershipView& membership) {
    for (auto* ids : {&membership.voters, &membership.outgoing, &membership.learners}) {
      for (spec::ServerId& id : *ids) id = permutations_.images(renaming)[id - 1] + 1U;
      std::ranges::sort(*ids);
    }
  };
  rename(after.first_membership);
  for (spec::CommittedEntry& committed : after.committed) rename(committed.entry.membership);
  return after;
}

WorldId ClusterModel::renamed_world(WorldId id, engine::Renaming renaming) {
  World world = world_of(id);
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

std::uint32_t ClusterModel::orbit_of(LocalId local) {
  return remembered(local_orbits_[local], [&] { return compute_orbit(local); });
}

// The node renames this one only: what its renamings become is known then, too.
LocalId ClusterModel::compute_orbit(LocalId local) {
  std::vector<LocalId> images{local};
  for (engine::Renaming renaming = 1; renaming < permutations_.size(); ++renaming) {
    images.push_back(renamed_local(local, renaming));
  }
  const LocalId least = *std::ranges::min_element(images);
  for (engine::Renaming first = 1; first < permutations_.size(); ++first) {
    const LocalId member = images[first];
    if (local_orbits_[member].load(std::memory_order_relaxed) != 0) continue;
    for (engine::Renaming next = 1; next < permutations_.size(); ++next) {
      slot_of(renamed_locals_, member, next)
          .store(images[permutations_.then(first, next)] + 1, std::memory_order_release);
    }
    local_orbits_[member].store(least + 1, std::memory_order_release);
  }
  return least;
}

const ClusterModel::Pattern& ClusterModel::pattern_of(Row row) {
  std::array<std::uint32_t, kServersMax> orbits{};
  std::array<std::size_t, kServersMax> ranks{};
  std::uint64_t key = 0;
  for (std::size_t server = 0; server < servers(); ++server) orbits[server] = orbit_of(row[server]);
  for (std::size_t server = 0; server < servers(); ++server) {
    for (std::size_t i = 0; i < servers(); ++i) ranks[server] += orbits[i] < orbits[server] ? 1 : 0;
    key = key * kServersMax + ranks[server];
  }
  return remembered(patterns_, key, [&] { return compute_pattern(ranks); });
}

ClusterModel::Pattern ClusterModel::compute_pattern(std::span<const std::size_t> ranks) const {
  Pattern pattern;
  for (engine::Renaming renaming = 0; renaming < permutations_.size(); ++renaming) {
    const auto sources = permutations_.images(permutations_.inverse(renaming));
    bool is_sorted = true;
    bool is_kept = renaming != 0;
    for (std::size_t slot = 0; slot < servers(); ++slot) {
      // Renamings keep the first members apart from the others.
      is_sorted = is_sorted && (slot == 0 || slot == bounds_.voters ||
                                ranks[sources[slot - 1]] <= ranks[sources[slot]]);
      is_kept = is_kept && ranks[sources[slot]] == ranks[slot];
    }
    if (is_sorted) pattern.sorting.push_back(renaming);
    if (is_kept) pattern.keeping.push_back(renaming);
  }
  return pattern;
}

engine::Canonical ClusterModel::representative(Row row) {
  if (!bounds_.symmetry) return {intern_row(row), 0};
  const std::size_t size = row.size();
  std::array<std::uint32_t, kServersMax + 2> best{};
  std::array<std::uint32_t, kServersMax + 2> candidate{};
  bool is_first = true;
  engine::Renaming best_renaming = 0;
  for (const engine::Renaming renaming : pattern_of(row).sorting) {
    bool is_less = is_first;
    std::size_t slot = 0;
    for (; slot < size; ++slot) {
      candidate[slot] = renamed_slot(row, slot, renaming);
      if (!is_less && candidate[slot] != best[slot]) {
        if (candidate[slot] > best[slot]) break;
        is_less = true;
      }
    }
    if (is_less && slot == size) {
      best = candidate;
      best_renaming = renaming;
      is_first = false;
    }
  }
  return {intern_row(Row(best).first(size)), best_renaming};
}

std::span<const engine::Renaming> ClusterModel::automorphisms(engine::HalfId half) {
  if (!bounds_.symmetry) return {};
  std::atomic<std::uint32_t>& known = automorphisms_.at(half, "cluster states");
  if (const auto list = known.load(std::memory_order_acquire); list != 0) {
    return automorphism_lists_[list - 1];
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
  if (found.empty()) {  // as of most
    known.store(1 + kNoAutomorphisms, std::memory_order_release);
    return {};
  }
  return automorphism_lists_[remembered(known, [&] { return intern_list(found); })];
}

// Few halves have any: the lists are shared.
std::uint32_t ClusterModel::intern_list(const std::vector<engine::Renaming>& list) {
  std::uint32_t at = 0;
  while (at < automorphism_lists_.size() && automorphism_lists_[at] != list) ++at;
  if (at == automorphism_lists_.size()) automorphism_lists_.push_back(list);
  return at;
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
  if (label.kind == ActionKind::ChangeMembership) {
    const MembershipChange change = MembershipChange::unpacked(label.detail);
    for (const auto* ids : {&change.voters, &change.learners}) {
      std::vector<spec::ServerId> after;
      for (const spec::ServerId id : *ids) after.push_back(renamed_server(id));
      std::ranges::sort(after);
      for (const spec::ServerId id : after) key += static_cast<char>(id);
      key += ';';
    }
  } else if (label.kind == ActionKind::Compact || label.kind == ActionKind::Crash) {
    key += std::to_string(label.detail) + ';';
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
