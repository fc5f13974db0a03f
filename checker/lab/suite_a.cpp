// Part A: elections.
#include "checker/lab/suite.hpp"

namespace lab {
namespace {

Task<void> initial_election(Lab& lab) {
  co_await lab.check_one_leader();
  co_await lab.sleep(millis(50));
  lab.require(lab.check_terms() >= 1, "there is a leader of term 0");
  co_await lab.sleep(2 * kElection);
  lab.check_terms();
  co_await lab.check_one_leader();
}

Task<void> re_election(Lab& lab) {
  const spec::ServerId first = co_await lab.check_one_leader();
  lab.disconnect(first);
  co_await lab.check_one_leader();
  lab.connect(first);  // the old leader must not disturb the new one
  const spec::ServerId second = co_await lab.check_one_leader();
  lab.disconnect(second);
  lab.disconnect(lab.after(second, 1));
  co_await lab.sleep(2 * kElection);
  lab.check_no_leader();  // no quorum
  lab.connect(lab.after(second, 1));
  co_await lab.check_one_leader();
  lab.connect(second);
  co_await lab.check_one_leader();
}

Task<void> many_elections(Lab& lab) {
  co_await lab.check_one_leader();
  for (int round = 0; round < 9; ++round) {
    const spec::ServerId cut[] = {lab.random_server(), lab.random_server(), lab.random_server()};
    for (const spec::ServerId server : cut) lab.disconnect(server);
    co_await lab.check_one_leader();
    for (const spec::ServerId server : cut) lab.connect(server);
  }
  co_await lab.check_one_leader();
}

constexpr std::array kElectionTests = {
    Test{"InitialElection", 'A', 3, {}, Snapshots::None, 0, initial_election},
    Test{"ReElection", 'A', 3, {}, Snapshots::None, 0, re_election},
    Test{"ManyElections", 'A', 7, {}, Snapshots::None, 0, many_elections},
};

}  // namespace

std::span<const Test> election_tests() { return kElectionTests; }

}  // namespace lab
