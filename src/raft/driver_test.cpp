// Five servers driven as a user would drive them: by the public headers alone, with queues in
// memory for a network and files for disks, which are waited for or not. Servers are killed, in the
// middle of a write too, and started again; messages are lost, late and doubled; clients propose
// and read, operators change the membership and hand the lead over.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <sstream>

#include "src/raft/disk.hpp"
#include "src/raft/step.hpp"

namespace raft {
namespace {

using Commands = std::vector<std::string>;
using Clock = std::uint64_t;

struct Killed {};  // thrown where a write ends half way

std::string text_of(const Membership& membership) {
  return std::to_string(membership.voters.bits()) + ' ' +
         std::to_string(membership.outgoing.bits()) + ' ' +
         std::to_string(membership.learners.bits()) + ' ';
}

Membership membership_in(std::istream& text) {
  Membership membership;
  for (ServerSet* set : {&membership.voters, &membership.outgoing, &membership.learners}) {
    std::uint64_t bits = 0;
    text >> bits;
    *set = ServerSet::from_bits(bits);
  }
  return membership;
}

// A folder with three files. `hard_state` and `snapshot` are replaced as a whole; `log` is a
// journal of what happened to the log, whose last record may be torn.
class Disk {
 public:
  explicit Disk(std::filesystem::path folder) : folder_(std::move(folder)) {
    std::filesystem::create_directories(folder_);
  }

  // How many more bytes reach the journal before the server is killed.
  std::optional<std::size_t> bytes_left{};

  void write(const Write& write) {
    if (write.hard_state) {
      replace("hard_state", std::to_string(write.hard_state->current_term.value) + ' ' +
                                std::to_string(write.hard_state->voted_for.value));
    }
    std::string records;
    if (write.snapshot) {
      const Snapshot& snapshot = *write.snapshot;
      const std::string position =
          std::to_string(snapshot.index.value) + ' ' + std::to_string(snapshot.term.value) + ' ';
      replace("snapshot", position + text_of(snapshot.membership) + snapshot.data);
      records += "behind " + position + '\n';
    }
    if (write.log_from) records += "cut " + std::to_string(write.log_from->value) + '\n';
    for (const Entry& entry : write.entries) records += record_of(entry);
    append(std::move(records));
  }

  // After a crash: the journal ends with its last whole record.
  [[nodiscard]] Durable recovered() const {
    const std::string journalled = content("log");
    replace("log", journalled.substr(0, journalled.rfind('\n') + 1));
    Durable durable;
    std::istringstream(content("hard_state")) >> durable.hard_state.current_term.value >>
        durable.hard_state.voted_for.value;
    std::istringstream snapshot(content("snapshot"));
    snapshot >> durable.snapshot.index.value >> durable.snapshot.term.value;
    durable.snapshot.membership = membership_in(snapshot);
    snapshot.ignore(1);
    std::getline(snapshot, durable.snapshot.data, '\0');
    std::istringstream journal(content("log"));
    for (std::string line; std::getline(journal, line);) replay(line, durable.log);
    return durable;
  }

 private:
  static std::string record_of(const Entry& entry) {
    const bool is_membership = entry.kind == EntryKind::Membership;
    const char* kind = is_membership                   ? "members "
                       : entry.kind == EntryKind::NoOp ? "noop "
                                                       : "command ";
    return kind + std::to_string(entry.term.value) + ' ' +
           (is_membership ? text_of(entry.membership) : entry.command) + '\n';
  }
  static void replay(const std::string& line, Log& log) {
    std::istringstream record(line);
    std::string kind;
    std::uint64_t number = 0;
    record >> kind >> number;
    if (kind == "behind") {
      Term term;
      record >> term.value;
      if (Index{number} > log.base_index()) log.begin_behind(Index{number}, term);
    } else if (kind == "cut") {
      log.truncate_from(Index{number});
    } else {
      Entry entry{.term = Term{number}};
      if (kind == "noop") entry.kind = EntryKind::NoOp;
      if (kind == "members") entry.kind = EntryKind::Membership;
      if (kind == "members") entry.membership = membership_in(record);
      if (kind == "command") record >> entry.command;
      log.append(entry);
    }
  }

  void replace(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / "new", std::ios::trunc) << text;
    std::filesystem::rename(folder_ / "new", folder_ / name);
  }
  void append(std::string text) {
    const bool is_torn = bytes_left && *bytes_left < text.size();
    if (is_torn) text.resize(*bytes_left);
    std::ofstream(folder_ / "log", std::ios::app) << text;
    if (is_torn) throw Killed();
  }
  [[nodiscard]] std::string content(const std::string& name) const {
    std::ifstream file(folder_ / name);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  std::filesystem::path folder_;
};

// What is applied, one command after the other, and how it is put into a snapshot.
std::string joined(const Commands& commands) {
  std::string text;
  for (const std::string& command : commands) text += command + ' ';
  return text;
}

Commands split(const std::string& text) {
  std::istringstream words(text);
  return {std::istream_iterator<std::string>(words), {}};
}

constexpr std::uint32_t kServers = 5;
constexpr Clock kHeartbeat = 10;
constexpr Clock kMinimum = 50;  // election timeouts lie between it and its double

class Cluster {
 public:
  Cluster(const Config& config, std::uint32_t seed)
      : config_(config),
        random_(seed),
        folder_(std::filesystem::temp_directory_path() /
                ("raft-driver-" + std::to_string(::getpid()) + '-' + std::to_string(seed))) {
    for (std::uint32_t id = 1; id <= kServers; ++id) {
      hosts_.push_back(std::make_unique<Host>(
          Host{.disk = Disk(folder_ / std::to_string(id)), .server = fresh_server(config, {id})}));
      start(*hosts_.back());
    }
  }
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;
  ~Cluster() { std::filesystem::remove_all(folder_); }

  void run(Clock ticks, bool with_faults) {
    with_faults_ = with_faults;
    for (const Clock end = now_ + ticks; now_ < end; ++now_) {
      for (auto& host : hosts_) {
        if (with_faults && host->is_up && one_in(600)) kill(*host);
        if (!host->is_up && (!with_faults || one_in(80))) start(*host);
        if (host->is_up) tick(*host);
      }
      deliver();
      if (one_in(4)) propose();
      if (one_in(9)) read();
      if (one_in(200))
        take(any_host(), Transfer{{1 + static_cast<std::uint32_t>(below(kServers))}});
      if (config_.changes != Changes::None && one_in(60)) {
        for (auto& host : hosts_) change_membership(*host);  // whoever leads
      }
    }
  }

  [[nodiscard]] const Commands& acknowledged() const { return acknowledged_; }
  [[nodiscard]] const Commands& applied(std::size_t host) const { return hosts_[host]->applied; }
  [[nodiscard]] std::uint32_t kills() const { return kills_; }
  [[nodiscard]] std::uint32_t torn() const { return torn_; }
  [[nodiscard]] std::uint32_t restores() const { return restores_; }
  [[nodiscard]] std::uint32_t answers() const { return answers_; }
  [[nodiscard]] std::uint32_t changes() const { return changes_; }
  [[nodiscard]] std::uint32_t transfers() const { return transfers_; }

 private:
  struct Unwritten {
    Clock done_at;
    Write write;
    std::vector<Message> messages;  // that wait for it
  };
  struct Host {
    Disk disk;
    Server server;
    bool is_up = false;
    Commands applied{};
    std::optional<Clock> election_at{};  // when its timers go off
    std::optional<Clock> heartbeat_at{};
    std::optional<Clock> lease_at{};
    std::deque<Unwritten> unwritten{};                 // where the disk is not waited for
    std::map<std::uint64_t, std::string> proposals{};  // by index, until applied
    std::map<std::uint64_t, std::size_t> reads{};      // by id: what was acknowledged by then
    std::uint64_t last_read = 0;
  };
  struct Letter {
    Clock at;
    Message message;
  };

  bool one_in(std::uint32_t n) { return random_() % n == 0; }
  std::uint64_t below(std::uint64_t n) { return random_() % n; }
  Host& any_host() { return *hosts_[below(kServers)]; }

  void start(Host& host) {
    host.is_up = true;
    host.disk.bytes_left.reset();
    host.applied.clear();
    host.proposals.clear();
    host.reads.clear();
    host.election_at = host.heartbeat_at = host.lease_at = std::nullopt;
    take(host, Restart{host.disk.recovered()});
  }

  void kill(Host& host) {
    ++kills_;
    const bool is_now = one_in(2);
    if (is_now && one_in(2)) host.unwritten.clear();
    // Else in one of its next writes, or of those that are under way.
    if (!is_now || !host.unwritten.empty()) host.disk.bytes_left = below(30);
    if (!is_now) return;
    while (!host.unwritten.empty()) write_next(host);
    host.is_up = false;
  }

  // Brings the oldest write to the disk; false if that killed the server.
  bool write_next(Host& host) {
    const Unwritten next = std::move(host.unwritten.front());
    host.unwritten.pop_front();
    return write(host, next.write);
  }

  bool write(Host& host, const Write& write) {
    try {
      host.disk.write(write);
    } catch (const Killed&) {
      ++torn_;
      host.is_up = false;
      host.unwritten.clear();
    }
    return host.is_up;
  }

  void tick(Host& host) {
    const auto goes_off = [&](std::optional<Clock>& at) {
      const bool is_due = at && *at <= now_;
      if (is_due) at.reset();
      return is_due;
    };
    while (!host.unwritten.empty() && host.unwritten.front().done_at <= now_) {
      const Unwritten done = host.unwritten.front();
      if (!write_next(host)) return;
      for (const Message& message : done.messages) send(message);
      take(host, persisted(done.write));
    }
    if (goes_off(host.election_at)) take(host, ElectionTimeout{});
    if (goes_off(host.heartbeat_at)) take(host, HeartbeatTimeout{});
    if (goes_off(host.lease_at)) take(host, LeaseTimeout{});
    const bool is_much = host.server.last_applied.value > host.server.log.base_index().value + 20;
    if (is_much) take(host, Compact{host.server.last_applied, joined(host.applied)});
  }

  // The driver: everything that effects.hpp asks of it, in its order.
  void take(Host& host, const Input& input) {
    if (!host.is_up) return;
    const Effects effects = step(host.server, input);
    const auto due = write_of(effects.persist, host.server);
    if (config_.async_disk) {
      if (due) host.unwritten.push_back({now_ + below(8), *due, {}});
      for (const Message& message : effects.after_persist) {
        if (host.unwritten.empty()) {
          send(message);
        } else {
          host.unwritten.back().messages.push_back(message);
        }
      }
    } else if (due && !write(host, *due)) {
      return;
    }
    for (const Message& message : effects.messages) send(message);
    if (effects.restore) {
      host.applied = split(host.server.snapshot.data);
      ++restores_;
    }
    if (effects.apply.last.value > 0) apply(host, effects.apply);
    for (const std::uint64_t id : effects.reads) answer(host, id);
    if (effects.timers.reset_election) host.election_at = now_ + kMinimum + below(kMinimum);
    if (effects.timers.reset_heartbeat) host.heartbeat_at = now_ + kHeartbeat;
    if (effects.timers.reset_lease) host.lease_at = now_ + kMinimum;
    if (effects.outcome == Outcome::ProposalAppended) {
      host.proposals[effects.proposed.value] = std::get<Propose>(input).command;
    }
    if (effects.outcome == Outcome::ChangeAppended) ++changes_;
    if (effects.outcome == Outcome::TransferStarted) ++transfers_;
  }

  void send(const Message& message) {
    if (with_faults_ && one_in(12)) return;
    const std::uint64_t copies = with_faults_ && one_in(12) ? 2 : 1;
    for (std::uint64_t i = 0; i < copies; ++i) {
      letters_.push_back({now_ + 1 + below(with_faults_ && one_in(20) ? 150 : 4), message});
    }
  }

  void deliver() {
    const auto due = std::ranges::stable_partition(
        letters_, [&](const Letter& letter) { return letter.at > now_; });
    const std::vector<Letter> arrived(due.begin(), due.end());
    letters_.erase(due.begin(), due.end());
    for (const Letter& letter : arrived) {
      take(*hosts_[letter.message.to.value - 1], Receive{letter.message});
    }
  }

  void apply(Host& host, const Apply& range) {
    for (Index index = range.first; index <= range.last; index = index.next()) {
      const Entry& entry = host.server.log.at(index);
      if (entry.kind == EntryKind::Command) host.applied.push_back(entry.command);
      const auto own = host.proposals.find(index.value);
      if (own == host.proposals.end()) continue;
      if (own->second == entry.command) acknowledged_.push_back(entry.command);
      host.proposals.erase(own);
    }
  }

  // Under faults to any three servers or more, one by one if need be; at the end to all five.
  void change_membership(Host& host) {
    ServerSet voters = ServerSet::first(kServers);
    ServerSet learners;
    for (std::uint32_t id = 1; with_faults_ && id <= kServers && voters.size() > 3; ++id) {
      if (!one_in(2)) continue;
      voters.erase({id});
      if (one_in(2)) learners.insert({id});
    }
    if (config_.changes == Changes::SingleServer) {
      voters = one_step(membership_of(host.server).voters, voters);
      learners = {};
    }
    take(host, ChangeMembership{voters, learners});
  }

  // One server of the wish: who is to come before who is to go.
  static ServerSet one_step(ServerSet now, ServerSet wanted) {
    const ServerSet added = wanted - now;
    const ServerSet differing = added.empty() ? now - wanted : added;
    for (std::uint32_t id = 1; id <= kServers; ++id) {
      if (!differing.contains({id})) continue;
      if (added.empty()) {
        now.erase({id});
      } else {
        now.insert({id});
      }
      break;
    }
    return now;
  }

  void propose() {
    Host& host = any_host();
    take(host, Propose{"c" + std::to_string(++proposals_)});
  }

  void read() {
    Host& host = any_host();
    if (!host.is_up) return;
    // Ids grow over restarts: the clock does.
    host.last_read = std::max(host.last_read + 1, now_ * 100);
    host.reads[host.last_read] = acknowledged_.size();
    take(host, Read{host.last_read});
  }

  // Linearizable: whatever was acknowledged before the read was asked is seen by it.
  void answer(Host& host, std::uint64_t id) {
    const auto asked = host.reads.find(id);
    if (asked == host.reads.end()) return;
    ++answers_;
    for (std::size_t i = 0; i < asked->second; ++i) {
      EXPECT_NE(std::ranges::find(host.applied, acknowledged_[i]), host.applied.end())
          << "read " << id << " misses " << acknowledged_[i];
    }
    host.reads.erase(asked);
  }

  Config config_;
  std::mt19937 random_;
  std::filesystem::path folder_;
  std::vector<std::unique_ptr<Host>> hosts_;
  std::vector<Letter> letters_;
  Commands acknowledged_;
  Clock now_ = 0;
  bool with_faults_ = true;
  std::uint64_t proposals_ = 0;
  std::uint32_t kills_ = 0;
  std::uint32_t torn_ = 0;
  std::uint32_t restores_ = 0;
  std::uint32_t answers_ = 0;
  std::uint32_t changes_ = 0;
  std::uint32_t transfers_ = 0;
};

struct Setting {
  const char* name;
  Config config;
};

class Driver : public testing::TestWithParam<Setting> {};

TEST_P(Driver, FiveServersAgree_AndLoseNothingThatWasAcknowledged) {
  std::uint32_t kills = 0;
  std::uint32_t torn = 0;
  std::uint32_t restores = 0;
  std::uint32_t answers = 0;
  std::uint32_t changes = 0;
  std::uint32_t transfers = 0;
  for (std::uint32_t seed = 1; seed <= 6; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Cluster cluster(GetParam().config, seed);
    cluster.run(6000, true);
    const std::size_t under_faults = cluster.acknowledged().size();
    EXPECT_GT(under_faults, 50U);
    cluster.run(1500, false);
    EXPECT_GT(cluster.acknowledged().size(), under_faults);
    // The last proposals may not have come everywhere.
    std::size_t shortest = cluster.applied(0).size();
    for (std::size_t host = 1; host < kServers; ++host) {
      shortest = std::min(shortest, cluster.applied(host).size());
    }
    const Commands agreed(cluster.applied(0).begin(),
                          cluster.applied(0).begin() + static_cast<std::ptrdiff_t>(shortest));
    for (std::size_t host = 1; host < kServers; ++host) {
      EXPECT_TRUE(std::ranges::equal(agreed, std::span(cluster.applied(host)).first(shortest)));
    }
    for (std::size_t i = 0; i < under_faults; ++i) {
      EXPECT_EQ(std::ranges::count(agreed, cluster.acknowledged()[i]), 1);
    }
    kills += cluster.kills();
    torn += cluster.torn();
    restores += cluster.restores();
    answers += cluster.answers();
    changes += cluster.changes();
    transfers += cluster.transfers();
  }
  // What the test is about did happen.
  EXPECT_GT(kills, 100U);
  EXPECT_GT(torn, 20U);
  EXPECT_GT(restores, 50U);
  EXPECT_GT(answers, 50U);
  EXPECT_GT(transfers, 10U);
  EXPECT_EQ(changes > 20, GetParam().config.changes != Changes::None);
}

INSTANTIATE_TEST_SUITE_P(
    Settings, Driver,
    testing::Values(
        Setting{"Plain", {.servers = kServers, .no_op = true}},
        Setting{"Chunks", {.servers = kServers, .no_op = true, .snapshot_chunk = 50}},
        Setting{"PreVoteAndQuorums",
                {.servers = kServers, .no_op = true, .pre_vote = true, .check_quorum = true}},
        Setting{"LeaseReads",
                {.servers = kServers,
                 .no_op = true,
                 .backtracking = Backtracking::Plain,
                 .entries_per_message = 3,
                 .vote_lease = true,
                 .lease_reads = true}},
        Setting{"Flow",
                {.servers = kServers,
                 .no_op = true,
                 .bytes_per_message = 12,
                 .appends_in_flight = 3,
                 .uncommitted = 8}},
        Setting{"AsyncDisk", {.servers = kServers, .no_op = true, .async_disk = true}},
        Setting{"SingleServerChanges",
                {.servers = kServers, .no_op = true, .changes = Changes::SingleServer}},
        Setting{"JointChangesAndMuchElse",
                {.servers = kServers,
                 .no_op = true,
                 .pre_vote = true,
                 .check_quorum = true,
                 .appends_in_flight = 2,
                 .snapshot_chunk = 40,
                 .changes = Changes::Joint,
                 .async_disk = true}}),
    [](const auto& setting) { return std::string(setting.param.name); });

}  // namespace
}  // namespace raft
