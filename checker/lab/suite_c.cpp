// Part C: what survives a crash.
#include <fmt/format.h>

#include <algorithm>

#include "checker/lab/suite.hpp"

namespace lab {
namespace {

Task<void> persist_1(Lab& lab) {
  co_await lab.one("11", 3, kRetry);
  lab.crash_all();
  lab.bring_up_all();
  co_await lab.one("12", 3, kRetry);
  const spec::ServerId first = co_await lab.check_one_leader();
  lab.crash(first);
  lab.bring_up(first);
  co_await lab.one("13", 3, kRetry);
  const spec::ServerId second = co_await lab.check_one_leader();
  lab.crash(second);
  co_await lab.one("14", 2, kRetry);
  lab.bring_up(second);
  co_await lab.wait(4, 3, std::nullopt);
  const spec::ServerId follower = lab.after(co_await lab.check_one_leader(), 1);
  lab.crash(follower);
  co_await lab.one("15", 2, kRetry);
  lab.bring_up(follower);
  co_await lab.one("16", 3, kRetry);
}

Task<void> persist_2(Lab& lab) {
  int command = 10;
  for (int round = 0; round < 5; ++round) {
    co_await lab.one(std::to_string(++command), 5, kRetry);
    const spec::ServerId leader = co_await lab.check_one_leader();
    for (const std::uint32_t k : {1U, 2U}) lab.crash(lab.after(leader, k));
    co_await lab.one(std::to_string(++command), 3, kRetry);
    for (const std::uint32_t k : {0U, 3U, 4U}) lab.crash(lab.after(leader, k));
    for (const std::uint32_t k : {1U, 2U}) lab.bring_up(lab.after(leader, k));
    co_await lab.sleep(kElection);
    lab.bring_up(lab.after(leader, 3));
    co_await lab.one(std::to_string(++command), 3, kRetry);
    for (const std::uint32_t k : {4U, 0U}) lab.bring_up(lab.after(leader, k));
  }
  co_await lab.one("1000", 5, kRetry);
}

Task<void> persist_3(Lab& lab) {
  co_await lab.one("101", 3, kRetry);
  const spec::ServerId leader = co_await lab.check_one_leader();
  lab.disconnect(lab.after(leader, 2));
  co_await lab.one("102", 2, kRetry);
  lab.crash(leader);
  lab.crash(lab.after(leader, 1));
  lab.connect(lab.after(leader, 2));
  lab.bring_up(leader);
  co_await lab.one("103", 2, kRetry);
  lab.bring_up(lab.after(leader, 1));
  co_await lab.one("104", 3, kRetry);
}

// Mostly a moment, now and then half an election: so that some leaders get their commands around
// and some do not.
Time pause_of_figure_8(Lab& lab) {
  if (lab.percent(10)) return micros(lab.random(static_cast<std::uint32_t>(kElection / 2)));
  return micros(lab.random(static_cast<std::uint32_t>(millis(13))));
}

Task<void> figure_8(Lab& lab) {
  co_await lab.one(lab.random_command(), 1, kRetry);
  std::uint32_t up = lab.servers();
  for (int round = 0; round < 1000; ++round) {
    spec::ServerId leader = spec::kNoServer;
    for (spec::ServerId id = 1; id <= lab.servers(); ++id) {
      if (lab.start(id, lab.random_command())) leader = id;
    }
    co_await lab.sleep(pause_of_figure_8(lab));
    if (leader != spec::kNoServer) {
      lab.crash(leader);
      --up;
    }
    if (up >= 3) continue;
    const spec::ServerId server = lab.random_server();
    if (lab.simulator().is_up(server)) continue;
    lab.bring_up(server);
    ++up;
  }
  lab.bring_up_all();
  co_await lab.one(lab.random_command(), 5, kRetry);
}

// With the lab's usual timeouts one lost heartbeat of ten deposes a leader about once a second, too
// often for all five to agree within 10 s each time.
void patient(SimulatorOptions& options, engine::Random&) {
  options.election_timeout_min = millis(250);
  options.election_timeout_max = millis(500);
}

Task<void> figure_8_unreliable(Lab& lab) {
  co_await lab.one(lab.random_command(), 1, kRetry);
  std::uint32_t connected = lab.servers();
  for (int round = 0; round < 1000; ++round) {
    if (round == 200) lab.set_network({.is_reliable = false, .has_long_reordering = true});
    spec::ServerId leader = spec::kNoServer;
    for (spec::ServerId id = 1; id <= lab.servers(); ++id) {
      const bool is_taken = lab.start(id, std::to_string(lab.random(10'000))).has_value();
      if (is_taken && lab.is_connected(id)) leader = id;
    }
    co_await lab.sleep(pause_of_figure_8(lab));
    if (leader != spec::kNoServer && lab.percent(50)) {
      lab.disconnect(leader);
      --connected;
    }
    if (connected >= 3) continue;
    const spec::ServerId server = lab.random_server();
    if (lab.is_connected(server)) continue;
    lab.connect(server);
    ++connected;
  }
  lab.connect_all();
  co_await lab.one(lab.random_command(), 5, kRetry);
}

Task<void> agree_by_one(Lab& lab, std::string command) {
  co_await lab.one(std::move(command), 1, kRetry);
}

Task<void> unreliable_agree(Lab& lab) {
  std::vector<Task<void>> clients;
  for (int i = 1; i < 50; ++i) {
    for (int j = 0; j < 4; ++j) {
      clients.push_back(agree_by_one(lab, std::to_string(100 * i + j)));
      clients.back().start();
    }
    co_await lab.one(std::to_string(i), 1, kRetry);
  }
  lab.set_network({.is_reliable = true});
  for (Task<void>& client : clients) co_await client;
  co_await lab.one("100", 5, kRetry);
}

struct Churn {
  bool is_over = false;
  std::vector<std::string> committed;  // what clients saw committed
};

// Looks a few times whether the command has come to stand where it was started.
Task<void> watch_for(Lab& lab, Churn& churn, const std::string& command, Position position) {
  for (const int pause : {10, 20, 50, 100, 200}) {
    const auto there = lab.committed(position);
    if (there.servers > 0) {
      if (there.command == command) churn.committed.push_back(command);
      co_return;
    }
    co_await lab.sleep(millis(pause));
  }
}

Task<void> churning_client(Lab& lab, Churn& churn, int me) {
  while (!churn.is_over) {
    const std::string command = lab.random_command();
    std::optional<Position> position;
    for (spec::ServerId id = 1; id <= lab.servers(); ++id) {
      if (const auto started = lab.start(id, command)) position = started->position;
    }
    if (position) {
      co_await watch_for(lab, churn, command, *position);
    } else {
      co_await lab.sleep(millis(79 + 17 * me));
    }
  }
}

Task<void> disturb(Lab& lab) {
  for (int round = 0; round < 20; ++round) {
    if (lab.percent(20)) lab.disconnect(lab.random_server());
    if (lab.percent(50)) lab.bring_up(lab.random_server());
    if (lab.percent(20)) lab.crash(lab.random_server());
    // Not quite as long as an election may take.
    co_await lab.sleep(kElection * 7 / 10);
  }
}

Task<void> churn(Lab& lab) {
  Churn churn;
  std::vector<Task<void>> clients;
  for (int me = 0; me < 3; ++me) {
    clients.push_back(churning_client(lab, churn, me));
    clients.back().start();
  }
  co_await disturb(lab);
  co_await lab.sleep(kElection);
  lab.set_network({.is_reliable = true});
  lab.bring_up_all();
  churn.is_over = true;
  for (Task<void>& client : clients) co_await client;
  co_await lab.sleep(kElection);
  const Position last = co_await lab.one(lab.random_command(), 5, kRetry);
  std::vector<std::string> log;
  for (Position position = 1; position <= last; ++position) {
    log.push_back(*co_await lab.wait(position, lab.servers(), std::nullopt));
  }
  for (const std::string& command : churn.committed) {
    lab.require(std::ranges::find(log, command) != log.end(),
                fmt::format("command {} was committed and is not in the log", command));
  }
}

constexpr std::array kPersistenceTests = {
    Test{"Persist1", 'C', 3, {}, Snapshots::None, 0, persist_1},
    Test{"Persist2", 'C', 5, {}, Snapshots::None, 0, persist_2},
    Test{"Persist3", 'C', 3, {}, Snapshots::None, 0, persist_3},
    Test{"Figure8", 'C', 5, {}, Snapshots::None, 0, figure_8},
    Test{"UnreliableAgree", 'C', 5, kUnreliable, Snapshots::None, 0, unreliable_agree},
    Test{"Figure8Unreliable", 'C', 5, kUnreliable, Snapshots::None, 0, figure_8_unreliable,
         patient},
    Test{"ReliableChurn", 'C', 5, {}, Snapshots::None, 0, churn},
    Test{"UnreliableChurn", 'C', 5, kUnreliable, Snapshots::None, 0, churn},
};

}  // namespace

std::span<const Test> persistence_tests() { return kPersistenceTests; }

}  // namespace lab
