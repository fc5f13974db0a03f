// The log by itself: positions count from 1, and index 0 lies before the first entry.
#include <gtest/gtest.h>

#include "src/raft/test_support.hpp"

namespace raft::test {
namespace {

Terms terms_from(const Log& log, std::uint64_t first, std::size_t count_max) {
  Terms terms;
  for (const Entry& entry : log.from(Index{first}, count_max)) terms.push_back(entry.term.value);
  return terms;
}

TEST(Log, EmptyLog_EndsAtIndexZeroInTermZero) {
  const Log log;
  EXPECT_EQ(log.last_index(), Index{0});
  EXPECT_EQ(log.last_term(), Term{0});
  EXPECT_FALSE(log.has(Index{0}));
  EXPECT_FALSE(log.has(Index{1}));
}

TEST(Log, TermAt_IsZero_WhereThereIsNoEntry) {
  const Log log = log_of({1, 2});
  EXPECT_EQ(log.term_at(Index{0}), Term{0});
  EXPECT_EQ(log.term_at(Index{1}), Term{1});
  EXPECT_EQ(log.term_at(Index{2}), Term{2});
  EXPECT_EQ(log.term_at(Index{3}), Term{0});
}

TEST(Log, From_GivesAtMostWhatIsThereAndAskedFor) {
  const Log log = log_of({1, 2, 3});
  EXPECT_EQ(terms_from(log, 1, 9), (Terms{1, 2, 3}));
  EXPECT_EQ(terms_from(log, 2, 9), (Terms{2, 3}));
  EXPECT_EQ(terms_from(log, 2, 1), (Terms{2}));
  EXPECT_EQ(terms_from(log, 3, 1), (Terms{3}));
  EXPECT_EQ(terms_from(log, 2, 0), (Terms{}));
  EXPECT_EQ(terms_from(log, 4, 9), (Terms{}));
}

TEST(Log, FirstOfTermAt_GoesBackToTheStartOfTheTerm) {
  const Log log = log_of({2, 2, 3, 5, 5});
  const Terms firsts = {1, 1, 3, 4, 4};
  for (std::uint64_t index = 1; index <= 5; ++index) {
    EXPECT_EQ(log.first_of_term_at(Index{index}), Index{firsts[index - 1]});
  }
}

TEST(Log, LastOfTerm_IsZero_WithoutAnEntryOfThatTerm) {
  const Log log = log_of({2, 2, 3, 5, 5});
  const Terms lasts = {0, 0, 2, 3, 0, 5, 0};
  for (std::uint64_t term = 0; term <= 6; ++term) {
    EXPECT_EQ(log.last_of_term(Term{term}), Index{lasts[term]}) << "term " << term;
  }
  EXPECT_EQ(Log().last_of_term(Term{1}), Index{0});
}

TEST(Log, TruncateFrom_RemovesTheEntryAndAllThatFollow) {
  Log log = log_of({1, 2, 3});
  log.truncate_from(Index{4});
  EXPECT_EQ(log, log_of({1, 2, 3}));
  log.truncate_from(Index{2});
  EXPECT_EQ(log, log_of({1}));
  log.truncate_from(Index{1});
  EXPECT_EQ(log, Log());
}

}  // namespace
}  // namespace raft::test
