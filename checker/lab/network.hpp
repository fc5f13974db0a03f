// The lab's network of calls: a request, and the reply that its handler gives. Calls are
// independent of one another, so they overtake each other, and nothing is doubled.
//
// This class decides what becomes of a call, in times and losses; it carries nothing. What a core's
// messages are in these terms is the simulator's business (simulator.hpp).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "checker/engine/random.hpp"
#include "checker/lab/clock.hpp"

namespace lab {

struct NetworkRules {
  bool is_reliable = true;
  bool has_long_reordering = false;  // two of three replies are late by up to 2.2 s
  bool has_long_delays = false;      // a call that cannot be made fails late, after up to 7 s
};

// The lab's figures.
inline constexpr Time kRequestDelayMax = millis(26);  // unreliable: 0..26 ms
inline constexpr std::uint32_t kLossPercent = 10;     // unreliable: of requests, and of replies
inline constexpr Time kReorderDelayMin = millis(200);
inline constexpr Time kReorderDelaySpread = millis(1999);
inline constexpr Time kFailDelayMax = millis(99);
inline constexpr Time kLongFailDelayMax = millis(6999);
// The lab's reliable network takes no time at all; what takes time there is the machine that it
// runs on. A call is dispatched, and a handler is done, after 1 to so many microseconds.
inline constexpr Time kDispatchMax = micros(100);

// Which links between servers 1..servers are open, one direction at a time; at first, all.
class Links {
 public:
  explicit Links(std::uint32_t servers)
      : servers_(servers), closed_(std::size_t{servers} * servers, false) {}
  [[nodiscard]] std::uint32_t servers() const { return servers_; }
  [[nodiscard]] bool is_open(std::uint32_t from, std::uint32_t to) const {
    return !closed_[(from - 1) * servers_ + to - 1];
  }
  void close(std::uint32_t from, std::uint32_t to) {
    closed_[(from - 1) * servers_ + to - 1] = true;
  }

 private:
  std::uint32_t servers_;
  std::vector<bool> closed_;
};

class Network {
 public:
  // Servers are 1..servers, all connected.
  Network(std::uint32_t servers, std::uint64_t seed, std::uint64_t stream);

  NetworkRules rules;
  Links links;  // beside what connect and disconnect say

  // disconnect: both directions to everybody. connect: to those that are connected now.
  void connect(std::uint32_t server);
  void disconnect(std::uint32_t server);
  [[nodiscard]] bool is_connected(std::uint32_t server) const { return connected_[server - 1]; }
  [[nodiscard]] bool reaches(std::uint32_t from, std::uint32_t to) const {
    return connected_[from - 1] && connected_[to - 1] && links.is_open(from, to);
  }

  // After how long the request is with its handler; nothing: it is lost.
  std::optional<Time> request_delay();
  // How long the handler takes.
  Time handler_time() { return 1 + below(kDispatchMax); }
  // After how long beyond that the reply is with its caller, if the servers still reach each other
  // when it leaves; nothing: it is lost.
  std::optional<Time> reply_delay();
  // After how long the caller of a call that cannot be made learns it.
  Time fail_delay();

 private:
  // 0..n - 1
  Time below(Time n) { return random_.below(static_cast<std::uint32_t>(n)); }
  bool is_lost() { return random_.below(100) < kLossPercent; }

  std::vector<bool> connected_;
  engine::Random random_;
};

}  // namespace lab
