// Part N: long runs of a drawn cluster under drawn faults, with clients of the key/value layer, and
// then a healed end in which everything must come together again.
#include <fmt/format.h>

#include <algorithm>

#include "checker/lab/kv_check.hpp"
#include "checker/lab/nemesis.hpp"
#include "checker/lab/suite_kv.hpp"

namespace lab {
namespace {

constexpr Time kFaults = seconds(120);
// Within so long after faults stop, every client is answered and everybody has applied everything.
constexpr Time kConvergence = seconds(30);
// Clients turn to other keys every so often: a history is judged key by key.
constexpr Time kEpoch = seconds(10);
constexpr std::uint32_t kKeysOfEpoch = 3;

bool percent(engine::Random& dice, std::uint32_t n) { return dice.below(100) < n; }

void draw_features(node::Options& node, engine::Random& dice) {
  node.pre_vote = percent(dice, 50);
  node.check_quorum = percent(dice, 50);
  node.vote_lease = percent(dice, 50);
  node.lease_reads = node.vote_lease && percent(dice, 60);
  node.fast_backtracking = percent(dice, 50);
  if (percent(dice, 30)) node.appends_in_flight = 1 + dice.below(8);
  if (percent(dice, 30)) node.entries_per_message = 1 + dice.below(4);
  if (percent(dice, 20)) node.bytes_per_message = 20 + dice.below(200);
  if (percent(dice, 20)) node.uncommitted = 3 + dice.below(30);
  node.async_disk = percent(dice, 30);
  if (percent(dice, 35)) {
    node.changes = percent(dice, 50) ? node::Changes::Joint : node::Changes::SingleServer;
    node.voters = 2 + dice.below(node.servers - 1);
  }
}

void draw_cluster(SimulatorOptions& options, engine::Random& dice) {
  options.node.servers = 3 + dice.below(7);
  draw_features(options.node, dice);
  options.network.is_reliable = percent(dice, 30);
  options.network.has_long_reordering = percent(dice, 20);
  options.network.has_long_delays = percent(dice, 30);
  // No timer for heartbeats is slower than the fastest one for elections.
  if (percent(dice, 70)) options.timer_skew_permille = dice.below(150);
  options.disk_time_max = millis(1 + dice.below(20));
  options.time_limit = seconds(600);
  options.events_max = 10'000'000;
  if (!percent(dice, 60)) return;
  options.snapshots = Snapshots::Every;
  options.snapshot_every = 10 + dice.below(90);
  options.node.snapshots = true;
  if (percent(dice, 30)) options.node.snapshot_chunk = 50 + dice.below(500);
}

class NemesisRun {
 public:
  NemesisRun(Lab& lab, MakeKvMap make_map)
      : lab_(lab),
        nemesis_(lab),
        changes_(lab.simulator().options().node.changes != node::Changes::None),
        service_(lab, lab.percent(70) ? KvReads::Asked : KvReads::Log, make_map) {}

  Task<void> play() {
    std::vector<Task<void>> clients;
    const std::uint32_t count = 2 + lab_.random(5);
    for (std::uint32_t me = 0; me < count; ++me) {
      clients.push_back(client(me));
      clients.back().start();
    }
    while (lab_.now() < kFaults) co_await nemesis_.disturb();
    is_over_ = true;
    const Time healed = lab_.now();
    nemesis_.stop();
    lab_.set_network({});
    for (bool is_done = false; !is_done;) {
      is_done = co_await agree();
      is_done = is_done && std::ranges::all_of(clients, &Task<void>::is_done);
      lab_.require(lab_.now() - healed < kConvergence,
                   "after all faults the servers do not come together");
    }
    lab_.note_convergence(lab_.now() - healed);
    for (Task<void>& one : clients) co_await one;
    require_same_maps();
    // What any client saw must be there still.
    for (std::uint32_t key = 0; key < kKeysOfEpoch; ++key) co_await service_.get(count, name(key));
    require_linearizable(lab_, service_.history());
    count_all();
  }

 private:
  // --- clients ---
  [[nodiscard]] std::string name(std::uint32_t key) const {
    return fmt::format("{}.{}", std::min(lab_.now(), kFaults - 1) / kEpoch, key);
  }

  Task<void> client(std::uint32_t me) {
    std::uint32_t values = 0;
    while (!is_over_) {
      const std::string key = name(lab_.random(kKeysOfEpoch));
      const std::uint32_t choice = lab_.random(10);
      if (choice < 4) {
        co_await service_.append(me, key, fmt::format("{}.{};", me, ++values));
      } else if (choice < 5) {
        co_await service_.put(me, key, fmt::format("{}.{};", me, ++values));
      } else {
        co_await service_.get(me, key);
      }
      co_await lab_.sleep(micros(lab_.random(100'000)));
    }
  }

  // --- the end ---
  // Those that count at the end. Where memberships change: the members by the latest word of it;
  // nobody while that is not settled.
  [[nodiscard]] std::vector<spec::ServerId> members() const {
    std::vector<spec::ServerId> all;
    for (spec::ServerId id = 1; id <= lab_.servers(); ++id) all.push_back(id);
    if (!changes_) return all;
    node::LiveMembership membership;
    spec::Term term = 0;
    for (const spec::ServerId id : all) {
      if (!lab_.leads(id) || lab_.term_of(id) < term) continue;
      term = lab_.term_of(id);
      membership = lab_.simulator().facts(id).membership;
    }
    if (!membership.is_known() || membership.outgoing != 0) return {};
    std::erase_if(all, [&](spec::ServerId id) {
      return ((membership.voters | membership.learners) >> (id - 1) & 1U) == 0;
    });
    return all;
  }

  // Who was removed and was not told would stand for election for ever, in vain (ARCHITECTURE.md).
  void switch_off_all_but(const std::vector<spec::ServerId>& members) {
    if (members.empty()) return;
    for (spec::ServerId id = 1; id <= lab_.servers(); ++id) {
      if (std::ranges::find(members, id) == members.end()) {
        lab_.crash(id);
      } else {
        lab_.bring_up(id);
      }
    }
  }

  // Whether one more command comes to be applied by all members within a few seconds.
  Task<bool> agree() {
    co_await lab_.sleep(millis(200));
    members_ = members();
    switch_off_all_but(members_);
    const std::string command =
        command_of({kNobody + 1, ++asked_, KvKind::Put, "end", lab_.random_command()});
    std::optional<Position> position;
    for (const spec::ServerId id : members_) {
      if (const auto started = lab_.start(id, command)) position = started->position;
    }
    if (!position) co_return false;
    const Time patience = lab_.now() + seconds(3);
    while (lab_.now() < patience) {
      co_await lab_.sleep(millis(20));
      const bool is_everywhere = std::ranges::all_of(members_, [&](spec::ServerId id) {
        const auto& applied = lab_.simulator().applied(id);
        return applied.size() >= *position &&
               lab_.simulator().entry(applied[*position - 1]).command == command;
      });
      if (is_everywhere) co_return true;
    }
    co_return false;
  }

  void require_same_maps() {
    for (const spec::ServerId id : members_) {
      const spec::ServerId first = members_.front();
      if (service_.applied(id) != service_.applied(first)) continue;
      lab_.require(service_.contents(id) == service_.contents(first),
                   fmt::format("the maps of servers {} and {} differ in the end", first, id));
    }
  }

  void count_all() {
    lab_.count("operation", service_.history().size());
    spec::Term terms = 0;
    for (spec::ServerId id = 1; id <= lab_.servers(); ++id) {
      terms = std::max(terms, lab_.term_of(id));
      const node::LiveFacts& facts = lab_.simulator().facts(id);
      if (facts.snapshot_index > 0) lab_.count("server with a snapshot");
    }
    lab_.count("term", terms);
    lab_.count("entry applied", lab_.applied_max());
  }

  Lab& lab_;
  Nemesis nemesis_;
  bool changes_;
  KvService service_;
  std::vector<spec::ServerId> members_;  // in the end
  std::uint32_t asked_ = 0;
  bool is_over_ = false;
};

Task<void> nemesis(Lab& lab) { return play_nemesis(lab, nullptr); }

constexpr std::array kNemesisTests = {
    Test{"Nemesis", 'N', 0, {}, Snapshots::None, 0, nemesis, draw_cluster},
};

}  // namespace

Task<void> play_nemesis(Lab& lab, MakeKvMap make_map) {
  NemesisRun run(lab, make_map);
  co_await run.play();
}

std::span<const Test> nemesis_tests() { return kNemesisTests; }

}  // namespace lab
