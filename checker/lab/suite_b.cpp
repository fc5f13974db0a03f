// Part B: the log.
#include <fmt/format.h>

#include <algorithm>

#include "checker/lab/suite.hpp"

namespace lab {
namespace {

constexpr bool kOnce = false;

Task<void> basic_agree(Lab& lab) {
  for (Position position = 1; position <= 3; ++position) {
    lab.require(lab.committed(position).servers == 0, "a command is applied before it is started");
    const Position at = co_await lab.one(std::to_string(100 * position), 3, kOnce);
    lab.require(at == position, fmt::format("command {} is at {}", position, at));
  }
}

Task<void> rpc_bytes(Lab& lab) {
  constexpr std::size_t kCommandBytes = 5000;
  constexpr std::uint64_t kBytesMax = 200'000;
  co_await lab.one("99", 3, kOnce);
  const std::uint64_t before = lab.bytes();
  for (Position position = 2; position <= 11; ++position) {
    const std::string command = lab.random_command() + std::string(kCommandBytes, 'x');
    const Position at = co_await lab.one(command.substr(0, kCommandBytes), 3, kOnce);
    lab.require(at == position, fmt::format("command {} is at {}", position, at));
  }
  const std::uint64_t sent = lab.bytes() - before;
  lab.require(sent <= kBytesMax, fmt::format("{} bytes were sent, more than {}", sent, kBytesMax));
}

// What a leader without a quorum was given must not be committed.
Task<void> must_not_commit(Lab& lab, Position position) {
  co_await lab.sleep(2 * kElection);
  lab.require(lab.committed(position).servers == 0,
              fmt::format("command {} is committed without a majority", position));
}

Task<void> follower_failure(Lab& lab) {
  co_await lab.one("101", 3, kOnce);
  const spec::ServerId first = co_await lab.check_one_leader();
  lab.disconnect(lab.after(first, 1));
  co_await lab.one("102", 2, kOnce);
  co_await lab.sleep(kElection);
  co_await lab.one("103", 2, kOnce);
  const spec::ServerId second = co_await lab.check_one_leader();
  lab.disconnect(lab.after(second, 1));
  lab.disconnect(lab.after(second, 2));
  const auto started = lab.start(second, "104");
  lab.require(started.has_value(), "the leader refuses a command");
  lab.require(started->position == 4, fmt::format("command 4 is at {}", started->position));
  co_await must_not_commit(lab, 4);
}

Task<void> leader_failure(Lab& lab) {
  co_await lab.one("101", 3, kOnce);
  lab.disconnect(co_await lab.check_one_leader());
  co_await lab.one("102", 2, kOnce);
  co_await lab.sleep(kElection);
  co_await lab.one("103", 2, kOnce);
  lab.disconnect(co_await lab.check_one_leader());
  for (spec::ServerId id = 1; id <= 3; ++id) lab.start(id, "104");
  co_await must_not_commit(lab, 4);
}

Task<void> fail_agree(Lab& lab) {
  co_await lab.one("101", 3, kOnce);
  const spec::ServerId cut = lab.after(co_await lab.check_one_leader(), 1);
  lab.disconnect(cut);
  co_await lab.one("102", 2, kOnce);
  co_await lab.one("103", 2, kOnce);
  co_await lab.sleep(kElection);
  co_await lab.one("104", 2, kOnce);
  co_await lab.one("105", 2, kOnce);
  lab.connect(cut);
  co_await lab.one("106", 3, kRetry);
  co_await lab.sleep(kElection);
  co_await lab.one("107", 3, kRetry);
}

Task<void> fail_no_agree(Lab& lab) {
  co_await lab.one("10", 5, kOnce);
  const spec::ServerId first = co_await lab.check_one_leader();
  for (std::uint32_t k = 1; k <= 3; ++k) lab.disconnect(lab.after(first, k));
  const auto started = lab.start(first, "20");
  lab.require(started.has_value(), "the leader refuses a command");
  lab.require(started->position == 2, fmt::format("command 2 is at {}", started->position));
  co_await must_not_commit(lab, 2);
  for (std::uint32_t k = 1; k <= 3; ++k) lab.connect(lab.after(first, k));
  // The three may have elected one of theirs, who does not know command 20.
  const spec::ServerId second = co_await lab.check_one_leader();
  const auto next = lab.start(second, "30");
  lab.require(next.has_value(), "the leader refuses a command");
  lab.require(next->position == 2 || next->position == 3,
              fmt::format("command 30 is at {}", next->position));
  co_await lab.one("1000", 5, kRetry);
}

// Whether the five commands that a leader was given at once are committed; nothing: its term ended.
Task<std::optional<bool>> concurrent_try(Lab& lab) {
  const spec::ServerId leader = co_await lab.check_one_leader();
  const auto first = lab.start(leader, "1");
  if (!first) co_return std::nullopt;
  std::vector<Position> positions;
  for (int i = 0; i < 5; ++i) {
    const auto started = lab.start(leader, std::to_string(100 + i));
    if (started && started->term == first->term) positions.push_back(started->position);
  }
  for (spec::ServerId id = 1; id <= lab.servers(); ++id) {
    if (lab.term_of(id) != first->term) co_return std::nullopt;
  }
  std::vector<std::string> commands;
  for (const Position position : positions) {
    const auto command = co_await lab.wait(position, lab.servers(), first->term);
    if (!command) co_return std::nullopt;
    commands.push_back(*command);
  }
  for (int i = 0; i < 5; ++i) {
    if (std::ranges::find(commands, std::to_string(100 + i)) == commands.end()) co_return false;
  }
  co_return true;
}

Task<void> concurrent_starts(Lab& lab) {
  for (int attempt = 0; attempt < 5; ++attempt) {
    if (attempt > 0) co_await lab.sleep(seconds(3));
    const auto all_there = co_await concurrent_try(lab);
    if (!all_there) continue;
    lab.require(*all_there, "a command that was started among others is missing");
    co_return;
  }
  lab.fail("the term changed too often");
}

Task<void> rejoin(Lab& lab) {
  co_await lab.one("101", 3, kRetry);
  const spec::ServerId first = co_await lab.check_one_leader();
  lab.disconnect(first);
  for (const char* command : {"102", "103", "104"}) lab.start(first, command);
  co_await lab.one("103", 2, kRetry);
  const spec::ServerId second = co_await lab.check_one_leader();
  lab.disconnect(second);
  lab.connect(first);
  co_await lab.one("104", 2, kRetry);
  lab.connect(second);
  co_await lab.one("105", 3, kRetry);
}

void start_many(Lab& lab, spec::ServerId leader) {
  for (int i = 0; i < 50; ++i) lab.start(leader, lab.random_command());
}

Task<void> agree_on_many(Lab& lab) {
  for (int i = 0; i < 50; ++i) co_await lab.one(lab.random_command(), 3, kRetry);
}

Task<void> backup(Lab& lab) {
  co_await lab.one(lab.random_command(), 5, kRetry);
  // A leader and one follower, cut off from the others, get many commands that cannot commit.
  const spec::ServerId first = co_await lab.check_one_leader();
  for (std::uint32_t k = 2; k <= 4; ++k) lab.disconnect(lab.after(first, k));
  start_many(lab, first);
  co_await lab.sleep(kElection / 2);
  lab.disconnect(first);
  lab.disconnect(lab.after(first, 1));
  // The other three get many that can.
  for (std::uint32_t k = 2; k <= 4; ++k) lab.connect(lab.after(first, k));
  co_await agree_on_many(lab);
  // Their leader, and one more of them, get many that cannot.
  const spec::ServerId second = co_await lab.check_one_leader();
  spec::ServerId other = lab.after(first, 2);
  if (other == second) other = lab.after(second, 1);
  lab.disconnect(other);
  start_many(lab, second);
  co_await lab.sleep(kElection / 2);
  // The first two and that other one come back, and must agree.
  lab.disconnect_all();
  for (const spec::ServerId id : {first, lab.after(first, 1), other}) lab.connect(id);
  co_await agree_on_many(lab);
  lab.connect_all();
  co_await lab.one(lab.random_command(), 5, kRetry);
}

constexpr std::uint64_t kCallsOfElectionMax = 30;
constexpr Position kCountedCommands = 10;
constexpr std::uint64_t kCallsMax = (kCountedCommands + 1 + 3) * 3;
constexpr std::uint64_t kIdleCallsMax = 3 * 20;

// How many calls it took a leader to have eleven commands agreed on; nothing: its term ended.
Task<std::optional<std::uint64_t>> count_try(Lab& lab) {
  const spec::ServerId leader = co_await lab.check_one_leader();
  const std::uint64_t before = lab.calls();
  const auto first = lab.start(leader, "1");
  if (!first) co_return std::nullopt;
  std::vector<std::string> commands;
  for (Position i = 1; i <= kCountedCommands + 1; ++i) {
    commands.push_back(lab.random_command());
    const auto started = lab.start(leader, commands.back());
    if (!started || started->term != first->term) co_return std::nullopt;
    lab.require(started->position == first->position + i, "positions do not follow each other");
  }
  for (Position i = 1; i <= kCountedCommands; ++i) {
    const auto command = co_await lab.wait(first->position + i, lab.servers(), first->term);
    if (!command) co_return std::nullopt;
    lab.require(*command == commands[i - 1], "another command stands where one was started");
  }
  for (spec::ServerId id = 1; id <= lab.servers(); ++id) {
    if (lab.term_of(id) != first->term) co_return std::nullopt;
  }
  co_return lab.calls() - before;
}

// Without a pipeline each answer that shows a follower behind is answered with all that it lacks,
// although that is on its way: in one of twenty runs this exceeds the limit by a call or two.
void pipeline(SimulatorOptions& options, engine::Random&) { options.node.appends_in_flight = 16; }

Task<void> count(Lab& lab) {
  co_await lab.check_one_leader();
  lab.require(lab.calls() >= 1 && lab.calls() <= kCallsOfElectionMax,
              fmt::format("{} calls for the first election", lab.calls()));
  for (int attempt = 0; attempt < 5; ++attempt) {
    if (attempt > 0) co_await lab.sleep(seconds(3));
    const auto calls = co_await count_try(lab);
    if (!calls) continue;
    lab.require(*calls <= kCallsMax, fmt::format("{} calls for {} commands, more than {}", *calls,
                                                 kCountedCommands + 2, kCallsMax));
    const std::uint64_t before = lab.calls();
    co_await lab.sleep(kElection);
    const std::uint64_t idle = lab.calls() - before;
    lab.require(idle <= kIdleCallsMax, fmt::format("{} calls in an idle second", idle));
    co_return;
  }
  lab.fail("the term changed too often");
}

constexpr std::array kLogTests = {
    Test{"BasicAgree", 'B', 3, {}, Snapshots::None, 0, basic_agree},
    Test{"RPCBytes", 'B', 3, {}, Snapshots::None, 0, rpc_bytes},
    Test{"FollowerFailure", 'B', 3, {}, Snapshots::None, 0, follower_failure},
    Test{"LeaderFailure", 'B', 3, {}, Snapshots::None, 0, leader_failure},
    Test{"FailAgree", 'B', 3, {}, Snapshots::None, 0, fail_agree},
    Test{"FailNoAgree", 'B', 5, {}, Snapshots::None, 0, fail_no_agree},
    Test{"ConcurrentStarts", 'B', 3, {}, Snapshots::None, 0, concurrent_starts},
    Test{"Rejoin", 'B', 3, {}, Snapshots::None, 0, rejoin},
    Test{"Backup", 'B', 5, {}, Snapshots::None, 0, backup},
    Test{"Count", 'B', 3, {}, Snapshots::None, 0, count, pipeline},
};

}  // namespace

std::span<const Test> log_tests() { return kLogTests; }

}  // namespace lab
