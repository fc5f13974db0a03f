// Part N: long runs of a drawn cluster under drawn faults, and then a healed end in which
// everything must come together again.
#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "checker/cluster/membership_changes.hpp"
#include "checker/lab/suite.hpp"

namespace lab {
namespace {

// Within so long after faults stop, everybody has applied everything.
constexpr Time kConvergence = seconds(30);

bool percent(engine::Random& dice, std::uint32_t n) { return dice.below(100) < n; }

// What kind of cluster it is. Memberships that change and slow disks are judged by spec's rules at
// each step, which costs so much more that these clusters are smaller and their runs shorter.
void draw_cluster(SimulatorOptions& options, engine::Random& dice) {
  node::Options& node = options.node;
  node.servers = 3 + dice.below(7);
  node.pre_vote = percent(dice, 50);
  node.check_quorum = percent(dice, 50);
  node.vote_lease = percent(dice, 30);
  if (percent(dice, 30)) node.appends_in_flight = 1 + dice.below(8);
  if (percent(dice, 30)) node.entries_per_message = 1 + dice.below(4);
  if (percent(dice, 50)) node.fast_backtracking = false;
  options.network.is_reliable = percent(dice, 30);
  options.network.has_long_reordering = percent(dice, 20);
  // No timer for heartbeats is slower than the fastest one for elections.
  options.timer_skew_permille = dice.below(150);
  options.time_limit = seconds(600);
  options.events_max = 10'000'000;
  switch (dice.below(4)) {
    case 0:
      node.async_disk = true;
      node.servers = 3 + dice.below(3);
      options.disk_time_max = millis(1 + dice.below(40));
      break;
    case 1:
      node.changes = percent(dice, 50) ? node::Changes::Joint : node::Changes::SingleServer;
      node.servers = 3 + dice.below(2);
      node.voters = 2 + dice.below(2);
      break;
    case 2:
      options.snapshots = Snapshots::EveryTen;
      break;
    default:
      break;
  }
  if (percent(dice, 30)) options.snapshots = Snapshots::EveryTen;
  node.snapshots = options.snapshots != Snapshots::None;
  if (node.snapshots && percent(dice, 30)) node.snapshot_chunk = 50 + dice.below(500);
  if (node.async_disk || node.changes != node::Changes::None) {
    options.manner = Judge::Manner::Whole;
  }
}

class Nemesis {
 public:
  explicit Nemesis(Lab& lab) : lab_(lab), options_(lab.simulator().options().node) {}

  Task<void> play() {
    std::vector<Task<void>> clients;
    for (std::uint32_t left = 1 + lab_.random(4); left > 0; --left) {
      clients.push_back(client());
      clients.back().start();
    }
    const Time end = lab_.now() + duration();
    while (lab_.now() < end) co_await disturb();
    heal();
    lab_.set_network({});
    lab_.bring_up_all();
    switch_off_others();
    is_over_ = true;
    for (Task<void>& one : clients) co_await one;
    co_await come_together();
  }

 private:
  [[nodiscard]] Time duration() const {
    if (options_.changes != node::Changes::None) return seconds(8);
    return options_.async_disk ? seconds(20) : seconds(120);
  }

  // --- clients ---
  Task<void> client() {
    while (!is_over_) {
      const std::string command = lab_.random_command();
      std::optional<Position> position;
      for (spec::ServerId id = 1; id <= lab_.servers(); ++id) {
        if (const auto started = lab_.start(id, command)) position = started->position;
      }
      co_await lab_.sleep(millis(20 + lab_.random(200)));
      if (!position) continue;
      const auto there = lab_.committed(*position);
      if (there.servers > 0 && there.command == command) committed_.push_back({*position, command});
    }
  }

  // --- faults ---
  void set_links(const std::function<bool(spec::ServerId, spec::ServerId)>& is_open) {
    for (spec::ServerId from = 1; from <= lab_.servers(); ++from) {
      for (spec::ServerId to = 1; to <= lab_.servers(); ++to) {
        lab_.simulator().network().set_link(from, to, is_open(from, to));
      }
    }
  }
  void heal() {
    set_links([](spec::ServerId, spec::ServerId) { return true; });
  }
  [[nodiscard]] spec::ServerId some_leader() {
    for (spec::ServerId id = 1; id <= lab_.servers(); ++id) {
      if (lab_.leads(id)) return id;
    }
    return lab_.random_server();
  }

  void split() {
    std::vector<bool> side;
    for (spec::ServerId id = 1; id <= lab_.servers(); ++id) side.push_back(lab_.percent(50));
    set_links([&](spec::ServerId a, spec::ServerId b) { return side[a - 1] == side[b - 1]; });
  }
  // Two sides, and one server that reaches both.
  void bridge() {
    const spec::ServerId middle = lab_.random_server();
    set_links([&](spec::ServerId a, spec::ServerId b) {
      return a == middle || b == middle || (a < middle) == (b < middle);
    });
  }
  // It is heard, or hears, but not both.
  void one_way(spec::ServerId server) {
    const bool is_deaf = lab_.percent(50);
    set_links([&](spec::ServerId a, spec::ServerId b) { return (is_deaf ? b : a) != server; });
  }
  void isolate(spec::ServerId server) {
    set_links([&](spec::ServerId a, spec::ServerId b) { return a != server && b != server; });
  }

  // A minority at most is down at a time: what is lost with more is time alone.
  void crash_one(spec::ServerId server) {
    std::uint32_t down = 0;
    for (spec::ServerId id = 1; id <= lab_.servers(); ++id) {
      down += lab_.simulator().is_up(id) ? 0 : 1;
    }
    if (2 * (down + 1) < lab_.servers() || lab_.percent(10)) lab_.crash(server);
  }
  Task<void> crash_loop() {
    const spec::ServerId server = lab_.random_server();
    for (std::uint32_t left = 2 + lab_.random(6); left > 0; --left) {
      lab_.crash(server);
      co_await lab_.sleep(millis(lab_.random(60)));
      lab_.bring_up(server);
      co_await lab_.sleep(millis(lab_.random(60)));
    }
  }

  void transfer() {
    const spec::ServerId leader = some_leader();
    const spec::ServerId target = lab_.random_server();
    if (!lab_.simulator().is_up(leader) || target == leader) return;
    traces::Action action;
    action.kind = traces::ActionKind::Transfer;
    action.server = leader;
    action.target = target;
    lab_.simulator().ask(
        leader, {.kind = node::InputKind::Transfer, .payload = {}, .target = target}, action);
  }

  // Adds or removes one voter; with joint changes, any number of them.
  void change_membership() {
    const spec::ServerId leader = some_leader();
    if (options_.changes == node::Changes::None || !lab_.simulator().is_up(leader)) return;
    const spec::MembershipView now = lab_.simulator().view(leader).membership;
    const auto changes =
        cluster::changes_from(now, lab_.servers(), options_.changes == node::Changes::Joint, false);
    if (changes.empty()) return;
    const auto& change = changes[lab_.random(static_cast<std::uint32_t>(changes.size()))];
    if (change.voters.size() < 2) return;
    traces::Action action;
    action.kind = traces::ActionKind::ChangeMembership;
    action.server = leader;
    action.voters = change.voters;
    action.learners = change.learners;
    const std::string payload = change.payload();
    lab_.simulator().ask(leader, {.kind = node::InputKind::ChangeMembership, .payload = payload},
                         action);
  }

  Task<void> disturb() {
    switch (lab_.random(12)) {
      case 0:
        split();
        break;
      case 1:
        bridge();
        break;
      case 2:
        one_way(lab_.random_server());
        break;
      case 3:
        isolate(some_leader());
        break;
      case 4:
        crash_one(some_leader());
        break;
      case 5:
        crash_one(lab_.random_server());
        break;
      case 6:
        co_await crash_loop();
        break;
      case 7:
        transfer();
        break;
      case 8:
        change_membership();
        break;
      case 9:
        lab_.bring_up(lab_.random_server());
        break;
      default:
        heal();
        for (std::uint32_t i = 0; i < lab_.servers() / 2; ++i) {
          lab_.bring_up(lab_.random_server());
        }
        break;
    }
    co_await lab_.sleep(millis(100 + lab_.random(1500)));
  }

  // --- the end ---
  // Who was removed and was not told would stand for election for ever, in vain (ARCHITECTURE.md).
  void switch_off_others() {
    if (options_.changes == node::Changes::None) return;
    is_switched_off_ = true;
  }
  // Those that count at the end. Where memberships change: the members by the latest word of it.
  [[nodiscard]] std::vector<spec::ServerId> members() {
    std::vector<spec::ServerId> all;
    for (spec::ServerId id = 1; id <= lab_.servers(); ++id) all.push_back(id);
    if (!is_switched_off_) return all;
    spec::MembershipView membership;
    spec::Term term = 0;
    for (const spec::ServerId id : all) {
      if (!lab_.leads(id) || lab_.term_of(id) < term) continue;
      term = lab_.term_of(id);
      membership = lab_.simulator().view(id).membership;
    }
    return membership.is_known() && membership.outgoing.empty() ? membership.voters : all;
  }

  Task<void> come_together() {
    const Time start = lab_.now();
    while (!co_await agree()) {
      lab_.require(lab_.now() - start < kConvergence,
                   "after all faults the servers do not come together");
    }
    const auto applied = last_;
    for (const auto& [position, command] : committed_) {
      lab_.require(position <= applied.size() && applied[position - 1] == command,
                   fmt::format("command {} was committed at {} and is not there at the end",
                               command, position));
    }
  }

  // Whether one more command comes to be applied by all members within a few seconds.
  Task<bool> agree() {
    co_await lab_.sleep(kElection);
    const auto who = members();
    if (is_switched_off_) {
      for (spec::ServerId id = 1; id <= lab_.servers(); ++id) {
        if (std::ranges::find(who, id) == who.end()) lab_.crash(id);
      }
    }
    const std::string command = lab_.random_command();
    std::optional<Position> position;
    for (const spec::ServerId id : who) {
      if (const auto started = lab_.start(id, command)) position = started->position;
    }
    if (!position) co_return false;
    const Time patience = lab_.now() + seconds(3);
    while (lab_.now() < patience) {
      co_await lab_.sleep(millis(20));
      const bool is_everywhere = std::ranges::all_of(who, [&](spec::ServerId id) {
        const auto& applied = lab_.simulator().applied(id);
        return applied.size() >= *position &&
               lab_.simulator().entry(applied[*position - 1]).command == command;
      });
      if (!is_everywhere) continue;
      last_.clear();
      for (const EntryId id : lab_.simulator().applied(who.front())) {
        last_.push_back(lab_.simulator().entry(id).command);
      }
      co_return true;
    }
    co_return false;
  }

  Lab& lab_;
  node::Options options_;
  std::vector<std::pair<Position, std::string>> committed_;  // what clients saw committed
  std::vector<std::string> last_;                            // what is applied at the end
  bool is_over_ = false;
  bool is_switched_off_ = false;
};

Task<void> nemesis(Lab& lab) {
  Nemesis nemesis(lab);
  co_await nemesis.play();
}

constexpr std::array kTests = {
    Test{"Nemesis", 'N', 0, {}, Snapshots::None, 0, nemesis, draw_cluster},
};

}  // namespace

std::span<const Test> nemesis_tests() { return kTests; }

}  // namespace lab
