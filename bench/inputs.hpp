// Inputs for one server of the core, for programs that measure what it does with each.
#pragma once

#include <cstdint>
#include <utility>
#include <variant>
#include <vector>

#include "src/raft/step.hpp"

namespace bench {

using Inputs = std::vector<raft::Input>;

// Requests of server 1 to server 2 in term 1 that follow each other, of `batch` entries each.
inline Inputs appends(std::uint64_t count, std::uint64_t batch) {
  Inputs inputs;
  for (std::uint64_t i = 0; i < count; ++i) {
    raft::AppendEntries request{
        .term = {1}, .prev_log_index = {i * batch}, .prev_log_term = {i == 0 ? 0U : 1U}};
    request.entries.assign(batch, raft::Entry{.term = {1}, .command = "v1"});
    inputs.emplace_back(raft::Receive{{{1}, {2}, std::move(request)}});
  }
  return inputs;
}

// Proposes `count` entries to the leader, server 1 in term 1, and answers for each of them from
// every follower; the majority's answer commits. Everything is under way already, so that an answer
// does not send what follows.
inline Inputs acknowledgements(raft::Server& leader, std::uint64_t count) {
  const std::uint32_t servers = leader.config.servers;
  Inputs inputs;
  for (std::uint64_t index = 1; index <= count; ++index) {
    raft::step(leader, raft::Propose{"v1"});
    const raft::AppendEntriesReply reply{.term = {1}, .success = true, .match_index = {index}};
    for (std::uint32_t id = 2; id <= servers; ++id) {
      raft::Message& message = inputs.emplace_back().emplace<raft::Receive>().message;
      message = {{id}, {1}, reply};
    }
  }
  auto& progress = std::get<raft::Leader>(leader.role).progress;
  for (std::uint32_t id = 2; id <= servers; ++id) {
    progress[{id}] = {.next_index = leader.log.last_index().next()};
  }
  return inputs;
}

}  // namespace bench
