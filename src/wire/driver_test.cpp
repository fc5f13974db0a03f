// Five servers driven as a user would drive them, by bytes alone: queues of frames for a network,
// journals in files for disks, which are waited for or not. Servers are killed, in the middle of a
// write too, and started again; messages are lost, late, doubled and damaged; clients propose and
// read, operators change the membership and hand the lead over.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <sstream>

#include "src/wire/byte_server.hpp"

namespace wire {
namespace {

using raft::Config;
using raft::Input;
using raft::ServerSet;

using Commands = std::vector<std::string>;
using Clock = std::uint64_t;

struct Killed {};  // thrown where a write ends half way

// One file: the journal.
class Disk {
 public:
  explicit Disk(std::filesystem::path file) : file_(std::move(file)) {}

  // How many more bytes reach the journal before the server is killed.
  std::optional<std::size_t> bytes_left{};

  void append(std::string frame) {
    const bool is_torn = bytes_left && *bytes_left < frame.size();
    if (is_torn) frame.resize(*bytes_left);
    std::ofstream(file_, std::ios::binary | std::ios::app) << frame;
    if (is_torn) throw Killed();
  }
  void replace(const std::string& journal) const {
    const std::filesystem::path made = file_.string() + ".new";
    std::ofstream(made, std::ios::binary) << journal;
    std::filesystem::rename(made, file_);
  }
  void cut_off(std::size_t bytes) const {
    if (std::filesystem::exists(file_)) std::filesystem::resize_file(file_, bytes);
  }
  [[nodiscard]] std::string journal() const {
    std::ifstream file(file_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  [[nodiscard]] std::size_t size() const { return std::filesystem::file_size(file_); }

 private:
  std::filesystem::path file_;
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
    std::filesystem::create_directories(folder_);
    for (std::uint32_t id = 1; id <= kServers; ++id) {
      hosts_.push_back(std::make_unique<Host>(
          Host{.disk = Disk(folder_ / std::to_string(id)), .server = ByteServer(config, {id})}));
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
        take(any_host(), raft::Transfer{{1 + static_cast<std::uint32_t>(below(kServers))}});
      if (config_.changes != raft::Changes::None && one_in(60)) {
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
  [[nodiscard]] std::uint32_t damaged() const { return damaged_; }
  [[nodiscard]] std::uint32_t renewed() const { return renewed_; }

 private:
  struct Unwritten {
    Clock done_at;
    std::string write;
    std::string persisted;
    std::vector<Asked> messages;  // that wait for it
  };
  struct Host {
    Disk disk;
    ByteServer server;
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
    Asked message;
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
    const std::string journal = host.disk.journal();
    auto started = host.server.start(journal);
    ASSERT_TRUE(started) << to_string(started.problem());
    if (started->journal_bytes < journal.size()) ++torn_;
    host.disk.cut_off(started->journal_bytes);
    perform(host, started->asked);
  }

  void kill(Host& host) {
    ++kills_;
    const bool is_now = one_in(2);
    if (is_now && one_in(2)) host.unwritten.clear();
    // Else in one of its next writes, or of those that are under way.
    if (!is_now || !host.unwritten.empty()) host.disk.bytes_left = below(60);
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

  bool write(Host& host, const std::string& frame) {
    try {
      host.disk.append(frame);
    } catch (const Killed&) {
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
      for (const Asked& message : done.messages) send(message);
      take(host, done.persisted);
    }
    if (goes_off(host.election_at)) take(host, raft::ElectionTimeout{});
    if (goes_off(host.heartbeat_at)) take(host, raft::HeartbeatTimeout{});
    if (goes_off(host.lease_at)) take(host, raft::LeaseTimeout{});
    const raft::Server& server = host.server.server();
    const bool is_much = server.last_applied.value > server.log.base_index().value + 20;
    if (is_much) take(host, raft::Compact{server.last_applied, joined(host.applied)});
    if (host.is_up && host.unwritten.empty() && host.disk.size() > 4000) {
      ++renewed_;
      host.disk.replace(host.server.renewed_journal().frame);
    }
  }

  void take(Host& host, const Input& input) { take(host, frame_of(input)); }
  void take(Host& host, const std::string& input) {
    if (!host.is_up) return;
    const auto asked = host.server.take(input);
    ASSERT_TRUE(asked) << to_string(asked.problem());
    perform(host, *asked);
  }

  // The driver: everything that byte_server.hpp asks of it, in its order.
  void perform(Host& host, const std::vector<Asked>& asked) {
    bool is_reported = false;
    for (const Asked& next : asked) {
      if (next.kind == Kind::JournalStart) {
        host.disk.replace(next.frame);
      } else if (next.kind == Kind::Write && config_.async_disk) {
        host.unwritten.push_back({now_ + below(8), next.frame, {}, {}});
      } else if (next.kind == Kind::Write) {
        if (!write(host, next.frame)) return;
      } else if (next.kind == Kind::Persisted) {
        host.unwritten.back().persisted = next.frame;
      } else if (next.kind == Kind::Report) {
        is_reported = true;
        heed(host, decoded<Report>(next.frame).value());
      } else if (is_reported && !host.unwritten.empty()) {
        host.unwritten.back().messages.push_back(next);
      } else {
        send(next);
      }
    }
  }

  void heed(Host& host, const Report& report) {
    if (report.restore) {
      host.applied = split(report.restore->data);
      ++restores_;
    }
    apply(host, report);
    for (const std::uint64_t id : report.reads) answer(host, id);
    if (report.reset_election) host.election_at = now_ + kMinimum + below(kMinimum);
    if (report.reset_heartbeat) host.heartbeat_at = now_ + kHeartbeat;
    if (report.reset_lease) host.lease_at = now_ + kMinimum;
    if (report.outcome == raft::Outcome::ProposalAppended) {
      host.proposals[report.proposed.value] = last_proposed_;
    }
    if (report.outcome == raft::Outcome::ChangeAppended) ++changes_;
    if (report.outcome == raft::Outcome::TransferStarted) ++transfers_;
  }

  void send(const Asked& message) {
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
      Host& host = *hosts_[letter.message.to.value - 1];
      if (with_faults_ && one_in(50)) {
        receive_damaged(host, letter.message.frame);
      } else {
        take(host, letter.message.frame);
      }
    }
  }

  void receive_damaged(Host& host, std::string frame) {
    if (!host.is_up) return;
    frame[below(frame.size())] ^= static_cast<char>(1U << below(8));
    const raft::Server before = host.server.server();
    EXPECT_FALSE(host.server.take(frame));
    EXPECT_EQ(host.server.server(), before);
    ++damaged_;
  }

  void apply(Host& host, const Report& report) {
    raft::Index index = report.first;
    for (const raft::Entry& entry : report.apply) {
      if (entry.kind == raft::EntryKind::Command) host.applied.emplace_back(entry.command);
      const auto own = host.proposals.find(index.value);
      if (own != host.proposals.end()) {
        if (own->second == entry.command) acknowledged_.emplace_back(entry.command);
        host.proposals.erase(own);
      }
      index = index.next();
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
    if (config_.changes == raft::Changes::SingleServer) {
      voters = one_step(membership_of(host.server.server()).voters, voters);
      learners = {};
    }
    take(host, raft::ChangeMembership{voters, learners});
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
    last_proposed_ = "c" + std::to_string(++proposals_);
    take(any_host(), raft::Propose{last_proposed_});
  }

  void read() {
    Host& host = any_host();
    if (!host.is_up) return;
    // Ids grow over restarts: the clock does.
    host.last_read = std::max(host.last_read + 1, now_ * 100);
    host.reads[host.last_read] = acknowledged_.size();
    take(host, raft::Read{host.last_read});
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
  std::uint32_t damaged_ = 0;
  std::uint32_t renewed_ = 0;
  std::string last_proposed_;
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
  std::uint32_t damaged = 0;
  std::uint32_t renewed = 0;
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
    damaged += cluster.damaged();
    renewed += cluster.renewed();
  }
  // What the test is about did happen.
  EXPECT_GT(kills, 100U);
  EXPECT_GT(torn, 20U);
  EXPECT_GT(restores, 50U);
  EXPECT_GT(answers, 50U);
  EXPECT_GT(transfers, 10U);
  EXPECT_GT(damaged, 500U);
  EXPECT_GT(renewed, 20U);
  EXPECT_EQ(changes > 20, GetParam().config.changes != raft::Changes::None);
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
                 .backtracking = raft::Backtracking::Plain,
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
                {.servers = kServers, .no_op = true, .changes = raft::Changes::SingleServer}},
        Setting{"JointChangesAndMuchElse",
                {.servers = kServers,
                 .no_op = true,
                 .pre_vote = true,
                 .check_quorum = true,
                 .appends_in_flight = 2,
                 .snapshot_chunk = 40,
                 .changes = raft::Changes::Joint,
                 .async_disk = true}}),
    [](const auto& setting) { return std::string(setting.param.name); });

}  // namespace
}  // namespace wire
