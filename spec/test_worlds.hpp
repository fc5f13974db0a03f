// Hand-made servers for the tests: short to write, and each in the shape that its role demands.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "spec/property.hpp"

namespace spec {

inline constexpr bool kRestarted = true;
inline constexpr bool kRunning = false;

inline EntryView command(Term term, std::string text) { return {term, false, std::move(text)}; }

inline EntryView no_op(Term term) { return {term, true, ""}; }

inline EntryView membership(Term term, std::vector<ServerId> voters,
                            std::vector<ServerId> outgoing = {}) {
  EntryView entry{term, false, ""};
  entry.is_membership = true;
  entry.membership = {std::move(voters), std::move(outgoing), {}};
  return entry;
}

inline ServerView follower(ServerId id, Term term, std::vector<EntryView> log = {}) {
  ServerView server;
  server.id = id;
  server.current_term = term;
  server.log = std::move(log);
  return server;
}

inline ServerView candidate(ServerId id, Term term, std::vector<EntryView> log = {}) {
  ServerView server = follower(id, term, std::move(log));
  server.role = Role::Candidate;
  server.voted_for = id;
  server.votes_granted = {id};
  return server;
}

// One of three servers, fresh from its election: it knows nothing of the others yet.
inline ServerView leader(ServerId id, Term term, std::vector<EntryView> log = {}) {
  ServerView server = follower(id, term, std::move(log));
  server.role = Role::Leader;
  server.voted_for = id;
  server.next_index.assign(3, server.log.size() + 1);
  server.match_index.assign(3, 0);
  server.next_index[id - 1] = 0;
  return server;
}

inline ServerView committed(ServerView server, Index through) {
  server.commit_index = through;
  server.last_applied = through;
  return server;
}

inline ServerView voting(ServerView server, ServerId voted_for) {
  server.voted_for = voted_for;
  return server;
}

inline ServerView matching(ServerView server, std::vector<Index> match_index) {
  server.match_index = std::move(match_index);
  return server;
}

// "ElectionSafety: server 1 and server 3 both lead term 1", or "holds".
inline std::string verdict(const std::optional<Violation>& violation) {
  if (!violation) return "holds";
  return std::string(to_string(violation->property)) + ": " + violation->message;
}

inline std::string judge(const std::vector<ServerView>& servers, const History& history,
                         PropertySet properties = kAllProperties) {
  std::vector<const ServerView*> pointers;
  for (const ServerView& server : servers) pointers.push_back(&server);
  return verdict(check_state(pointers, history, properties));
}

inline std::string judge_step(const ServerView& before, const ServerView& after, bool restarted,
                              PropertySet properties = kAllProperties) {
  return verdict(check_step(before, after, restarted, properties));
}

}  // namespace spec
