// Canonical bytes: there and back, one form a value, and nothing else accepted.
#include "src/raft/canonical.hpp"

#include <gtest/gtest.h>

#include <set>

#include "src/raft/test_support.hpp"

namespace raft::test {
namespace {

std::string bytes_of(std::initializer_list<int> values) {
  std::string bytes;
  for (const int value : values) bytes.push_back(static_cast<char>(value));
  return bytes;
}

// Every one differs from every other in one field.
std::vector<Server> different_servers() {
  const Situation base{.term = 2, .log = {1, 2}, .commit = 1};
  std::vector<Server> servers = {follower(base), candidate(base), leader(base)};
  auto changed = [&](auto change) {
    servers.push_back(servers.front());
    change(servers.back());
  };
  changed([](Server& s) { s.config.servers = 4; });
  changed([](Server& s) { s.config.no_op = true; });
  changed([](Server& s) { s.config.backtracking = Backtracking::Plain; });
  changed([](Server& s) { s.config.entries_per_message = 1; });
  changed([](Server& s) { s.id = ServerId{2}; });
  changed([](Server& s) { s.hard_state.current_term = Term{3}; });
  changed([](Server& s) { s.hard_state.voted_for = ServerId{3}; });
  changed([](Server& s) { s.log = log_of({1}); });
  changed([](Server& s) { s.log = log_of({2, 2}); });
  changed([](Server& s) { s.log = Log({{Term{1}, EntryKind::NoOp, ""}, s.log.at(Index{2})}); });
  changed([](Server& s) { s.log = Log({{Term{1}, EntryKind::Command, ""}, s.log.at(Index{2})}); });
  changed([](Server& s) { s.commit_index = Index{2}; });
  changed([](Server& s) { s.last_applied = Index{0}; });
  changed([](Server& s) { s.role = Follower{ServerId{2}}; });
  changed([](Server& s) { s.role = Candidate{ServerSet::from_bits(kHuge)}; });
  changed([](Server& s) { s.role = Leader{PerServer<Progress>(3)}; });
  changed([](Server& s) { s.role = Leader{}; });
  changed([](Server& s) { s.config.pre_vote = true; });
  changed([](Server& s) { s.config.lease_reads = true; });
  changed([](Server& s) { s.config.bytes_per_message = 1; });
  changed([](Server& s) { s.config.appends_in_flight = 1; });
  changed([](Server& s) { s.config.uncommitted = 1; });
  const auto flowing = [&](const Flow& flow) {
    changed([&](Server& s) {
      Leader role{PerServer<Progress>(3)};
      role.progress[ServerId{2}].flow = flow;
      s.role = role;
    });
  };
  flowing({});
  flowing({.is_probing = false});
  flowing({.in_flight = {Index{1}}});
  flowing({.in_flight = {Index{2}}});
  flowing({.in_flight = {Index{1}, Index{2}}});
  changed([](Server& s) { s.role = Follower{.leader = {}, .reads = {{1, Index{0}}}}; });
  changed([](Server& s) { s.role = Follower{.leader = {}, .reads = {{1, Index{1}}}}; });
  const auto reading = [&](auto change) {
    changed([&](Server& s) {
      Leader role{PerServer<Progress>(3)};
      role.reads.emplace();
      change(*role.reads);
      s.role = role;
    });
  };
  reading([](LeaderReads&) {});
  reading([](LeaderReads& r) { r.round = 1; });
  reading([](LeaderReads& r) { r.lease_round = 1; });
  reading([](LeaderReads& r) { r.has_lease = true; });
  reading([](LeaderReads& r) { r.is_lease_forbidden = true; });
  reading([](LeaderReads& r) { r.last_ids = PerServer<std::uint64_t>(3); });
  reading([](LeaderReads& r) { r.pending.push_back({}); });
  reading([](LeaderReads& r) { r.pending.push_back({.round = 1}); });
  reading([](LeaderReads& r) { r.pending.push_back({.index = Index{1}}); });
  reading([](LeaderReads& r) { r.pending.push_back({.reader = ServerId{1}}); });
  reading([](LeaderReads& r) { r.pending.push_back({.id = 1}); });
  reading([](LeaderReads& r) { r.pending.push_back({.acks = ServerSet::from_bits(1)}); });
  changed([](Server& s) { s.config.check_quorum = true; });
  changed([](Server& s) { s.config.vote_lease = true; });
  changed([](Server& s) { s.role = Follower{.leader = {}, .lease = true}; });
  changed([](Server& s) { s.role = PreCandidate{ServerSet::from_bits(kHuge)}; });
  changed([](Server& s) { s.role = Leader{PerServer<Progress>(3), ServerSet{}}; });
  changed([](Server& s) { s.role = Leader{PerServer<Progress>(3), {}, ServerId{2}}; });
  changed([](Server& s) { s.role = Leader{PerServer<Progress>(3), ServerSet::from_bits(1)}; });
  changed([](Server& s) { s.config.snapshot_chunk = 1; });
  changed([](Server& s) { s.config.changes = Changes::Joint; });
  changed([](Server& s) { s.config.async_disk = true; });
  changed([](Server& s) { s.stable_index = Index{1}; });
  changed([](Server& s) { s.config.voters = ServerSet::first(2); });
  changed([](Server& s) { s.snapshot.membership.learners = ServerSet::first(2); });
  for (const Membership& membership :
       {Membership{}, Membership{.voters = ServerSet::first(1)},
        Membership{.outgoing = ServerSet::first(1)}, Membership{.learners = ServerSet::first(1)}}) {
    changed([&](Server& s) {
      s.log = Log({s.log.at(Index{1}), {Term{2}, EntryKind::Membership, {}, membership}});
    });
  }
  changed([](Server& s) { s.log.compact_through(Index{1}); });
  changed([](Server& s) { s.log = Log(Index{1}, Term{2}, {s.log.at(Index{2})}); });
  changed([](Server& s) { s.snapshot.index = Index{1}; });
  changed([](Server& s) { s.snapshot.term = Term{1}; });
  changed([](Server& s) { s.snapshot.data = "x"; });
  changed([](Server& s) { s.role = Follower{.incoming = {.index = Index{1}}}; });
  changed([](Server& s) { s.role = Follower{.incoming = {.data = "x"}}; });
  return servers;
}

std::vector<Message> different_messages() {
  std::vector<MessageBody> bodies = {
      request_vote(1, 2, 1),
      request_vote(2, 2, 1),
      request_vote(1, 3, 1),
      request_vote(1, 2, 2),
      vote(1, true),
      vote(1, false),
      vote(2, true),
      append(1, {0, 0}),
      append(2, {0, 0}),
      append(1, {1, 0}),
      append(1, {0, 1}),
      append(1, {0, 0}, {1}),
      append(1, {0, 0}, {1, 1}),
      append(1, {0, 0}, {}, kHuge),
      accepted(1, 0),
      accepted(1, 2),
      rejected(1, 0, 0),
      rejected(1, 2, 0),
      rejected(1, 0, 2),
      rejected(2, 0, 0),
      PreVote{Term{1}, Index{2}, Term{1}},
      PreVote{Term{2}, Index{2}, Term{1}},
      PreVote{Term{1}, Index{3}, Term{1}},
      PreVote{Term{1}, Index{2}, Term{2}},
      RequestVote{Term{1}, Index{2}, Term{1}, true},
      ReadIndex{Term{1}, 1},
      ReadIndex{Term{1}, 2},
      ReadIndex{Term{2}, 1},
      ReadIndexReply{Term{1}, 1, Index{1}},
      ReadIndexReply{Term{1}, 2, Index{1}},
      ReadIndexReply{Term{1}, 1, Index{2}},
      AppendEntries{.term = Term{1}, .round = 1},
      AppendEntriesReply{.term = Term{1}, .round = 1},
      TimeoutNow{Term{1}},
      TimeoutNow{Term{2}},
      PreVoteReply{Term{1}, true},
      PreVoteReply{Term{1}, false},
      PreVoteReply{Term{2}, true},
      InstallSnapshot{},
      InstallSnapshot{.term = Term{1}},
      InstallSnapshot{.last_included_index = Index{1}},
      InstallSnapshot{.last_included_term = Term{1}},
      InstallSnapshot{.offset = 1},
      InstallSnapshot{.data = "x"},
      InstallSnapshot{.done = true},
      InstallSnapshot{.membership = {.voters = ServerSet::first(1)}},
      InstallSnapshotReply{},
      InstallSnapshotReply{.term = Term{1}},
      InstallSnapshotReply{.last_included_index = Index{1}},
      InstallSnapshotReply{.stored = 1},
      InstallSnapshotReply{.installed = true},
  };
  std::vector<Message> messages;
  messages.reserve(bodies.size() + 2);
  for (const MessageBody& body : bodies) messages.push_back({ServerId{1}, ServerId{2}, body});
  messages.push_back({ServerId{3}, ServerId{2}, bodies.front()});
  messages.push_back({ServerId{1}, ServerId{3}, bodies.front()});
  return messages;
}

template <class T>
void expect_one_form_each(const std::vector<T>& values) {
  std::set<std::string> forms;
  for (const T& value : values) {
    EXPECT_EQ(decoded<T>(encoded(value)), value);
    EXPECT_EQ(encoded(T(value)), encoded(value));
    EXPECT_TRUE(forms.insert(encoded(value)).second) << "two different values, the same bytes";
  }
}

template <class T>
void expect_no_prefix_decodes(const std::vector<T>& values) {
  for (const T& value : values) {
    const std::string bytes = encoded(value);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_THROW(decoded<T>(std::string_view(bytes).substr(0, size)), DecodeError);
    }
  }
}

TEST(Canonical, Servers_HaveOneFormEach) { expect_one_form_each(different_servers()); }
TEST(Canonical, Messages_HaveOneFormEach) { expect_one_form_each(different_messages()); }
TEST(Canonical, Servers_DoNotDecode_WhenTruncated) {
  expect_no_prefix_decodes(different_servers());
}
TEST(Canonical, Messages_DoNotDecode_WhenTruncated) {
  expect_no_prefix_decodes(different_messages());
}

TEST(Canonical, Bytes_DoNotDecode_WhenSomeAreLeftOver) {
  for (const Server& server : different_servers()) {
    EXPECT_THROW(decoded<Server>(encoded(server) + '\0'), DecodeError);
  }
}

TEST(Canonical, Number_TakesSevenBitsAByte) {
  EXPECT_EQ(encoded(Term{0}), bytes_of({0}));
  EXPECT_EQ(encoded(Term{127}), bytes_of({0x7F}));
  EXPECT_EQ(encoded(Term{128}), bytes_of({0x80, 0x01}));
  EXPECT_EQ(encoded(Term{300}), bytes_of({0xAC, 0x02}));
  EXPECT_EQ(encoded(Term{kHuge}).size(), 10u);
}

TEST(Canonical, Number_RoundTrips_AtEveryLength) {
  for (unsigned bit = 0; bit < 64; ++bit) {
    const std::uint64_t power = std::uint64_t{1} << bit;
    for (const std::uint64_t number : {power - 1, power, power + 1}) {
      EXPECT_EQ(decoded<Term>(encoded(Term{number})), Term{number});
    }
  }
  EXPECT_EQ(decoded<Term>(encoded(Term{kHuge})), Term{kHuge});
}

TEST(Canonical, Number_DoesNotDecode_InALongerForm) {
  EXPECT_THROW(decoded<Term>(bytes_of({0x80, 0x00})), DecodeError);
  EXPECT_THROW(decoded<Term>(bytes_of({0xFF, 0x80, 0x00})), DecodeError);
}

TEST(Canonical, Number_DoesNotDecode_BeyondSixtyFourBits) {
  const std::string nine(9, '\xFF');
  EXPECT_EQ(decoded<Term>(nine + '\x01'), Term{kHuge});
  EXPECT_THROW(decoded<Term>(nine + '\x02'), DecodeError);
  EXPECT_THROW(decoded<Term>(nine + '\x81' + '\x01'), DecodeError);
  EXPECT_THROW(decoded<Term>(std::string(20, '\xFF')), DecodeError);
}

TEST(Canonical, ServerId_DoesNotDecode_BeyondThirtyTwoBits) {
  EXPECT_EQ(decoded<ServerId>(encoded(ServerId{~0u})), ServerId{~0u});
  EXPECT_THROW(decoded<ServerId>(encoded(Term{std::uint64_t{1} << 32})), DecodeError);
}

TEST(Canonical, Enumerations_DoNotDecode_OutOfRange) {
  EXPECT_EQ(decoded<EntryKind>(bytes_of({1})), EntryKind::NoOp);
  EXPECT_THROW(decoded<EntryKind>(bytes_of({3})), DecodeError);
  EXPECT_EQ(decoded<Backtracking>(bytes_of({1})), Backtracking::Plain);
  EXPECT_THROW(decoded<Backtracking>(bytes_of({2})), DecodeError);
  EXPECT_THROW(decoded<bool>(bytes_of({2})), DecodeError);
}

TEST(Canonical, Optional_IsAFlagAndAValue) {
  using Maybe = std::optional<Term>;
  EXPECT_EQ(decoded<Maybe>(bytes_of({0})), std::nullopt);
  EXPECT_EQ(decoded<Maybe>(bytes_of({1, 5})), Maybe(Term{5}));
  EXPECT_EQ(encoded(Maybe{}), bytes_of({0}));
  EXPECT_EQ(encoded(Maybe(Term{5})), bytes_of({1, 5}));
  EXPECT_THROW(decoded<Maybe>(bytes_of({2, 5})), DecodeError);
}

TEST(Canonical, Variant_DoesNotDecode_WithoutSuchAnAlternative) {
  EXPECT_EQ(decoded<Role>(bytes_of({0, 2, 0, 0, 0, 0, 0, 0, 0, 0})),
            (Role{Follower{.leader = ServerId{2}}}));
  EXPECT_THROW(decoded<Role>(bytes_of({9, 0})), DecodeError);
  EXPECT_THROW(decoded<MessageBody>(bytes_of({99, 0, 0, 0, 0, 0})), DecodeError);
}

TEST(Canonical, Counts_DoNotDecode_BeyondTheBytesThatAreThere) {
  const std::string many = encoded(Term{kHuge});
  EXPECT_THROW(decoded<std::string>(many + "x"), DecodeError);
  EXPECT_THROW(decoded<std::vector<Term>>(many + "x"), DecodeError);
  EXPECT_THROW(decoded<PerServer<Progress>>(many + "x"), DecodeError);
  EXPECT_THROW(decoded<Log>(bytes_of({0, 0}) + many + "x"), DecodeError);
}

TEST(Canonical, Log_DoesNotDecode_BeyondTheLastIndex) {
  EXPECT_THROW(decoded<Log>(encoded(Term{kHuge}) + bytes_of({1, 1, 1, 0, 0})), DecodeError);
}

TEST(Canonical, PerServer_DoesNotDecode_WithMoreServersThanThereCanBe) {
  const std::size_t bytes = encoded(Progress{}).size();
  const std::string zeros(bytes * (std::size_t{kServersMax} + 1), '\0');
  EXPECT_EQ(decoded<PerServer<Progress>>(encoded(Term{kServersMax}) + zeros.substr(bytes)).size(),
            kServersMax);
  EXPECT_THROW(decoded<PerServer<Progress>>(encoded(Term{kServersMax + 1}) + zeros), DecodeError);
}

TEST(Canonical, Entry_IsTermKindAndCommand_AndAMembershipIfItIsOne) {
  EXPECT_EQ(encoded(Entry{Term{5}, EntryKind::NoOp, "ab"}), bytes_of({5, 1, 2, 'a', 'b'}));
  EXPECT_EQ(
      encoded(Entry{Term{5}, EntryKind::Membership, "", Membership{ServerSet::first(2), {}, {}}}),
      bytes_of({5, 2, 0, 3, 0, 0}));
}

TEST(Canonical, Commands_DoNotRunIntoEachOther) {
  auto log = [](std::string first, std::string second) {
    return Log({{Term{1}, EntryKind::Command, std::move(first)},
                {Term{1}, EntryKind::Command, std::move(second)}});
  };
  EXPECT_NE(encoded(log("ab", "c")), encoded(log("a", "bc")));
  EXPECT_NE(encoded(log("", "")), encoded(Log({{Term{1}, EntryKind::Command, ""}})));
}

TEST(Canonical, Decoding_OverwritesWhatWasThere) {
  Server server = leader({.term = 9, .log = {1, 2, 3}, .commit = 2});
  const Server other = follower({.id = 2, .term = 1});
  const std::string bytes = encoded(other);
  Decoder(bytes).get(server);
  EXPECT_EQ(server, other);
}

}  // namespace
}  // namespace raft::test
