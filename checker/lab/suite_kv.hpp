// The scenario that the key/value tests share, for them and for tests of what it demands.
#pragma once

#include "checker/lab/kv.hpp"
#include "checker/lab/suite.hpp"

namespace lab {

struct KvTest {
  std::uint32_t clients = 1;
  bool has_partitions = false;
  bool has_crashes = false;
  bool has_transfers = false;  // the lead is handed over again and again
  bool shares_keys = false;    // any client may work on the key of any other
  KvReads reads = KvReads::Log;
  MakeKvMap make_map = nullptr;  // the servers' state machines, unless they are as they should be
};

// Three rounds of clients, faults and what is demanded of them. `snapshot_bytes`: when a snapshot
// is taken; 0: none may be.
Task<void> play_kv(Lab& lab, KvTest test, std::size_t snapshot_bytes);

// A majority goes on without the leader's minority, which must not answer until it is taken back.
Task<void> play_one_partition(Lab& lab, KvReads reads);

// Two minutes of faults and a healed end; of the cluster as it is (suite_nemesis.cpp).
Task<void> play_nemesis(Lab& lab, MakeKvMap make_map);

}  // namespace lab
