// A server behind bytes does what the step function does, and nothing of its own.
#include "src/wire/byte_server.hpp"

#include <gtest/gtest.h>

#include "src/raft/contract.hpp"

namespace wire {
namespace {

using raft::Input;
using raft::ServerId;

using Kinds = std::vector<Kind>;

Kinds kinds_of(const std::vector<Asked>& asked) {
  Kinds kinds;
  for (const Asked& next : asked) kinds.push_back(next.kind);
  return kinds;
}

std::vector<Asked> taken(ByteServer& server, const Input& input) {
  auto asked = server.take(frame_of(input));
  return asked ? *asked : std::vector<Asked>{};
}

Report report_of(const std::vector<Asked>& asked) {
  for (const Asked& next : asked) {
    if (next.kind == Kind::Report) return decoded<Report>(next.frame).value();
  }
  return {};
}

Input vote_from(std::uint32_t id, std::uint64_t term) {
  return raft::Receive{{ServerId{id}, ServerId{1}, raft::RequestVoteReply{{term}, true}}};
}

TEST(ByteServer, BeginsAJournal_WhereThereIsNone) {
  ByteServer server({.servers = 3}, ServerId{1});
  const auto started = server.start("");
  ASSERT_TRUE(started);
  EXPECT_EQ(started->journal_bytes, 0U);
  EXPECT_EQ(kinds_of(started->asked), (Kinds{Kind::JournalStart, Kind::Report}));
  EXPECT_EQ(report_of(started->asked).outcome, raft::Outcome::Restarted);
  const auto recovered = recover(started->asked[0].frame);
  ASSERT_TRUE(recovered);
  EXPECT_EQ(recovered->state, (JournalStart{ServerId{1}, {}}));
}

TEST(ByteServer, AsksForWritesFirst_WhereItsDiskIsWaitedFor) {
  ByteServer server({.servers = 3}, ServerId{1});
  ASSERT_TRUE(server.start(""));
  const auto asked = taken(server, raft::ElectionTimeout{});
  EXPECT_EQ(kinds_of(asked),
            (Kinds{Kind::Write, Kind::RequestVote, Kind::RequestVote, Kind::Report}));
  EXPECT_EQ(asked[1].to, ServerId{2});
  EXPECT_EQ(asked[2].to, ServerId{3});
  EXPECT_TRUE(report_of(asked).reset_election);
}

TEST(ByteServer, SaysWhatWaitsForTheDisk_WhereItsDiskIsNot) {
  ByteServer server({.servers = 3, .async_disk = true}, ServerId{1});
  ASSERT_TRUE(server.start(""));
  const auto asked = taken(server, raft::ElectionTimeout{});
  EXPECT_EQ(kinds_of(asked), (Kinds{Kind::Report, Kind::Write, Kind::Persisted, Kind::RequestVote,
                                    Kind::RequestVote}));
  // Its own vote counts once it is durable: with that of server 2 it is a majority then.
  EXPECT_EQ(report_of(taken(server, vote_from(2, 1))).outcome, raft::Outcome::VoteCounted);
  const auto done = server.take(asked[2].frame);
  ASSERT_TRUE(done);
  EXPECT_EQ(report_of(*done).outcome, raft::Outcome::BecameLeader);
}

TEST(ByteServer, ReportsWhatIsToBeApplied_WithTheEntriesThemselves) {
  ByteServer server({.servers = 1, .no_op = true}, ServerId{1});
  ASSERT_TRUE(server.start(""));
  const Report elected = report_of(taken(server, raft::ElectionTimeout{}));
  EXPECT_EQ(elected.first, raft::Index{1});
  EXPECT_EQ(elected.apply, (std::vector<raft::Entry>{{{1}, raft::EntryKind::NoOp, ""}}));
  const Report proposed = report_of(taken(server, raft::Propose{"x=1"}));
  EXPECT_EQ(proposed.first, raft::Index{2});
  EXPECT_EQ(proposed.proposed, raft::Index{2});
  EXPECT_EQ(proposed.apply, (std::vector<raft::Entry>{{{1}, raft::EntryKind::Command, "x=1"}}));
}

TEST(ByteServer, StartsAgainFromItsJournal_AndFromARenewedOne) {
  ByteServer server({.servers = 1}, ServerId{1});
  std::string journal = server.start("")->asked[0].frame;
  const std::vector<Input> inputs{raft::ElectionTimeout{}, raft::Propose{"a"}, raft::Propose{"b"},
                                  raft::Compact{{1}, "a"}};
  for (const Input& input : inputs) {
    for (const Asked& asked : taken(server, input)) {
      if (asked.kind == Kind::Write) journal += asked.frame;
    }
  }
  const raft::Durable durable{server.server().hard_state, server.server().log,
                              server.server().snapshot};
  const std::string renewed = server.renewed_journal().frame;
  EXPECT_LT(renewed.size(), journal.size());
  for (const std::string& bytes : {journal, renewed, journal + '\1'}) {
    ByteServer again({.servers = 1}, ServerId{1});
    const auto started = again.start(bytes);
    ASSERT_TRUE(started) << to_string(started.problem());
    EXPECT_EQ(started->journal_bytes, bytes == renewed ? bytes.size() : journal.size());
    EXPECT_EQ(again.server().hard_state, durable.hard_state);
    EXPECT_EQ(again.server().log, durable.log);
    EXPECT_EQ(again.server().snapshot, durable.snapshot);
    EXPECT_EQ(report_of(started->asked).restore, durable.snapshot);
  }
}

TEST(ByteServer, RefusesAnothersJournal_AndADamagedOne) {
  ByteServer other({.servers = 3}, ServerId{2});
  std::string journal = other.start("")->asked[0].frame;
  ByteServer server({.servers = 3}, ServerId{1});
  EXPECT_EQ(to_string(server.start(journal).problem()),
            "byte 10: the journal of server 2, not of server 1");
  journal[12] ^= 1;
  EXPECT_FALSE(server.start(journal));
}

TEST(ByteServer, IsAsItWas_WhenTheBytesAreNoInput) {
  ByteServer server({.servers = 3}, ServerId{1});
  ASSERT_TRUE(server.start(""));
  const raft::Server before = server.server();
  EXPECT_FALSE(server.take("nonsense"));
  EXPECT_FALSE(server.take(frame_of(Report{})));
  EXPECT_EQ(server.server(), before);
}

TEST(ByteServer, LetsBrokenContractsThrough) {
  EXPECT_THROW(ByteServer({.servers = 3}, ServerId{4}), raft::ContractViolation);
  ByteServer server({.servers = 3}, ServerId{1});
  const raft::Durable damaged{.hard_state = {}, .log = raft::Log({{{7}, {}, "x", {}}})};
  JournalWriter writer;
  EXPECT_THROW(static_cast<void>(server.start(writer.begin({ServerId{1}, damaged}))),
               raft::ContractViolation);
}

}  // namespace
}  // namespace wire
