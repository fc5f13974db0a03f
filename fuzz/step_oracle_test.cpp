// The oracle of fuzz_handler has nothing to say of what the core does, and a complaint about each
// thing that it must not do.
#include "fuzz/step_oracle.hpp"

#include <gtest/gtest.h>

#include "fuzz/describe.hpp"
#include "src/raft/step.hpp"

namespace fuzz {
namespace {

using raft::Index;
using raft::ServerId;
using raft::Term;

// A step of the core, of which a test spoils something.
struct Taken {
  raft::Server before;
  raft::Input input;
  raft::Server after;
  raft::Effects effects;

  [[nodiscard]] std::string_view complaint() const {
    return complaint_about(before, input, after, effects);
  }
};

Taken take(raft::Server server, raft::Input input) {
  Taken taken{server, std::move(input), std::move(server), {}};
  taken.effects = raft::step(taken.after, taken.input);
  EXPECT_EQ(taken.complaint(), "");
  EXPECT_EQ(complaint_of_spec(taken.before, taken.input, taken.after, taken.effects), "");
  return taken;
}

raft::Server follower() {
  raft::Server server = raft::fresh_server({.servers = 3}, ServerId{1});
  server.hard_state.current_term = Term{2};
  server.log = raft::Log(
      {{Term{1}, raft::EntryKind::Command, "a"}, {Term{2}, raft::EntryKind::Command, "b"}});
  server.commit_index = Index{1};
  server.last_applied = Index{1};
  return server;
}

raft::Input from_2(raft::MessageBody body) {
  return raft::Receive{{ServerId{2}, ServerId{1}, std::move(body)}};
}

Taken taken_vote() {
  return take(follower(), from_2(raft::RequestVote{Term{3}, Index{2}, Term{2}}));
}
Taken taken_append() {
  return take(
      follower(),
      from_2(raft::AppendEntries{
          Term{2}, Index{2}, Term{2}, {{Term{2}, raft::EntryKind::Command, "c"}}, Index{2}}));
}

TEST(StepOracle, ComplainsOfTermsAndVotes) {
  Taken taken = taken_vote();
  taken.after.hard_state.current_term = Term{1};
  EXPECT_EQ(taken.complaint(), "the term went back");
  taken = taken_vote();
  taken.effects.persist.hard_state.reset();
  EXPECT_EQ(taken.complaint(), "a term or a vote is not to be durable");
  taken = taken_vote();
  taken.before.hard_state = {Term{3}, ServerId{3}};
  EXPECT_EQ(taken.complaint(), "a vote was given twice or forgotten");
}

TEST(StepOracle, ComplainsOfWhatIsAppliedAndCommitted) {
  Taken taken = taken_append();
  taken.after.commit_index = Index{};
  EXPECT_EQ(taken.complaint(), "the commit index went back");
  taken = taken_append();
  taken.effects.apply.first = Index{1};
  EXPECT_EQ(taken.complaint(), "an entry was applied twice or left out");
}

TEST(StepOracle, ComplainsOfLogs) {
  Taken taken = taken_append();
  taken.effects.persist.log_from.reset();
  EXPECT_EQ(taken.complaint(), "a log changed that is not to be durable");
  taken = taken_append();
  taken.after.log = raft::Log({{Term{2}, raft::EntryKind::Command, "x"}});
  EXPECT_EQ(taken.complaint(), "a committed entry changed");
}

TEST(StepOracle, ComplainsOfMessages) {
  Taken taken = taken_vote();
  taken.effects.messages.clear();
  EXPECT_EQ(taken.complaint(), "a request was not answered, or twice");
  taken = taken_vote();
  taken.effects.messages.push_back(taken.effects.messages[0]);
  EXPECT_EQ(taken.complaint(), "a request was not answered, or twice");
  taken = taken_vote();
  taken.effects.messages[0].from = ServerId{3};
  EXPECT_EQ(taken.complaint(), "a message from somebody else");
  taken = taken_vote();
  taken.effects.messages[0].to = ServerId{4};
  EXPECT_EQ(taken.complaint(), "a message to nobody or to itself");
}

TEST(StepOracle, ComplainsOfWhatAMalformedMessageDoes) {
  Taken taken = take(follower(), from_2(raft::RequestVote{Term{3}, Index{0}, Term{2}}));
  taken.after.hard_state.current_term = Term{3};
  taken.effects.persist.hard_state = taken.after.hard_state;
  EXPECT_EQ(taken.complaint(), "a malformed message changed something");
}

TEST(StepOracle, ExplainsContractsByWhatContradictsThem) {
  const raft::Input conflict = from_2(raft::AppendEntries{
      Term{2}, Index{0}, Term{0}, {{Term{2}, raft::EntryKind::Command, "x"}}, Index{0}});
  EXPECT_EQ(complaint_about_contract(follower(), conflict, "c"), "");
  EXPECT_NE(complaint_about_contract(follower(), raft::ElectionTimeout{}, "c"), "");
}

TEST(Describe, NamesWhatIsNotAsInAFreshValue) {
  EXPECT_EQ(describe(from_2(raft::RequestVote{.term = Term{3}})),
            "Receive {from: 2, to: 1, body: RequestVote {term: 3}}");
}

}  // namespace
}  // namespace fuzz
