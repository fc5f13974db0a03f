// What holds of every step, shown on random runs of small clusters and on hostile messages.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <map>
#include <random>

#include "checker/rapidcheck/core_values.hpp"
#include "checker/rapidcheck/test_invariants.hpp"
#include "src/raft/canonical.hpp"
#include "src/raft/test_support.hpp"

namespace raft::rapid {
namespace {

using test::is_leader;
using test::log_of;
using test::progress_of;

// --- One step -----------------------------------------------------------------------------------

struct Result {
  Server server{};
  Effects effects{};
  std::string broken_contract{};
};

Result result_of(Server server, const Input& input, Effects effects) {
  try {
    step(server, input, effects);
  } catch (const ContractViolation& violation) {
    return {.broken_contract = violation.what()};
  }
  return {server, effects, ""};
}

RC_GTEST_PROP(StepProperties, Step_IsDeterministic, ()) {
  const Reached now = *reached_servers();
  const Server& server = now.server;
  const Input input = *inputs_for(now);
  Effects used{.outcome = Outcome::VoteGranted, .proposed = Index{7}, .leader = ServerId{3}};
  used.messages.resize(3);
  used.persist = {HardState{}, Index{4}};
  used.apply = {Index{1}, Index{2}};
  used.timers = {true, true};
  const Result first = result_of(server, input, Effects{});
  const Result second = result_of(server, input, used);
  RC_ASSERT(first.server == second.server);
  RC_ASSERT(first.effects == second.effects);
  RC_ASSERT(first.broken_contract == second.broken_contract);
  RC_ASSERT(encoded(first.server) == encoded(second.server));
}

// Any other exception ends the test. What a server survives leaves it sound, however hostile.
RC_GTEST_PROP(StepProperties, Step_IsTotal_AndKeepsInvariantsUnderHostileInput, ()) {
  Reached now = *reached_servers();
  Server& server = now.server;
  Outcome last = Outcome::None;
  for (int count = *in_range(1, 6); count > 0; --count) {
    const Input input = *inputs_for(now);
    const Result result = result_of(server, input, Effects{});
    if (!result.broken_contract.empty()) {
      RC_TAG(std::string("ContractViolation"));
      return;
    }
    const bool is_restart = std::holds_alternative<Restart>(input);
    RC_ASSERT(is_restart || result.server.current_term() >= server.current_term());
    RC_ASSERT(is_restart || result.server.commit_index >= server.commit_index);
    server = result.server;
    last = result.effects.outcome;
    RC_ASSERT(last != Outcome::None);
    if (!is_restart) RC_ASSERT(broken_invariant(server) == "");
    // A disk can name a stranger's vote or lose this server's own; such a server is no longer
    // sound.
    if (is_restart && !broken_invariant(server).empty()) RC_DISCARD("damaged, not noticed");
  }
  RC_TAG(std::string(to_string(last)));
}

RC_GTEST_PROP(StepProperties, Malformed_LeavesTheServerAsItWas, ()) {
  const Reached now = *reached_servers();
  const Server& server = now.server;
  const Input input = *inputs_for(now);
  const Result result = result_of(server, input, Effects{});
  if (result.effects.outcome == Outcome::MalformedIgnored) {
    RC_ASSERT(result.server == server);
    RC_ASSERT(result.effects == Effects{.outcome = Outcome::MalformedIgnored});
  }
  RC_CLASSIFY(result.effects.outcome == Outcome::MalformedIgnored, "malformed");
}

// --- Steps of honest runs -----------------------------------------------------------------------

RC_GTEST_PROP(StepProperties, HonestRun_HasAHonestOutcomeAtEveryStep, ()) {
  const std::vector<Taken> steps = steps_of(*schedules());
  for (const Taken& taken : steps) {
    RC_ASSERT(taken.effects.outcome != Outcome::None);
    RC_ASSERT(taken.effects.outcome != Outcome::MalformedIgnored);
    RC_ASSERT(taken.effects.outcome != Outcome::TermsExhausted);
    RC_ASSERT(broken_invariant(taken.after) == "");
  }
  RC_TAG(std::string(steps.empty() ? "no step" : to_string(steps.back().effects.outcome)));
}

// Of servers that wait for their disks.
rc::Gen<Schedule> synchronous_schedules() {
  return schedules(rc::gen::map(cluster::rapid::configs(), [](Config config) {
    config.async_disk = false;
    return config;
  }));
}

RC_GTEST_PROP(StepProperties, Persist_BringsTheDiskUpToTheServer, ()) {
  for (const Taken& taken : steps_of(*synchronous_schedules())) {
    const Persist& persist = taken.effects.persist;
    RC_ASSERT(taken.disk ==
              (Durable{taken.after.hard_state, taken.after.log, taken.after.snapshot}));
    RC_ASSERT(!persist.hard_state || *persist.hard_state == taken.after.hard_state);
    if (taken.before.hard_state != taken.after.hard_state) RC_ASSERT(persist.hard_state);
    if (taken.before.snapshot != taken.after.snapshot) RC_ASSERT(persist.snapshot);
    if (taken.before.log != taken.after.log) RC_ASSERT(persist.log_from || persist.snapshot);
  }
}

RC_GTEST_PROP(StepProperties, TermVoteAndCommit_NeverGoBack_ExceptInARestart, ()) {
  for (const auto& [before, input, after, effects, disk] : steps_of(*schedules())) {
    const bool is_restart = std::holds_alternative<Restart>(input);
    if (is_restart && after.config.async_disk) continue;  // a disk may be behind
    RC_ASSERT(after.current_term() >= before.current_term());
    if (after.current_term() == before.current_term() && !before.hard_state.voted_for.is_none()) {
      RC_ASSERT(after.hard_state.voted_for == before.hard_state.voted_for);
    }
    if (is_restart) continue;
    RC_ASSERT(after.commit_index >= before.commit_index);
    if (effects.restore) {
      RC_ASSERT(after.last_applied == after.snapshot.index);
    } else if (effects.apply == Apply{}) {
      RC_ASSERT(after.last_applied == before.last_applied);
    } else {
      RC_ASSERT(effects.apply.first == before.last_applied.next());
      RC_ASSERT(effects.apply.last == after.last_applied);
    }
    for (Index index = after.log.base_index().next(); index <= before.commit_index;
         index = index.next()) {
      RC_ASSERT(after.log.at(index) == before.log.at(index));
    }
  }
}

RC_GTEST_PROP(StepProperties, Leader_OnlyAppends_AndItsMatchesOnlyGrow, ()) {
  for (const auto& [before, input, after, effects, disk] : steps_of(*schedules())) {
    if (!is_leader(before) || !is_leader(after)) continue;
    RC_ASSERT(before.current_term() == after.current_term());
    RC_ASSERT(after.log.last_index() >= before.log.last_index());
    for (Index index = after.log.base_index().next(); index <= before.log.last_index();
         index = index.next()) {
      RC_ASSERT(after.log.at(index) == before.log.at(index));
    }
    for (std::uint32_t id = 1; id <= after.config.servers; ++id) {
      RC_ASSERT(progress_of(after, id).match_index >= progress_of(before, id).match_index);
    }
  }
}

// All that a step sends, now or once its writes are durable.
std::vector<Message> all_messages(const Effects& effects) {
  std::vector<Message> all = effects.messages;
  all.insert(all.end(), effects.after_persist.begin(), effects.after_persist.end());
  return all;
}

bool is_request(const Message& message) {
  return std::holds_alternative<RequestVote>(message.body) ||
         std::holds_alternative<AppendEntries>(message.body) ||
         std::holds_alternative<PreVote>(message.body) ||
         std::holds_alternative<InstallSnapshot>(message.body);
}

// What a leader believes is on its way to its followers, which only speeds things up or slows them
// down, is as in `other`; what they have acknowledged is not touched.
void take_over_what_is_on_its_way(const Server& other, Server& server) {
  if (!is_leader(server) || !is_leader(other)) return;
  for (std::uint32_t id = 1; id <= server.config.servers; ++id) {
    Progress& progress = std::get<Leader>(server.role).progress[{id}];
    const Index match_index = progress.match_index;
    progress = progress_of(other, id);
    progress.match_index = match_index;
  }
}

// A message that comes once more, right after the first.
// - A request (for a vote, a pre-vote, entries, a snapshot): the server stays as it is and answers
//   once more just as the first time (Figure 2: RPCs are idempotent). It writes nothing, but that a
//   vote that is given once more is to be on the disk, as it was to be before.
// - A vote, a pre-vote, TimeoutNow, ReadIndex and its answer: the server stays as it is and writes
//   nothing. Votes are counted by voter, the others belong to a term or to a read that is over.
// - What a follower says of its log or of its snapshot: the leader may send once more or go back
//   once more, so nextIndex and what it believes is in flight can move. Nothing else does: not
//   matchIndex, and so nothing that is committed.
RC_GTEST_PROP(StepProperties, DuplicateMessage_ChangesNothing_ButWhatALeaderBelievesIsOnItsWay,
              ()) {
  for (const Taken& taken : steps_of(*schedules())) {
    const auto* receive = std::get_if<Receive>(&taken.input);
    if (receive == nullptr) continue;
    Server again = taken.after;
    const Effects effects = step(again, taken.input);
    const MessageBody& body = receive->message.body;
    const bool is_answer_to_leader = std::holds_alternative<AppendEntriesReply>(body) ||
                                     std::holds_alternative<InstallSnapshotReply>(body);
    if (is_answer_to_leader) take_over_what_is_on_its_way(taken.after, again);
    RC_ASSERT(again == taken.after);
    const bool is_vote = std::holds_alternative<RequestVote>(body);
    if (is_vote && effects.persist.hard_state) {
      RC_ASSERT(effects.persist == Persist{.hard_state = taken.after.hard_state});
    } else {
      RC_ASSERT(effects.persist == Persist{});
    }
    RC_ASSERT(effects.apply == Apply{});
    RC_ASSERT(!effects.restore);
    if (!is_request(receive->message)) continue;
    RC_ASSERT(all_messages(effects) == all_messages(taken.effects));
  }
}

// Whatever of the disk is behind or torn: the server is what a fresh one becomes by its disk alone.
RC_GTEST_PROP(StepProperties, Restart_LosesOnlyWhatIsVolatile, ()) {
  for (const Taken& taken : steps_of(*schedules())) {
    Server restarted = taken.after;
    const Effects effects = step(restarted, Restart{taken.disk});
    Server expected = fresh_server(taken.after.config, taken.after.id);
    expected.hard_state = taken.disk.hard_state;
    expected.log = taken.disk.log;
    expected.snapshot = taken.disk.snapshot;
    expected.commit_index = expected.last_applied = expected.snapshot.index;
    if (expected.snapshot.index > expected.log.base_index()) {  // it was not written any more
      expected.log.begin_behind(expected.snapshot.index, expected.snapshot.term);
    }
    if (expected.config.async_disk) expected.stable_index = expected.log.last_index();
    const bool lease = expected.config.vote_lease;
    expected.role = Follower{.leader = {}, .lease = lease};
    RC_ASSERT(restarted == expected);
    RC_ASSERT(effects == (Effects{.outcome = Outcome::Restarted,
                                  .timers = {.reset_election = true, .reset_lease = lease},
                                  .restore = expected.snapshot.index.value > 0}));
  }
}

RC_GTEST_PROP(StepProperties, Messages_AreAddressedAndOfTheSendersTerm, ()) {
  for (const Taken& taken : steps_of(*schedules())) {
    for (const Message& message : all_messages(taken.effects)) {
      RC_ASSERT(message.from == taken.after.id);
      RC_ASSERT(message.to != taken.after.id);
      RC_ASSERT(message.to.value >= 1u);
      RC_ASSERT(message.to.value <= taken.after.config.servers);
      const auto* pre_vote = std::get_if<PreVoteReply>(&message.body);
      if (pre_vote == nullptr || !pre_vote->vote_granted) {
        RC_ASSERT(term_of(message) == taken.after.current_term());
      }
      const auto* request = std::get_if<AppendEntries>(&message.body);
      const std::uint32_t limit = taken.after.config.entries_per_message;
      if (request != nullptr && limit > 0) RC_ASSERT(request->entries.size() <= limit);
    }
  }
}

// --- Whole runs ---------------------------------------------------------------------------------

RC_GTEST_PROP(StepProperties, Run_KeepsElectionSafety, ()) {
  std::map<Term, ServerId> leaders;
  run(*schedules(), [&](const RandomCluster&, const Taken& taken) {
    if (!is_leader(taken.after)) return;
    const auto [place, is_new] = leaders.emplace(taken.after.current_term(), taken.after.id);
    RC_ASSERT(place->second == taken.after.id);
  });
  RC_CLASSIFY(leaders.empty(), "no leader");
  RC_CLASSIFY(leaders.size() > 1, "several leaders");
}

// If two logs hold an entry with the same index and term, they are the same up to there.
bool logs_match(const Log& one, const Log& other) {
  bool must_agree = false;
  const Index base = std::max(one.base_index(), other.base_index());  // nothing is known below
  for (Index index = std::min(one.last_index(), other.last_index()); index > base;
       index = index.previous()) {
    must_agree |= one.term_at(index) == other.term_at(index);
    if (must_agree && one.at(index) != other.at(index)) return false;
  }
  return true;
}

TEST(StepProperties, LogsMatch_TellsLogsApart) {
  EXPECT_TRUE(logs_match(log_of({1, 1, 2}), log_of({1, 1, 3, 3})));
  EXPECT_FALSE(logs_match(log_of({1, 2, 3}), log_of({1, 1, 3})));
  EXPECT_FALSE(logs_match(log_of({1}), Log({{Term{1}, EntryKind::Command, "another"}})));
}

RC_GTEST_PROP(StepProperties, Run_KeepsLogMatching, ()) {
  run(*schedules(), [&](const RandomCluster& cluster, const Taken& taken) {
    if (!taken.effects.persist.log_from) return;
    for (const Server& other : cluster.servers()) RC_ASSERT(logs_match(taken.after.log, other.log));
  });
}

RC_GTEST_PROP(StepProperties, Run_KeepsStateMachineSafety, ()) {
  std::map<Index, Entry> applied;
  run(*schedules(), [&](const RandomCluster&, const Taken& taken) {
    const Apply& apply = taken.effects.apply;
    if (apply.last.value == 0) return;
    for (Index index = apply.first; index <= apply.last; index = index.next()) {
      const Entry& entry = taken.after.log.at(index);
      RC_ASSERT(applied.emplace(index, entry).first->second == entry);
    }
  });
  RC_CLASSIFY(!applied.empty(), "something was applied");
}

// A fixed seed, so that a change that makes an outcome unreachable fails every time.
TEST(StepProperties, Runs_ReachEveryOutcomeOfAnHonestCluster) {
  std::mt19937 random(2024);  // NOLINT(bugprone-random-generator-seed): fixed on purpose
  std::array<int, static_cast<std::size_t>(Outcome::WriteAcknowledged) + 1> seen{};
  for (std::uint32_t runs = 0; runs < 600; ++runs) {
    Schedule schedule{
        .config = {.servers = 1 + runs % 5,
                   .no_op = runs % 2 == 0,
                   .backtracking = runs % 4 < 2 ? Backtracking::Fast : Backtracking::Plain,
                   .entries_per_message = runs % 3,
                   .pre_vote = runs % 7 == 0,
                   .check_quorum = runs % 7 == 1,
                   .vote_lease = runs % 7 == 2 || runs % 3 == 0,
                   .lease_reads = runs % 3 == 0,
                   .snapshot_chunk = runs % 7,
                   .changes = static_cast<Changes>(runs / 5 % 3),
                   .async_disk = runs % 8 == 3}};
    for (int i = 0; i < 200; ++i) {
      schedule.choices.push_back(static_cast<std::uint32_t>(random()));
    }
    for (const Taken& taken : steps_of(schedule)) {
      ++seen[static_cast<std::size_t>(taken.effects.outcome)];
    }
  }
  for (std::size_t i = 0; i < seen.size(); ++i) {
    const auto outcome = static_cast<Outcome>(i);
    const bool is_for_others = outcome == Outcome::None || outcome == Outcome::TermsExhausted ||
                               outcome == Outcome::MalformedIgnored;
    std::cout << to_string(outcome) << ": " << seen[i] << '\n';
    EXPECT_EQ(seen[i] > 0, !is_for_others) << to_string(outcome);
  }
}

}  // namespace
}  // namespace raft::rapid
