// What goes wrong in a long run: one fault after another, drawn. A run is a swarm (Groce and
// others, 2012): it has some kinds of faults and not others, so that what one kind hides shows
// without it.
#pragma once

#include <array>

#include "checker/lab/partitions.hpp"
#include "checker/lab/scenario.hpp"

namespace lab {

class Nemesis {
 public:
  // Draws which faults there will be, and how fast they follow each other.
  explicit Nemesis(Lab& lab);

  // One fault or its end, and a pause.
  Task<void> disturb();
  // All faults stop: links, servers and disks are as they should be, clocks stay as they are.
  void stop();

 private:
  enum class Fault : std::uint8_t {
    Partition,         // in any shape, about any server
    IsolateLeader,     // or it is deaf, mute, a bridge
    CrashLeader,       //
    CrashAny,          //
    CrashAll,          //
    CrashLoop,         // one server, again and again
    Transfer,          //
    ChangeMembership,  //
    SlowDisk,          // of one server, or of all
    Drift,             // clocks that run at other rates from now on
    Mend,              // links and disks are mended, and about half of the servers are up again
    Heal,              // only the links
    BringUp,           // one server
  };
  static constexpr std::size_t kFaults = 13;

  [[nodiscard]] Fault draw();
  Task<void> take(Fault fault);
  void partition(Shape shape, spec::ServerId victim);
  void crash(spec::ServerId server);
  void crash_all();
  Task<void> crash_loop(spec::ServerId server);
  void transfer();
  void change_membership();
  [[nodiscard]] cluster::MembershipChange drawn_change(const node::LiveMembership& now);
  void slow_disks();
  void drift();
  void mend();
  // A server that believes that it leads, if there is one.
  [[nodiscard]] spec::ServerId some_leader();

  Lab& lab_;
  std::array<std::uint32_t, kFaults> weights_{};
  Time pause_max_ = 0;
};

}  // namespace lab
