// What the lab's tests are written in: start a command, wait for it, cut, crash, restart, and the
// questions that the suite asks of a cluster.
//
// Positions are those of client commands, from 1: a no-op that a new leader appends is no command.
// So the suite's "index 4" is the fourth command, whether leaders append no-ops or not.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "checker/lab/simulator.hpp"

namespace lab {

// What the suite grants for one election.
inline constexpr Time kElection = seconds(1);

using Position = std::uint32_t;  // of a client's command among all commands

struct Started {
  Position position = 0;
  spec::Term term = 0;
};

class Lab {
 public:
  explicit Lab(Simulator& simulator) : simulator_(simulator) {}

  // --- the cluster ---
  [[nodiscard]] std::uint32_t servers() const { return simulator_.servers(); }
  // The k-th server after this one, in a ring.
  [[nodiscard]] spec::ServerId after(spec::ServerId server, std::uint32_t k) const {
    return (server - 1 + k) % servers() + 1;
  }
  void disconnect(spec::ServerId server) { simulator_.network().disconnect(server); }
  void connect(spec::ServerId server) {
    if (simulator_.is_up(server)) simulator_.network().connect(server);
  }
  void disconnect_all();
  void connect_all();
  void crash(spec::ServerId server) { simulator_.crash(server); }
  // Restarts and connects it, or only connects it if it is up.
  void bring_up(spec::ServerId server);
  void crash_all();
  void bring_up_all();
  void set_network(const NetworkRules& rules) { simulator_.network().rules = rules; }
  void set_links(const Links& links) { simulator_.network().links = links; }
  void heal() { set_links(Links(servers())); }

  // --- time and chance ---
  auto sleep(Time time) { return simulator_.sleep(time); }
  [[nodiscard]] Time now() const { return simulator_.now(); }
  [[nodiscard]] std::uint32_t random(std::uint32_t n) { return simulator_.random().below(n); }
  [[nodiscard]] bool percent(std::uint32_t n) { return random(100) < n; }
  [[nodiscard]] spec::ServerId random_server() { return 1 + random(servers()); }
  // A command that no other is like.
  [[nodiscard]] std::string random_command();

  // --- commands ---
  // Nothing: the server is down or does not lead.
  std::optional<Started> start(spec::ServerId server, const std::string& command);
  // How many servers have applied a command at the position, and which. Fails if they differ.
  struct Committed {
    std::uint32_t servers = 0;
    std::string command;  // if any
  };
  Committed committed(Position position);
  // Waits until that many servers have applied the position, 31 s at most; returns the command.
  // Nothing: a server has entered a later term than `term`.
  Task<std::optional<std::string>> wait(Position position, std::uint32_t count,
                                        std::optional<spec::Term> term);
  // Has the command committed and applied by so many servers, within 10 s; without `may_retry` by
  // the first leader that takes it. Returns its position.
  Task<Position> one(std::string command, std::uint32_t count, bool may_retry);

  // --- questions ---
  [[nodiscard]] spec::Term term_of(spec::ServerId server) const {
    return simulator_.facts(server).current_term;
  }
  [[nodiscard]] bool leads(spec::ServerId server) const {
    return simulator_.is_up(server) && simulator_.facts(server).role == spec::Role::Leader;
  }
  [[nodiscard]] bool is_connected(spec::ServerId server) const {
    return simulator_.is_up(server) && simulator_.network().is_connected(server);
  }
  // The leader of the latest term, within ten polls of half a second. Two in one term fail.
  Task<spec::ServerId> check_one_leader();
  // The term of all connected servers.
  spec::Term check_terms();
  void check_no_leader();
  [[nodiscard]] std::uint64_t calls() const { return simulator_.totals().calls; }
  [[nodiscard]] std::uint64_t bytes() const { return simulator_.totals().bytes; }
  [[nodiscard]] std::size_t durable_bytes_max() const;
  // Of the longest of the servers' applied logs.
  [[nodiscard]] Position applied_max() const;

  // --- what is told of the run ---
  // Something happened, so often.
  void count(const char* what, std::uint64_t times = 1) { happened_[what] += times; }
  // How long it took after the last fault until everything was as it should be.
  void note_convergence(Time time) { convergence_ = time; }
  [[nodiscard]] const std::map<std::string, std::uint64_t>& happened() const { return happened_; }
  [[nodiscard]] std::optional<Time> convergence() const { return convergence_; }

  void require(bool condition, const std::string& why) {
    if (!condition) simulator_.fail(why);
  }
  [[noreturn]] void fail(const std::string& why) { simulator_.fail(why); }
  [[nodiscard]] Simulator& simulator() { return simulator_; }

 private:
  Simulator& simulator_;
  std::uint64_t commands_ = 0;
  std::map<std::string, std::uint64_t> happened_;
  std::optional<Time> convergence_;
};

}  // namespace lab
