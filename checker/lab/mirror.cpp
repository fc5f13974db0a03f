#include "checker/lab/mirror.hpp"

#include <algorithm>
#include <cstring>

#include "checker/node/state_machine.hpp"

namespace lab {

EntryId EntryTable::intern(const node::LiveEntry& entry) {
  words_.assign(3 + (entry.command.size() + 7) / 8, 0);
  words_[0] = entry.term;
  words_[1] = entry.kind;
  words_[2] = entry.command.size();
  if (!entry.command.empty()) {
    std::memcpy(words_.data() + 3, entry.command.data(), entry.command.size());
  }
  const auto [id, added] = index_.intern(words_);
  if (added) {
    spec::EntryView view;
    view.term = entry.term;
    view.no_op = entry.kind == 1;
    view.is_membership = entry.kind == 2;
    view.command = entry.command;
    entries_.push_back(std::move(view));
    is_command_.push_back(entry.kind == 0);
  }
  return id;
}

EntryId EntryTable::intern(const spec::EntryView& entry) {
  return intern(node::LiveEntry{entry.term, kind_of(entry), entry.command});
}

std::vector<EntryId> entries_of_snapshot(std::string_view text, EntryTable& table) {
  std::vector<EntryId> ids;
  for (const raft::Entry& entry : node::snapshot_entries(text)) {
    ids.push_back(table.intern(
        node::LiveEntry{entry.term.value, static_cast<std::uint8_t>(entry.kind), entry.command}));
  }
  return ids;
}

void MirrorUpdate::begin(LogMirror& mirror) const {
  mirror.first_changed = 0;
  mirror.size_before = mirror.size();
  mirror.removed.clear();
}

void MirrorUpdate::put(LogMirror& mirror, spec::Index index, EntryId id) const {
  const bool is_new = index > mirror.entries.size();
  if (!is_new && mirror.at(index) == id) return;
  if (mirror.first_changed == 0) {
    mirror.first_changed = index;
    const auto from = mirror.entries.begin() + static_cast<std::ptrdiff_t>(index - 1);
    mirror.removed.assign(from, mirror.entries.end());
    mirror.entries.erase(from, mirror.entries.end());
    mirror.commands.resize(index - 1);
  }
  mirror.entries.push_back(id);
  mirror.commands.push_back(mirror.commands_through(index - 1) + (table_.is_command(id) ? 1 : 0));
}

void MirrorUpdate::read(spec::ServerId server, const node::LiveFacts& facts, spec::Index from,
                        LogMirror& mirror) {
  for (spec::Index index = from; index <= facts.last_index; ++index) {
    const node::LiveEntry entry = live_.entry(server, index);
    const bool is_known = index <= mirror.size() && table_.is(mirror.at(index), entry);
    put(mirror, index, is_known ? mirror.at(index) : table_.intern(entry));
  }
  if (facts.last_index >= mirror.size()) return;
  const auto end = mirror.entries.begin() + static_cast<std::ptrdiff_t>(facts.last_index);
  mirror.first_changed = facts.last_index + 1;
  mirror.removed.assign(end, mirror.entries.end());
  mirror.entries.erase(end, mirror.entries.end());
  mirror.commands.resize(facts.last_index);
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
                         const node::LiveFacts& facts, const std::vector<EntryId>& compacted,
                         LogMirror& mirror) {
  begin(mirror);
  spec::Index from = step.log_from == 0 ? facts.last_index + 1 : step.log_from;
  if (const auto changed = changed_in_turn(server, facts, mirror)) from = std::min(from, *changed);
  // The end of what is said to be as it was.
  if (!mirror.entries.empty()) {
    from = std::min({from, mirror.size(), std::max<spec::Index>(facts.last_index, 1)});
  }
  if (step.snapshot_changed) {
    from = 1;
    for (spec::Index index = 1; index <= facts.base_index; ++index) {
      put(mirror, index,
          index <= compacted.size() ? compacted[index - 1] : table_.intern(node::LiveEntry{}));
    }
  }
  read(server, facts, std::max(from, facts.base_index + 1), mirror);
}

void MirrorUpdate::audit(spec::ServerId server, const node::LiveFacts& facts, LogMirror& mirror) {
  begin(mirror);
  read(server, facts, facts.base_index + 1, mirror);
}

}  // namespace lab
