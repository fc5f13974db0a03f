#include "checker/lab/mirror.hpp"

#include <algorithm>
#include <functional>

#include "checker/engine/interner.hpp"
#include "checker/node/state_machine.hpp"

namespace lab {

EntryId EntryTable::intern(const node::LiveEntry& entry) {
  for (const EntryId id : {last_, last_ + 1}) {
    if (id < entries_.size() && is(id, entry)) return last_ = id;
  }
  return last_ = find_or_add(entry);
}

EntryId EntryTable::find_or_add(const node::LiveEntry& entry) {
  const std::size_t of_command = std::hash<std::string_view>()(entry.command);
  const auto hash = static_cast<std::uint32_t>(
      engine::mixed(of_command ^ (entry.term << 2U | static_cast<std::uint64_t>(entry.kind))));
  std::size_t at = hash & mask();
  for (; slots_[at] != kFree; at = (at + 1) & mask()) {
    if (entries_[slots_[at]].hash == hash && is(slots_[at], entry)) return slots_[at];
  }
  const auto id = static_cast<EntryId>(entries_.size());
  slots_[at] = id;
  Known known{.view = {}, .kind = entry.kind, .membership = entry.membership, .hash = hash};
  known.view.term = entry.term;
  known.view.no_op = entry.kind == node::EntryKind::NoOp;
  known.view.is_membership = entry.kind == node::EntryKind::Membership;
  known.view.command = entry.command;
  known.view.membership = view_of(entry.membership);
  entries_.push_back(std::move(known));
  if (entries_.size() * 2 > slots_.size()) grow();
  return id;
}

void EntryTable::grow() {
  slots_.assign(slots_.size() * 2, kFree);
  for (EntryId id = 0; id < entries_.size(); ++id) {
    std::size_t at = entries_[id].hash & mask();
    while (slots_[at] != kFree) at = (at + 1) & mask();
    slots_[at] = id;
  }
}

spec::MembershipView view_of(const node::LiveMembership& membership) {
  const auto ids_of = [](std::uint64_t set) {
    std::vector<spec::ServerId> ids;
    for (spec::ServerId id = 1; set != 0; ++id, set >>= 1U) {
      if ((set & 1U) != 0) ids.push_back(id);
    }
    return ids;
  };
  return {ids_of(membership.voters), ids_of(membership.outgoing), ids_of(membership.learners)};
}

std::vector<EntryId> entries_of_snapshot(std::string_view text, EntryTable& table) {
  const auto kind_of = [](raft::EntryKind kind) {
    return kind == raft::EntryKind::NoOp         ? node::EntryKind::NoOp
           : kind == raft::EntryKind::Membership ? node::EntryKind::Membership
                                                 : node::EntryKind::Command;
  };
  std::vector<EntryId> ids;
  for (const raft::Entry& entry : node::snapshot_entries(text)) {
    ids.push_back(table.intern({entry.term.value, kind_of(entry.kind), entry.command, {}}));
  }
  return ids;
}

void MirrorUpdate::begin(LogMirror& mirror) {
  mirror.first_changed = 0;
  mirror.size_before = mirror.size();
  mirror.removed.clear();
}

void MirrorUpdate::cut(LogMirror& mirror, spec::Index index) {
  const auto from = mirror.entries.begin() + static_cast<std::ptrdiff_t>(index - 1);
  if (mirror.first_changed == 0) {
    mirror.first_changed = index;
    mirror.removed.assign(from, mirror.entries.end());
  }
  mirror.entries.erase(from, mirror.entries.end());
  mirror.commands.resize(index - 1);
  while (!mirror.memberships.empty() && mirror.memberships.back() >= index) {
    mirror.memberships.pop_back();
  }
}

void MirrorUpdate::put(LogMirror& mirror, spec::Index index, EntryId id) const {
  const bool is_new = index > mirror.entries.size();
  if (!is_new && mirror.at(index) == id) return;
  if (mirror.first_changed == 0) cut(mirror, index);
  mirror.entries.push_back(id);
  mirror.commands.push_back(mirror.commands_through(index - 1) + (table_.is_command(id) ? 1 : 0));
  if (table_.is_membership(id)) mirror.memberships.push_back(index);
}

void MirrorUpdate::read(spec::ServerId server, const node::LiveFacts& facts, spec::Index from,
                        LogMirror& mirror) {
  for (spec::Index index = from; index <= facts.last_index; ++index) {
    const node::LiveEntry entry = live_.entry(server, index);
    const bool is_known = index <= mirror.size() && table_.is(mirror.at(index), entry);
    put(mirror, index, is_known ? mirror.at(index) : table_.intern(entry));
  }
  if (facts.last_index < mirror.size()) cut(mirror, facts.last_index + 1);
}

std::optional<spec::Index> MirrorUpdate::changed_in_turn(spec::ServerId server,
                                                         const node::LiveFacts& facts,
                                                         const LogMirror& mirror) {
  if (looked_at_.size() < server) looked_at_.resize(server);
  spec::Index& at = looked_at_[server - 1];
  if (++at > mirror.size() || at > facts.last_index || at <= facts.base_index) {
    at = facts.base_index;  // begins anew with the next step
    return std::nullopt;
  }
  if (table_.is(mirror.at(at), live_.entry(server, at))) return std::nullopt;
  return at;
}

void MirrorUpdate::apply(spec::ServerId server, const node::LiveStep& step,
                         const node::LiveFacts& facts,
                         const std::optional<std::vector<EntryId>>& compacted, LogMirror& mirror) {
  begin(mirror);
  spec::Index from = step.log_from == 0 ? facts.last_index + 1 : step.log_from;
  if (const auto changed = changed_in_turn(server, facts, mirror)) from = std::min(from, *changed);
  // The end of what is said to be as it was.
  if (!mirror.entries.empty()) {
    from = std::min({from, mirror.size(), std::max<spec::Index>(facts.last_index, 1)});
  }
  if (compacted) {
    from = 1;
    for (spec::Index index = 1; index <= facts.base_index; ++index) {
      put(mirror, index,
          index <= compacted->size() ? (*compacted)[index - 1] : table_.intern(node::LiveEntry{}));
    }
  }
  read(server, facts, std::max(from, facts.base_index + 1), mirror);
}

void MirrorUpdate::audit(spec::ServerId server, const node::LiveFacts& facts, LogMirror& mirror) {
  begin(mirror);
  read(server, facts, facts.base_index + 1, mirror);
}

}  // namespace lab
