// Part K: the key/value layer above Raft.
#include "checker/lab/suite_kv.hpp"

#include <fmt/format.h>

#include "checker/lab/kv_check.hpp"
#include "checker/lab/partitions.hpp"

namespace lab {
namespace {

// What the clients of one round and whoever disturbs them share.
struct KvRound {
  Lab& lab;
  KvService& service;
  const KvTest& test;
  bool is_over = false;
  std::uint32_t values = 0;  // how many were written: no two are the same

  std::string next_value(std::uint32_t client) { return fmt::format("x{}.{}y", client, ++values); }
  // Clients are not in a hurry.
  auto think() { return lab.sleep(micros(lab.random(20'000))); }
};

// A client appends to its key and reads it, and knows what it must read: nobody else writes there.
Task<void> lone_client(KvRound& round, std::uint32_t me, std::string& expected) {
  const std::string key = std::to_string(me);
  while (!round.is_over) {
    if (round.lab.percent(50)) {
      const std::string value = round.next_value(me);
      co_await round.service.append(me, key, value);
      expected += value;
    } else {
      const std::string got = co_await round.service.get(me, key);
      round.lab.require(got == expected, fmt::format("client {} reads {:.60} where it wrote {:.60}",
                                                     me, got, expected));
    }
    co_await round.think();
  }
}

// A client puts, appends and reads at any key; whether all answers fit is the checker's business.
Task<void> sharing_client(KvRound& round, std::uint32_t me) {
  while (!round.is_over) {
    const std::string key = std::to_string(round.lab.random(round.test.clients));
    const std::uint32_t choice = round.lab.random(10);
    if (choice < 5) {
      co_await round.service.append(me, key, round.next_value(me));
    } else if (choice < 6) {
      co_await round.service.put(me, key, round.next_value(me));
    } else {
      co_await round.service.get(me, key);
    }
    co_await round.think();
  }
}

Task<void> partitioner(KvRound& round) {
  Lab& lab = round.lab;
  while (!round.is_over) {
    std::vector<std::uint32_t> sides;
    for (spec::ServerId id = 1; id <= lab.servers(); ++id) sides.push_back(lab.random(2));
    lab.set_links(sides_apart(sides));
    co_await lab.sleep(millis(1000 + lab.random(200)));
  }
}

Task<void> hand_over(KvRound& round) {
  Lab& lab = round.lab;
  while (!round.is_over) {
    co_await lab.sleep(millis(50 + lab.random(200)));
    const spec::ServerId target = lab.random_server();
    for (spec::ServerId id = 1; id <= lab.servers(); ++id) {
      if (lab.leads(id) && id != target) lab.simulator().transfer(id, target);
    }
  }
}

Task<void> play_round(KvRound& round, std::vector<std::string>& expected) {
  Lab& lab = round.lab;
  round.is_over = false;
  std::vector<Task<void>> clients;
  for (std::uint32_t me = 0; me < round.test.clients; ++me) {
    clients.push_back(round.test.shares_keys ? sharing_client(round, me)
                                             : lone_client(round, me, expected[me]));
    clients.back().start();
  }
  Task<void> transferrer = hand_over(round);
  if (round.test.has_transfers) transferrer.start();
  Task<void> disturber = partitioner(round);
  if (round.test.has_partitions) {
    co_await lab.sleep(seconds(1));  // the clients get going without
    disturber.start();
  }
  co_await lab.sleep(seconds(1));
  round.is_over = true;
  if (round.test.has_partitions) {
    co_await disturber;
    lab.heal();
    co_await lab.sleep(kElection);  // all can be elected again
  }
  if (round.test.has_transfers) co_await transferrer;
  if (round.test.has_crashes) {
    lab.crash_all();
    co_await lab.sleep(kElection);
    lab.bring_up_all();
  }
  for (Task<void>& client : clients) co_await client;
}

void check_sizes(Lab& lab, std::size_t snapshot_bytes) {
  if (snapshot_bytes == 0) {
    for (spec::ServerId id = 1; id <= lab.servers(); ++id) {
      lab.require(lab.simulator().facts(id).snapshot_index == 0,
                  fmt::format("server {} has a snapshot that nobody asked for", id));
    }
    return;
  }
  lab.require(lab.durable_bytes_max() <= 8 * snapshot_bytes,
              fmt::format("a server keeps {} bytes beside its snapshot, more than {}",
                          lab.durable_bytes_max(), 8 * snapshot_bytes));
}

Task<void> note_end(Task<std::string> call, bool& is_done) {
  co_await call;
  is_done = true;
}

}  // namespace

Task<void> play_kv(Lab& lab, KvTest test, std::size_t snapshot_bytes) {
  KvService service(lab, test.reads, test.make_map);
  std::vector<std::string> expected(test.clients);
  KvRound round{lab, service, test};
  for (int i = 0; i < 3; ++i) {
    co_await play_round(round, expected);
    check_sizes(lab, snapshot_bytes);
  }
  require_linearizable(lab, service.history());
}

Task<void> play_one_partition(Lab& lab, KvReads reads) {
  KvService service(lab, reads);
  co_await service.put(0, "1", "13");
  const spec::ServerId leader = co_await lab.check_one_leader();
  const std::set<spec::ServerId> minority{leader, lab.after(leader, 1)};
  std::set<spec::ServerId> majority;
  std::vector<std::uint32_t> sides(lab.servers());
  for (const spec::ServerId id : minority) sides[id - 1] = 1;
  for (std::uint32_t k = 2; k < lab.servers(); ++k) majority.insert(lab.after(leader, k));
  lab.set_links(sides_apart(sides));
  service.restrict(0, majority);
  service.restrict(1, minority);
  service.restrict(2, minority);
  co_await service.put(0, "1", "14");
  bool is_put = false;
  bool is_got = false;
  Task<void> put = note_end(service.put(1, "1", "15"), is_put);
  Task<void> get = note_end(service.get(2, "1"), is_got);
  put.start();
  get.start();
  co_await lab.sleep(kElection);
  lab.require(!is_put && !is_got, "a minority answers");
  const std::string during = co_await service.get(0, "1");
  lab.require(during == "14", "the majority does not read what it wrote");
  co_await service.put(0, "1", "16");
  lab.heal();
  service.lift_restrictions();
  co_await lab.sleep(3 * kElection);
  lab.require(is_put && is_got, "a minority that was taken back does not answer within 3 s");
  co_await put;
  co_await get;
  require_linearizable(lab, service.history());
}

namespace {

constexpr std::size_t kBytes = 1000;
constexpr KvTest kOne{.clients = 1};
constexpr KvTest kFive{.clients = 5};
constexpr KvTest kFifteen{.clients = 15, .shares_keys = true};

constexpr KvTest with(KvTest test, bool partitions, bool crashes) {
  test.has_partitions = partitions;
  test.has_crashes = crashes;
  return test;
}

constexpr KvTest asking(KvTest test) {
  test.reads = KvReads::Asked;
  test.shares_keys = true;
  return test;
}

constexpr KvTest handing_over(KvTest test) {
  test.has_transfers = true;
  return test;
}

// A test as a value that its scenario can be made of.
template <KvTest test, std::size_t snapshot_bytes = 0>
Task<void> play(Lab& lab) {
  return play_kv(lab, test, snapshot_bytes);
}

constexpr KvTest kReads = asking(kFive);
constexpr KvTest kReadsPartitions = with(kReads, true, false);
constexpr KvTest kReadsAll = with(asking(kFifteen), true, true);

Task<void> one_partition(Lab& lab) { return play_one_partition(lab, KvReads::Log); }
Task<void> one_partition_reads(Lab& lab) { return play_one_partition(lab, KvReads::Asked); }

void lease_reads(SimulatorOptions& options, engine::Random&) {
  options.node.vote_lease = true;
  options.node.lease_reads = true;
}

constexpr Snapshots kNone = Snapshots::None;
constexpr Snapshots kBySize = Snapshots::BySize;

constexpr std::array kKvTests = {
    Test{"KvBasic", 'K', 5, {}, kNone, 0, play<kOne>},
    Test{"KvConcurrent", 'K', 5, {}, kNone, 0, play<kFive>},
    Test{"KvUnreliable", 'K', 5, kUnreliable, kNone, 0, play<kFive>},
    Test{"KvOnePartition", 'K', 5, {}, kNone, 0, one_partition},
    Test{"KvManyPartitionsOneClient", 'K', 5, {}, kNone, 0, play<with(kOne, true, false)>},
    Test{"KvManyPartitionsManyClients", 'K', 5, {}, kNone, 0, play<with(kFive, true, false)>},
    Test{"KvPersistOneClient", 'K', 5, {}, kNone, 0, play<with(kOne, false, true)>},
    Test{"KvPersistConcurrent", 'K', 5, {}, kNone, 0, play<with(kFive, false, true)>},
    Test{"KvPersistUnreliable", 'K', 5, kUnreliable, kNone, 0, play<with(kFive, false, true)>},
    Test{"KvPersistPartition", 'K', 5, {}, kNone, 0, play<with(kFive, true, true)>},
    Test{"KvAllFaults", 'K', 5, kUnreliable, kNone, 0, play<with(kFive, true, true)>},
    Test{"KvAllFaultsMany", 'K', 7, kUnreliable, kNone, 0, play<with(kFifteen, true, true)>},
    Test{"KvSnapshotRecover", 'K', 5, {}, kBySize, kBytes, play<with(kOne, false, true), kBytes>},
    Test{"KvSnapshotRecoverManyClients",
         'K',
         5,
         {},
         kBySize,
         kBytes,
         play<with(kFive, false, true), kBytes>},
    Test{"KvSnapshotUnreliable", 'K', 5, kUnreliable, kBySize, kBytes, play<kFive, kBytes>},
    Test{"KvSnapshotUnreliableRecover", 'K', 5, kUnreliable, kBySize, kBytes,
         play<with(kFive, false, true), kBytes>},
    Test{"KvSnapshotAllFaults", 'K', 5, kUnreliable, kBySize, kBytes,
         play<with(kFive, true, true), kBytes>},
    Test{"KvSnapshotAllFaultsMany", 'K', 7, kUnreliable, kBySize, kBytes,
         play<with(kFifteen, true, true), kBytes>},
    Test{"KvReads", 'K', 5, {}, kNone, 0, play<kReads>},
    Test{"KvReadsOnePartition", 'K', 5, {}, kNone, 0, one_partition_reads},
    Test{"KvReadsPartitions", 'K', 5, {}, kNone, 0, play<kReadsPartitions>},
    Test{"KvReadsAllFaults", 'K', 7, kUnreliable, kBySize, kBytes, play<kReadsAll, kBytes>},
    Test{"KvLeaseReads", 'K', 5, {}, kNone, 0, play<kReads>, lease_reads},
    Test{"KvLeaseReadsPartitions", 'K', 5, {}, kNone, 0, play<kReadsPartitions>, lease_reads},
    Test{"KvLeaseReadsTransfers",
         'K',
         5,
         {},
         kNone,
         0,
         play<handing_over(kReadsPartitions)>,
         lease_reads},
    Test{"KvLeaseReadsAllFaults", 'K', 7, kUnreliable, kBySize, kBytes,
         play<handing_over(kReadsAll), kBytes>, lease_reads},
};

}  // namespace

std::span<const Test> kv_tests() { return kKvTests; }

}  // namespace lab
