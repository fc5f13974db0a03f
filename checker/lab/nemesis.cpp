#include "checker/lab/nemesis.hpp"

#include <algorithm>
#include <numeric>

namespace lab {
namespace {

// How often a fault is drawn, if the run has it. In the order of Fault; the last three are its end,
// and every run has them.
constexpr std::array<std::uint32_t, 13> kWeights = {6, 4, 2, 2, 1, 1, 3, 4, 2, 2, 4, 2, 2};
constexpr std::size_t kEnds = 3;
constexpr std::array<const char*, 10> kShapeNames = {"split", "thirds",   "bridge",   "chain",
                                                     "ring",  "one way",  "isolated", "deaf",
                                                     "mute",  "scattered"};

}  // namespace

Nemesis::Nemesis(Lab& lab) : lab_(lab) {
  const node::Options& node = lab.simulator().options().node;
  for (std::size_t i = 0; i < kFaults; ++i) {
    const bool is_drawn = i + kEnds >= kFaults || lab.percent(60);
    weights_[i] = is_drawn ? kWeights[i] : 0;
  }
  const auto rule_out = [&](Fault fault) { weights_[static_cast<std::size_t>(fault)] = 0; };
  if (node.changes == node::Changes::None) rule_out(Fault::ChangeMembership);
  if (!node.async_disk) rule_out(Fault::SlowDisk);
  if (lab.simulator().options().timer_skew_permille == 0) rule_out(Fault::Drift);
  pause_max_ = millis(100 + lab.random(2000));
}

Nemesis::Fault Nemesis::draw() {
  std::uint32_t at = lab_.random(std::accumulate(weights_.begin(), weights_.end(), 0U));
  std::size_t fault = 0;
  while (at >= weights_[fault]) at -= weights_[fault++];
  return static_cast<Fault>(fault);
}

Task<void> Nemesis::disturb() {
  co_await take(draw());
  co_await lab_.sleep(millis(20) + lab_.random(static_cast<std::uint32_t>(pause_max_)));
}

void Nemesis::stop() {
  lab_.heal();
  lab_.bring_up_all();
  const Time most = lab_.simulator().options().disk_time_max;
  for (spec::ServerId id = 1; id <= lab_.servers(); ++id) lab_.simulator().set_disk_time(id, most);
}

Task<void> Nemesis::take(Fault fault) {
  constexpr std::array kAboutLeaders = {Shape::Isolated, Shape::Deaf, Shape::Mute, Shape::Bridge};
  switch (fault) {
    case Fault::Partition:
      partition(static_cast<Shape>(lab_.random(kShapes)), lab_.random_server());
      break;
    case Fault::IsolateLeader:
      partition(kAboutLeaders[lab_.random(4)], some_leader());
      break;
    case Fault::CrashLeader:
      crash(some_leader());
      break;
    case Fault::CrashAny:
      crash(lab_.random_server());
      break;
    case Fault::CrashAll:
      crash_all();
      break;
    case Fault::CrashLoop:
      co_await crash_loop(lab_.random_server());
      break;
    case Fault::Transfer:
      transfer();
      break;
    case Fault::ChangeMembership:
      change_membership();
      break;
    case Fault::SlowDisk:
      slow_disks();
      break;
    case Fault::Drift:
      drift();
      break;
    case Fault::Mend:
      mend();
      break;
    case Fault::Heal:
      lab_.heal();
      break;
    case Fault::BringUp:
      lab_.bring_up(lab_.random_server());
      break;
  }
}

spec::ServerId Nemesis::some_leader() {
  const spec::ServerId first = lab_.random_server();
  for (std::uint32_t k = 0; k < lab_.servers(); ++k) {
    if (lab_.leads(lab_.after(first, k))) return lab_.after(first, k);
  }
  return first;
}

void Nemesis::partition(Shape shape, spec::ServerId victim) {
  lab_.count(kShapeNames[static_cast<std::size_t>(shape)]);
  lab_.set_links(lab::partition(shape, lab_.servers(), victim, lab_.simulator().random()));
}

// Mostly a minority at most is down at a time: what is lost with more is time alone.
void Nemesis::crash(spec::ServerId server) {
  std::uint32_t down = 0;
  for (spec::ServerId id = 1; id <= lab_.servers(); ++id) {
    down += lab_.simulator().is_up(id) ? 0 : 1;
  }
  if (2 * (down + 1) >= lab_.servers() && !lab_.percent(10)) return;
  lab_.count("crash");
  lab_.crash(server);
}

void Nemesis::crash_all() {
  lab_.count("crash of all");
  lab_.crash_all();
  for (spec::ServerId id = 1; id <= lab_.servers(); ++id) {
    if (lab_.percent(80)) lab_.bring_up(id);
  }
}

Task<void> Nemesis::crash_loop(spec::ServerId server) {
  lab_.count("crash loop");
  for (std::uint32_t left = 2 + lab_.random(6); left > 0; --left) {
    lab_.crash(server);
    co_await lab_.sleep(millis(lab_.random(60)));
    lab_.bring_up(server);
    co_await lab_.sleep(millis(lab_.random(60)));
  }
}

void Nemesis::transfer() {
  const spec::ServerId leader = some_leader();
  const spec::ServerId target = lab_.random_server();
  if (!lab_.leads(leader) || target == leader) return;
  lab_.count("transfer");
  lab_.simulator().transfer(leader, target);
}

void Nemesis::change_membership() {
  const spec::ServerId leader = some_leader();
  if (!lab_.leads(leader)) return;
  const auto change = drawn_change(lab_.simulator().facts(leader).membership);
  if (change.voters.size() < 2) return;
  lab_.count("membership change");
  lab_.simulator().change_membership(leader, change);
}

// Joint: any servers at all. One at a time: one that votes, or learns, or no longer does.
cluster::MembershipChange Nemesis::drawn_change(const node::LiveMembership& now) {
  std::uint64_t voters = now.voters;
  std::uint64_t learners = now.learners;
  const auto all = static_cast<std::uint32_t>(std::uint64_t{1} << lab_.servers());
  const bool is_joint = lab_.simulator().options().node.changes == node::Changes::Joint;
  const std::uint64_t bit = std::uint64_t{1} << (lab_.random_server() - 1);
  if (is_joint && lab_.percent(60)) {
    voters = lab_.random(all);
    learners = lab_.random(all) & lab_.random(all) & ~voters;
  } else if (lab_.percent(30) && (voters & bit) == 0) {
    learners ^= bit;
  } else {
    voters ^= bit;
    learners &= ~bit;
  }
  cluster::MembershipChange change;
  for (spec::ServerId id = 1; id <= lab_.servers(); ++id) {
    if ((voters >> (id - 1) & 1U) != 0) change.voters.push_back(id);
    if ((learners >> (id - 1) & 1U) != 0) change.learners.push_back(id);
  }
  return change;
}

// Ten times as slow as it should be, or standing still for most of a second a write.
void Nemesis::slow_disks() {
  lab_.count("slow disk");
  const Time usual = lab_.simulator().options().disk_time_max;
  const Time most = lab_.percent(30) ? millis(800) : 10 * usual;
  const spec::ServerId one = lab_.random_server();
  const bool all = lab_.percent(25);
  for (spec::ServerId id = 1; id <= lab_.servers(); ++id) {
    if (all || id == one) lab_.simulator().set_disk_time(id, most);
  }
}

void Nemesis::drift() {
  lab_.count("clock drift");
  const std::uint32_t skew = lab_.simulator().options().timer_skew_permille;
  for (spec::ServerId id = 1; id <= lab_.servers(); ++id) {
    lab_.simulator().set_timer_rate(id, 1000 - skew + lab_.random(2 * skew + 1));
  }
}

void Nemesis::mend() {
  lab_.heal();
  const Time usual = lab_.simulator().options().disk_time_max;
  for (spec::ServerId id = 1; id <= lab_.servers(); ++id) {
    lab_.simulator().set_disk_time(id, usual);
    if (lab_.percent(50)) lab_.bring_up(id);
  }
}

}  // namespace lab
