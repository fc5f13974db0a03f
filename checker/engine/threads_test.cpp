// What must not depend on the number of threads, and what must not go wrong on any of them.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <sys/resource.h>

#include <array>
#include <stdexcept>
#include <system_error>

#include "checker/engine/counting_search.hpp"
#include "checker/engine/failing_model.hpp"
#include "checker/engine/fingerprint_search.hpp"
#include "checker/engine/path_checker.hpp"
#include "checker/engine/random_systems.hpp"
#include "checker/engine/toy_models.hpp"

namespace engine {
namespace {

using toy::Baton;
using toy::Broadcast;

constexpr std::array<std::size_t, 4> kThreadCounts{1, 2, 3, 5};

CountingOptions with_threads(CountingOptions options, std::size_t threads) {
  options.threads = threads;
  return options;
}

CountingOptions network(Order order, Loss loss, std::size_t inflight) {
  CountingOptions options;
  options.order = order;
  options.loss = order == Order::Once ? Loss::None : loss;
  options.inflight = order == Order::Once ? kUnlimited : inflight;
  options.inflight_bound = toy::kInflightBound;
  options.loss_bound = toy::kLossBound;
  return options;
}

SearchResult counted(Model& model, const CountingOptions& options) {
  toy::NoObserver observer;
  return make_counting_search(model, options)->run(observer);
}

// The same with the other store, where it can be.
std::vector<CountingOptions> with_each_store(CountingOptions options) {
  std::vector<CountingOptions> all{options};
  if (options.order == Order::Once) return all;
  options.store = Store::Fingerprint;
  all.push_back(options);
  return all;
}

std::vector<std::string> keys_of(const Model& model, const SearchResult& result) {
  std::vector<std::string> keys;
  for (const PathStep& step : result.path) keys.push_back(model.key_of(step));
  return keys;
}

// How two results differ, or nothing.
std::string difference(const SearchResult& a, const SearchResult& b) {
  if (a.stopped_by != b.stopped_by) return "stopped_by";
  if (a.progress.distinct != b.progress.distinct) return "distinct";
  if (a.progress.generated != b.progress.generated) return "generated";
  if (a.progress.depth != b.progress.depth) return "depth";
  if (a.progress.queue != b.progress.queue) return "queue";
  if (a.violation != b.violation) return "violation";
  if (a.orbits != b.orbits) return "orbits";
  if (a.halves != b.halves) return "halves";
  if (a.action_counts != b.action_counts) return "action_counts";
  if (a.cut_off != b.cut_off) return "cut_off";
  if (a.witnesses != b.witnesses) return "witnesses";
  if (a.path.size() != b.path.size()) return "the length of the path";
  for (std::size_t i = 0; i < a.path.size(); ++i) {
    const PathStep& x = a.path[i];
    const PathStep& y = b.path[i];
    const bool is_same = x.label == y.label && x.renaming == y.renaming && x.message == y.message &&
                         x.alternative == y.alternative && x.lost == y.lost;
    if (!is_same) return "step " + std::to_string(i + 1);
  }
  return "";
}

// A fresh model each time: what it has interned must not help the next search.
template <class Make>
void expect_the_same_whatever_the_threads(Make make, const CountingOptions& options) {
  const auto first_model = make();
  const SearchResult first = counted(*first_model, with_threads(options, 1));
  for (const CountingOptions& stored : with_each_store(options)) {
    for (const std::size_t threads : kThreadCounts) {
      const auto model = make();
      const SearchResult result = counted(*model, with_threads(stored, threads));
      EXPECT_EQ(difference(first, result), "") << threads << " threads";
    }
  }
}

TEST(Threads, LeaveCountsAsTheyAre_OfPuzzlesAndBroadcasts) {
  expect_the_same_whatever_the_threads(
      [] {
        return std::make_unique<toy::Puzzle>(toy::Puzzle::State{0, 0}, toy::jug_moves, toy::never);
      },
      {});
  for (const Order order : {Order::Unordered, Order::PerLink, Order::Once}) {
    for (const Loss loss : {Loss::Free, Loss::None, Loss::Budgeted}) {
      expect_the_same_whatever_the_threads(
          [] {
            auto model = std::make_unique<Broadcast>(4, 2, toy::never);
            model->set_alternatives(2);
            return model;
          },
          network(order, loss, 4));
    }
  }
}

TEST(Threads, LeaveTheRunAsItIs_ToAnyGoal) {
  expect_the_same_whatever_the_threads(
      [] {
        return std::make_unique<toy::Puzzle>(toy::Puzzle::State{0, 0}, toy::jug_moves,
                                             toy::has_four_gallons);
      },
      {});
  const auto three_know = [](const std::vector<int>& state) {
    return std::ranges::count(state.begin() + 1, state.end(), 3) >= 2;
  };
  for (const Order order : {Order::Unordered, Order::PerLink, Order::Once}) {
    expect_the_same_whatever_the_threads(
        [&] { return std::make_unique<Broadcast>(4, 2, three_know); },
        network(order, Loss::Free, 4));
  }
}

void expect_as_folded(const Broadcast::Bad& is_bad, CountingOptions options,
                      const SearchResult& expected, const std::vector<std::string>& keys) {
  Broadcast folded(4, 2, is_bad, true);
  options.symmetry = folded.permutations();
  const SearchResult result = counted(folded, options);
  EXPECT_EQ(result.progress.distinct, expected.progress.distinct);
  EXPECT_EQ(result.progress.generated, expected.progress.generated);
  EXPECT_EQ(result.progress.depth, expected.progress.depth);
  EXPECT_EQ(result.orbits, expected.orbits);
  EXPECT_EQ(result.halves, expected.halves);
  EXPECT_EQ(result.action_counts, expected.action_counts);
  EXPECT_EQ(result.cut_off, expected.cut_off);
  EXPECT_EQ(keys_of(folded, result), keys) << options.threads << " threads";
}

TEST(Threads, LeaveOrbitsAndTheRunAsTheyAre_WithSymmetryToo) {
  const auto second_without_first = [](const std::vector<int>& state) {
    const auto is_in = [&](int rounds) {
      return std::find(state.begin() + 1, state.end(), rounds) != state.end();
    };
    return is_in(1) && is_in(2);
  };
  for (const bool is_safe : {true, false}) {
    const Broadcast::Bad is_bad = is_safe ? Broadcast::Bad(toy::never) : second_without_first;
    for (const Order order : {Order::Unordered, Order::PerLink, Order::Once}) {
      for (const std::size_t inflight : {1U, 3U}) {
        const CountingOptions options = network(order, Loss::Free, inflight);
        Broadcast full(4, 2, is_bad);
        const SearchResult of_full = counted(full, options);
        EXPECT_EQ(of_full.path.empty(), is_safe);
        Broadcast first(4, 2, is_bad, true);
        CountingOptions folded_options = options;
        folded_options.symmetry = first.permutations();
        const SearchResult of_first = counted(first, folded_options);
        EXPECT_EQ(keys_of(first, of_first), keys_of(full, of_full));
        EXPECT_EQ(of_first.progress.depth, of_full.progress.depth);
        EXPECT_EQ(of_first.orbits, of_full.progress.distinct);
        for (const std::size_t threads : kThreadCounts) {
          for (const CountingOptions& stored :
               with_each_store(with_threads(folded_options, threads))) {
            expect_as_folded(is_bad, stored, of_first, keys_of(full, of_full));
          }
        }
      }
    }
  }
}

TEST(Threads, AndSymmetryLeaveTheRunAsItIs_WhereAStepLeadsBackUnderOtherNames) {
  for (const std::uint32_t n : {3U, 4U}) {
    Baton full(n);
    CountingOptions options = network(Order::Unordered, Loss::None, 2);
    const std::vector<std::string> expected = keys_of(full, counted(full, options));
    EXPECT_EQ(expected.size(), 3U);
    for (const std::size_t threads : kThreadCounts) {
      Baton folded(n, true);
      options.symmetry = &folded.permutations();
      const SearchResult result = counted(folded, with_threads(options, threads));
      EXPECT_EQ(keys_of(folded, result), expected) << threads << " threads";
    }
  }
}

RC_GTEST_PROP(Threads, LeaveAllAsItIs_OnRandomSystems, ()) {
  toy::Dice dice = toy::any_dice();
  CountingOptions options = toy::any_options(dice);
  if (dice.roll(3) == 0) options.limits.depth = dice.roll(8);
  const toy::Table table = toy::any_table(dice, dice.roll(2) == 0, toy::Constraint::Some);
  const unsigned alternatives = 1 + dice.roll(2);
  std::optional<SearchResult> first;
  for (const std::size_t threads : kThreadCounts) {
    toy::TableModel model(table);
    model.set_alternatives(alternatives);
    const SearchResult result = counted(model, with_threads(options, threads));
    if (!first) first = result;
    RC_ASSERT(difference(*first, result) == "");
  }
  RC_CLASSIFY(!first->path.empty(), "a violation");
  RC_CLASSIFY(first->progress.distinct > 100, "more than 100 states");
}

// Messages 0..letters-1, each over one link, sent in any order and never received: all words of at
// most `length` letters.
toy::Table words(std::uint32_t letters, std::uint32_t length) {
  toy::Table table;
  table.links.assign(letters, {0, 1});
  for (HalfId half = 0; half <= length; ++half) {
    auto& internal = table.internal.emplace_back();
    table.reactions.emplace_back(letters);
    for (MessageId letter = 0; half < length && letter < letters; ++letter) {
      internal.push_back({.next = half + 1, .sends = {letter}});
    }
  }
  return table;
}

// Both tables of the networks start with 131,072 places and grow before they are full.
TEST(Threads, LetTheTablesGrow_WhileTheySearch) {
  for (const std::size_t threads : {1U, 2U}) {
    for (const CountingOptions& options : with_each_store(network(Order::PerLink, Loss::None, 6))) {
      toy::TableModel model(words(9, 6));
      const auto search = make_counting_search(model, with_threads(options, threads));
      toy::NoObserver observer;
      const SearchResult result = search->run(observer);
      EXPECT_EQ(result.stopped_by, StopReason::Exhausted);
      EXPECT_EQ(result.progress.distinct, 597'871U);  // (9^7 - 1) / 8
      EXPECT_EQ(result.progress.generated, 597'871U);
      EXPECT_EQ(result.progress.depth, 7U);
      const bool is_exact = options.store == Store::Exact;
      EXPECT_EQ(search->network_halves().value_or(0), is_exact ? 597'871U : 0U);
    }
  }
}

// Five steps of one state, each of which sends 15 messages of which any may be lost: more networks
// than the table has places for, before any thread comes to a point at which it may grow.
void expect_all_of_fifteen_lost(const CountingOptions& options, std::size_t threads) {
  toy::Table table;
  table.links.assign(std::size_t{5} * 15, {0, 1});
  table.internal.resize(6);
  table.reactions.assign(6, std::vector<std::optional<toy::Table::Entry>>(table.links.size()));
  for (HalfId half = 1; half <= 5; ++half) {
    toy::Table::Entry& entry = table.internal[0].emplace_back();
    entry.next = half;
    for (MessageId i = 0; i < 15; ++i) entry.sends.push_back((half - 1) * 15 + i);
  }
  toy::TableModel model(table);
  const SearchResult result = counted(model, with_threads(options, threads));
  EXPECT_EQ(result.stopped_by, StopReason::Exhausted);
  EXPECT_EQ(result.progress.distinct, 1U + 5U * 32768U);
}

TEST(Threads, GoOn_WhenOneStateAloneOverfillsTheTable) {
  for (const CountingOptions& options :
       with_each_store(network(Order::Unordered, Loss::Free, 15))) {
    for (const std::size_t threads : {1U, 2U}) expect_all_of_fifteen_lost(options, threads);
  }
}

// Stops a search at the n-th question; until then its counts must fit together.
class OrderlyStopper final : public Observer {
 public:
  OrderlyStopper(StopReason reason, int after) : reason_(reason), left_(after) {}
  std::optional<StopReason> poll(const Progress& progress) override {
    EXPECT_GE(progress.generated, generated_);
    EXPECT_LE(progress.queue, progress.distinct);
    generated_ = progress.generated;
    if (--left_ > 0) return std::nullopt;
    return reason_;
  }

 private:
  StopReason reason_;
  int left_;
  std::uint64_t generated_ = 0;
};

TEST(Threads, StopTogether_ForTimeMemoryAndInterruptsAlike) {
  for (const StopReason reason : {StopReason::Time, StopReason::Memory, StopReason::Interrupted}) {
    for (const std::size_t threads : kThreadCounts) {
      for (const int polls : {1, 4}) {
        for (const CountingOptions& options :
             with_each_store(with_threads(network(Order::Unordered, Loss::Free, 10), threads))) {
          Broadcast model(10, 1, toy::never);  // 59,050 states
          OrderlyStopper stopper(reason, polls);
          const SearchResult result = make_counting_search(model, options)->run(stopper);
          EXPECT_EQ(result.stopped_by, reason);
          EXPECT_GT(result.progress.queue, 0U);
          EXPECT_LT(result.progress.distinct, 59'050U);
          EXPECT_EQ(result.orbits, result.progress.distinct);
        }
      }
    }
  }
}

TEST(Threads, StopTogether_AtLimitsOfStatesAndDepth) {
  for (const std::size_t threads : kThreadCounts) {
    for (const std::uint64_t states : {1U, 2U, 5000U, 40000U}) {
      for (CountingOptions options :
           with_each_store(with_threads(network(Order::Unordered, Loss::Free, 10), threads))) {
        Broadcast model(10, 1, toy::never);
        options.limits.states = states;
        const SearchResult result = counted(model, options);
        EXPECT_EQ(result.stopped_by, StopReason::States);
        EXPECT_GE(result.progress.distinct, states);
        EXPECT_GT(result.progress.queue, 0U);
      }
    }
    for (std::uint64_t depth = 0; depth < 11; ++depth) {
      Broadcast model(10, 1, toy::never);
      CountingOptions options = with_threads(network(Order::Unordered, Loss::Free, 10), threads);
      if (depth % 2 == 0) options.store = Store::Fingerprint;
      options.limits.depth = depth;
      const SearchResult result = counted(model, options);
      EXPECT_EQ(result.stopped_by, StopReason::Depth);
      EXPECT_EQ(result.progress.depth, depth + 1);
      EXPECT_GT(result.progress.queue, 0U);
    }
  }
}

TEST(Threads, PassOnWhatTheModelThrows_WhicheverOfThemItMeets) {
  for (const bool symmetry : {false, true}) {
    for (std::size_t threads = 1; threads <= 4; ++threads) {
      int failures = 0;
      for (int at = 1;; at += 1 + at / 8) {
        Broadcast broadcast(3, 2, toy::never, symmetry);
        Failing model(broadcast, at);
        CountingOptions options =
            with_threads(network(Order::Unordered, Loss::Budgeted, 3), threads);
        options.symmetry = broadcast.permutations();
        if (at % 2 == 0) options.store = Store::Fingerprint;
        try {
          EXPECT_EQ(counted(model, options).stopped_by, StopReason::Exhausted);
          EXPECT_GT(model.left(), 0);
          break;
        } catch (const std::domain_error& error) {
          EXPECT_STREQ(error.what(), "the model has failed");
          ++failures;
        }
      }
      EXPECT_GT(failures, 10);
    }
  }
}

#if !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)
// From the moment the search asks about the initial state until it is over, the system gives no
// memory for another thread's stack.
class Starving final : public ModelWrapper {
 public:
  explicit Starving(Model& inner) : ModelWrapper(inner) { ::getrlimit(RLIMIT_AS, &before_); }
  ~Starving() override { ::setrlimit(RLIMIT_AS, &before_); }
  Starving(const Starving&) = delete;
  Starving& operator=(const Starving&) = delete;
  std::uint32_t initial_violation() override {
    const rlimit none{1, before_.rlim_max};
    ::setrlimit(RLIMIT_AS, &none);
    return ModelWrapper::initial_violation();
  }

 private:
  rlimit before_{};
};

TEST(Threads, SayThatTheyCannotBeStarted_WhereTheSystemAllowsNoMore) {
  Broadcast broadcast(4, 1, toy::never);
  Starving model(broadcast);
  const auto options = with_threads(network(Order::Unordered, Loss::Free, 4), 64);
  EXPECT_THROW(counted(model, options), std::system_error);
}
#endif

TEST(Threads, PassOnWhatTheObserverThrows) {
  class Impatient final : public Observer {
   public:
    std::optional<StopReason> poll(const Progress&) override { throw std::domain_error("enough"); }
  };
  for (const std::size_t threads : kThreadCounts) {
    Broadcast model(10, 1, toy::never);
    Impatient observer;
    CountingSearch search(model, with_threads(network(Order::Unordered, Loss::Free, 10), threads));
    EXPECT_THROW(search.run(observer), std::domain_error);
  }
}

}  // namespace
}  // namespace engine
