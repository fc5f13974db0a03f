#include "checker/lab/scenario.hpp"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <map>

namespace lab {

void Lab::disconnect_all() {
  for (spec::ServerId id = 1; id <= servers(); ++id) disconnect(id);
}

void Lab::connect_all() {
  for (spec::ServerId id = 1; id <= servers(); ++id) connect(id);
}

void Lab::bring_up(spec::ServerId server) {
  simulator_.restart(server);
  connect(server);
}

void Lab::crash_all() {
  for (spec::ServerId id = 1; id <= servers(); ++id) crash(id);
}

void Lab::bring_up_all() {
  for (spec::ServerId id = 1; id <= servers(); ++id) bring_up(id);
}

std::string Lab::random_command() {
  return fmt::format(FMT_COMPILE("{}.{}"), ++commands_, simulator_.random().next() >> 40U);
}

std::optional<Started> Lab::start(spec::ServerId server, const std::string& command) {
  if (!simulator_.is_up(server)) return std::nullopt;
  const auto index = simulator_.propose(server, command);
  if (!index) return std::nullopt;
  return Started{simulator_.log(server).commands_through(*index), term_of(server)};
}

Lab::Committed Lab::committed(Position position) {
  Committed result;
  const spec::EntryView* first = nullptr;
  for (spec::ServerId id = 1; id <= servers(); ++id) {
    const auto& applied = simulator_.applied(id);
    if (applied.size() < position) continue;
    const spec::EntryView& entry = simulator_.entry(applied[position - 1]);
    if (first != nullptr && first->command != entry.command) {
      fail(fmt::format("servers applied different commands at {}: {:.40} and {:.40}", position,
                       first->command, entry.command));
    }
    first = &entry;
    ++result.servers;
  }
  if (first != nullptr) result.command = first->command;
  return result;
}

Task<std::optional<std::string>> Lab::wait(Position position, std::uint32_t count,
                                           std::optional<spec::Term> term) {
  Time pause = millis(10);
  for (int poll = 0; poll < 30; ++poll) {
    if (committed(position).servers >= count) break;
    co_await sleep(pause);
    if (pause < seconds(1)) pause *= 2;
    if (!term) continue;
    for (spec::ServerId id = 1; id <= servers(); ++id) {
      if (simulator_.is_up(id) && term_of(id) > *term) co_return std::nullopt;
    }
  }
  const Committed result = committed(position);
  if (result.servers < count) {
    fail(
        fmt::format("only {} servers applied command {}, not {}", result.servers, position, count));
  }
  co_return result.command;
}

Task<Position> Lab::one(std::string command, std::uint32_t count, bool may_retry) {
  const Time end = now() + seconds(10);
  spec::ServerId next = 1;
  while (now() < end) {
    std::optional<Started> started;
    for (std::uint32_t tried = 0; tried < servers() && !started; ++tried) {
      next = after(next, 1);
      if (is_connected(next)) started = start(next, command);
    }
    if (!started) {
      co_await sleep(millis(50));
      continue;
    }
    const Time patience = now() + seconds(2);
    while (now() < patience) {
      const Committed result = committed(started->position);
      if (result.servers >= count && result.command == command) co_return started->position;
      co_await sleep(millis(20));
    }
    if (!may_retry) break;
  }
  fail(fmt::format("no agreement on {:.40} among {} servers", command, count));
}

Task<spec::ServerId> Lab::check_one_leader() {
  for (int poll = 0; poll < 10; ++poll) {
    co_await sleep(millis(450 + random(100)));
    std::map<spec::Term, spec::ServerId> leaders;
    for (spec::ServerId id = 1; id <= servers(); ++id) {
      if (!is_connected(id) || !leads(id)) continue;
      const auto [at, is_new] = leaders.emplace(term_of(id), id);
      require(is_new,
              fmt::format("servers {} and {} both lead term {}", at->second, id, at->first));
    }
    if (!leaders.empty()) co_return leaders.rbegin()->second;
  }
  fail("a leader was expected, and there is none");
}

spec::Term Lab::check_terms() {
  std::optional<spec::Term> term;
  for (spec::ServerId id = 1; id <= servers(); ++id) {
    if (!is_connected(id)) continue;
    if (!term) term = term_of(id);
    require(*term == term_of(id), "the servers disagree about the term");
  }
  return term.value_or(0);
}

void Lab::check_no_leader() {
  for (spec::ServerId id = 1; id <= servers(); ++id) {
    require(!is_connected(id) || !leads(id),
            fmt::format("no leader was expected, and server {} says that it leads", id));
  }
}

std::size_t Lab::durable_bytes_max() const {
  std::size_t most = 0;
  for (spec::ServerId id = 1; id <= servers(); ++id) {
    most = std::max(most, simulator_.durable_bytes(id));
  }
  return most;
}

Position Lab::applied_max() const {
  std::size_t most = 0;
  for (spec::ServerId id = 1; id <= servers(); ++id) {
    most = std::max(most, simulator_.applied(id).size());
  }
  return static_cast<Position>(most);
}

}  // namespace lab
