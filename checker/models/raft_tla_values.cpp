#include "checker/models/raft_tla_values.hpp"

#include <algorithm>
#include <iterator>

namespace models {
namespace {

// What a row of words holds, in this order.
class Writer {
 public:
  explicit Writer(std::size_t servers) : servers_(servers) {}
  void add(std::uint32_t word) { words_.at(size_++) = word; }
  void add(const PerServer<std::uint32_t>& row) {
    for (std::size_t i = 0; i < servers_; ++i) add(row[i]);
  }
  [[nodiscard]] std::span<const std::uint32_t> words() const {
    return std::span(words_).first(size_);
  }

 private:
  std::size_t servers_;
  std::array<std::uint32_t, 8 + 3 * RaftTlaOptions::kServersMax> words_{};
  std::size_t size_ = 0;
};

class Reader {
 public:
  Reader(std::span<const std::uint32_t> words, std::size_t servers)
      : words_(words), servers_(servers) {}
  std::uint32_t next() { return words_[at_++]; }
  PerServer<std::uint32_t> next_row() {
    PerServer<std::uint32_t> row{};
    for (std::size_t i = 0; i < servers_; ++i) row[i] = next();
    return row;
  }

 private:
  std::span<const std::uint32_t> words_;
  std::size_t servers_;
  std::size_t at_ = 0;
};

}  // namespace

RaftTlaValues::RaftTlaValues(std::size_t servers, const engine::Permutations& permutations)
    : servers_(servers), permutations_(permutations) {
  logs_.intern({});
  election_sets_.intern({});
  log_sets_.intern({});
}

std::span<const Entry> RaftTlaValues::log(Id id) const { return logs_[id]; }

Id RaftTlaValues::appended(Id log, Entry entry) {
  std::vector<Entry> entries(logs_[log].begin(), logs_[log].end());
  entries.push_back(entry);
  return logs_.intern(entries).id;
}

Id RaftTlaValues::without_last(Id log) {
  const std::vector<Entry> entries(logs_[log].begin(), logs_[log].end() - 1);
  return logs_.intern(entries).id;
}

std::uint32_t RaftTlaValues::term_at(Id log, std::uint32_t index) const {
  const auto entries = logs_[log];
  return index >= 1 && index <= entries.size() ? entries[index - 1].term : 0;
}

Id RaftTlaValues::intern(const Local& local) {
  Writer row(servers_);
  row.add(local.term);
  row.add(static_cast<std::uint32_t>(local.role));
  row.add(local.voted_for);
  row.add(local.log);
  row.add(local.commit);
  row.add(local.responded);
  row.add(local.granted);
  row.add(local.leader_count);
  row.add(local.next);
  row.add(local.match);
  row.add(local.voter_log);
  return locals_.intern(row.words()).id;
}

Local RaftTlaValues::local(Id id) const {
  Reader row(locals_[id], servers_);
  Local local;
  local.term = row.next();
  local.role = static_cast<Role>(row.next());
  local.voted_for = row.next();
  local.log = row.next();
  local.commit = row.next();
  local.responded = row.next();
  local.granted = row.next();
  local.leader_count = row.next();
  local.next = row.next_row();
  local.match = row.next_row();
  local.voter_log = row.next_row();
  return local;
}

Id RaftTlaValues::intern(const Message& message) {
  Writer row(servers_);
  row.add(static_cast<std::uint32_t>(message.kind));
  row.add(message.term);
  row.add(message.from);
  row.add(message.to);
  row.add(message.index);
  row.add(message.index_term);
  row.add(message.is_positive ? 1 : 0);
  row.add(message.has_entry ? 1 : 0);
  row.add(message.entry.term);
  row.add(message.entry.value);
  row.add(message.commit);
  row.add(message.log);
  return messages_.intern(row.words()).id;
}

Message RaftTlaValues::message(Id id) const {
  Reader row(messages_[id], servers_);
  Message message;
  message.kind = static_cast<MessageKind>(row.next());
  message.term = row.next();
  message.from = row.next();
  message.to = row.next();
  message.index = row.next();
  message.index_term = row.next();
  message.is_positive = row.next() != 0;
  message.has_entry = row.next() != 0;
  message.entry.term = row.next();
  message.entry.value = row.next();
  message.commit = row.next();
  message.log = row.next();
  return message;
}

Id RaftTlaValues::intern(const Election& election) {
  Writer row(servers_);
  row.add(election.term);
  row.add(election.leader);
  row.add(election.log);
  row.add(election.votes);
  row.add(election.voter_log);
  return elections_.intern(row.words()).id;
}

Election RaftTlaValues::election(Id id) const {
  Reader row(elections_[id], servers_);
  Election election;
  election.term = row.next();
  election.leader = row.next();
  election.log = row.next();
  election.votes = row.next();
  election.voter_log = row.next_row();
  return election;
}

std::vector<Election> RaftTlaValues::elections(Id set) const {
  std::vector<Election> found;
  std::ranges::transform(election_sets_[set], std::back_inserter(found),
                         [this](Id id) { return election(id); });
  return found;
}

Id RaftTlaValues::with_member(Words& sets, Id set, Id member) {
  const auto before = sets[set];
  const auto at = std::ranges::lower_bound(before, member);
  if (at != before.end() && *at == member) return set;
  std::vector<Id> after(before.begin(), at);
  after.push_back(member);
  after.insert(after.end(), at, before.end());
  return sets.intern(after).id;
}

Id RaftTlaValues::with_election(Id elections, const Election& election) {
  return with_member(election_sets_, elections, intern(election));
}

Id RaftTlaValues::with_log(Id logs, Id log) { return with_member(log_sets_, logs, log); }

template <class Compute>
Id RaftTlaValues::memoised(RenamingTable& table, Id id, engine::Renaming renaming,
                           Compute compute) {
  if (renaming == 0) return id;
  if (table.size() <= renaming) table.resize(permutations_.size());
  if (const auto& known = table[renaming]; id < known.size() && known[id] != engine::kNone) {
    return known[id];
  }
  const Id result = compute(permutations_.images(renaming));
  auto& known = table[renaming];
  if (known.size() <= id) known.resize(id + 1, engine::kNone);
  return known[id] = result;
}

ServerSet RaftTlaValues::renamed(ServerSet set, Images images) const {
  ServerSet after = 0;
  for (std::size_t i = 0; i < servers_; ++i) after |= (set >> i & 1U) << images[i];
  return after;
}

PerServer<std::uint32_t> RaftTlaValues::renamed(const PerServer<std::uint32_t>& row,
                                                Images images) const {
  PerServer<std::uint32_t> after{};
  for (std::size_t i = 0; i < servers_; ++i) after[images[i]] = row[i];
  return after;
}

Id RaftTlaValues::renamed_local(Id id, engine::Renaming renaming) {
  return memoised(renamed_locals_, id, renaming, [&](Images images) {
    Local after = local(id);
    if (after.voted_for != kAbsent) after.voted_for = images[after.voted_for - 1] + 1U;
    after.responded = renamed(after.responded, images);
    after.granted = renamed(after.granted, images);
    after.next = renamed(after.next, images);
    after.match = renamed(after.match, images);
    after.voter_log = renamed(after.voter_log, images);
    return intern(after);
  });
}

Id RaftTlaValues::renamed_message(Id id, engine::Renaming renaming) {
  return memoised(renamed_messages_, id, renaming, [&](Images images) {
    Message after = message(id);
    after.from = images[after.from];
    after.to = images[after.to];
    return intern(after);
  });
}

Id RaftTlaValues::renamed_elections(Id set, engine::Renaming renaming) {
  return memoised(renamed_election_sets_, set, renaming, [&](Images images) {
    Id after = kEmpty;
    for (Election election : elections(set)) {
      election.leader = images[election.leader];
      election.votes = renamed(election.votes, images);
      election.voter_log = renamed(election.voter_log, images);
      after = with_election(after, election);
    }
    return after;
  });
}

}  // namespace models
