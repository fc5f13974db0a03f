// As limits_test.cpp, of what the key/value layer and the nemesis demand.
#include <gtest/gtest.h>

#include <set>

#include "checker/lab/expect_failure.hpp"
#include "checker/lab/suite.hpp"
#include "checker/lab/suite_kv.hpp"

namespace lab {
namespace {

using node::InputKind;
using node::LiveStep;

// A request that comes twice takes effect twice.
class Repeating : public KvMap {
 public:
  void apply(const KvRequest& request) override { take(request); }
};

// Its snapshots lack the requests that it has seen.
class Forgetful : public KvMap {
 public:
  [[nodiscard]] Contents snapshot() const override {
    Contents contents = KvMap::snapshot();
    contents.last.clear();
    return contents;
  }
};

// Some of what is put and appended gets lost.
class Lossy : public KvMap {
 public:
  void apply(const KvRequest& request) override {
    KvRequest taken = request;
    if (request.number % 7 == 0) taken.kind = KvKind::Get;
    KvMap::apply(taken);
  }
};

template <class Map>
std::unique_ptr<KvMap> make_map() {
  return std::make_unique<Map>();
}

Task<void> lone_and_repeating(Lab& lab) {
  return play_kv(lab, {.clients = 5, .make_map = make_map<Repeating>}, 0);
}
Task<void> shared_and_repeating(Lab& lab) {
  return play_kv(lab, {.clients = 5, .shares_keys = true, .make_map = make_map<Repeating>}, 0);
}
Task<void> forgetful(Lab& lab) {
  return play_kv(
      lab,
      {.clients = 5, .has_crashes = true, .shares_keys = true, .make_map = make_map<Forgetful>},
      1000);
}
Task<void> lossy(Lab& lab) {
  return play_kv(lab, {.clients = 5, .shares_keys = true, .make_map = make_map<Lossy>}, 0);
}
Task<void> lossy_and_asked(Lab& lab) {
  return play_kv(
      lab,
      {.clients = 5, .shares_keys = true, .reads = KvReads::Asked, .make_map = make_map<Lossy>}, 0);
}

// How many of so many runs fail with such maps, and why the first one does.
std::pair<int, std::string> failures(const lab::Test& test, int runs) {
  std::pair<int, std::string> found;
  for (int i = 0; i < runs; ++i) {
    const std::string why = failure(test, make_core(), static_cast<std::uint64_t>(i));
    if (!why.empty() && found.first++ == 0) found.second = why;
  }
  return found;
}

TEST(Limits, RequestsThatTakeEffectTwice_Fail) {
  constexpr lab::Test kLone{"Lone", 'K', 5, kUnreliable, Snapshots::None, 0, lone_and_repeating};
  const auto [failed, why] = failures(kLone, 10);
  EXPECT_GE(failed, 8);
  EXPECT_SAYS(why, "where it wrote");
  constexpr lab::Test kShared{
      "Shared", 'K', 5, kUnreliable, Snapshots::None, 0, shared_and_repeating};
  const auto [others, says] = failures(kShared, 10);
  EXPECT_GE(others, 8);
  EXPECT_SAYS(says, "what clients saw is not linearizable");
}

TEST(Limits, SnapshotsWithoutTheRequestsThatWereSeen_Fail) {
  constexpr lab::Test kForgets{"Forgets", 'K', 5, kUnreliable, Snapshots::BySize, 1000, forgetful};
  EXPECT_GE(failures(kForgets, 20).first, 5);
}

TEST(Limits, AWriteThatIsLost_IsSeenByTheReads_WhicheverWayTheyAreAsked) {
  constexpr lab::Test kByLog{"Log", 'K', 5, {}, Snapshots::None, 0, lossy};
  constexpr lab::Test kByAsking{"Asked", 'K', 5, {}, Snapshots::None, 0, lossy_and_asked};
  for (const lab::Test& test : {kByLog, kByAsking}) {
    const auto [failed, why] = failures(test, 10);
    EXPECT_GE(failed, 5) << test.name;
    EXPECT_SAYS(why, "what clients saw is not linearizable");
  }
}

// Answers every read at once, from what it has.
class Careless : public ChangedLive {
 public:
  using ChangedLive::ChangedLive;
  const LiveStep& step(spec::ServerId server, const node::Input& input) override {
    step_ = core().step(server, input);
    if (input.kind == InputKind::Read) step_.reads = {input.read};
    return step_;
  }

 private:
  LiveStep step_;
};

TEST(Limits, ReadsThatAskNobody_Fail) {
  EXPECT_SAYS(failure("KvReadsOnePartition", make<Careless>()), "a minority answers");
  EXPECT_SAYS(failure("KvReadsPartitions", make<Careless>()),
              "what clients saw is not linearizable");
}

// From that moment on nothing comes of anything.
class Frozen : public ChangedLive {
 public:
  Frozen(const node::Options& options, std::uint64_t after) : ChangedLive(options), after_(after) {}
  const LiveStep& receive(node::LiveHandle message) override {
    if (++steps_ <= after_) return core().receive(message);
    core().drop(message);
    return nothing_;
  }
  const LiveStep& step(spec::ServerId server, const node::Input& input) override {
    return ++steps_ <= after_ ? core().step(server, input) : nothing_;
  }

 private:
  std::uint64_t after_;
  std::uint64_t steps_ = 0;
  LiveStep nothing_;
};

// Wherever everything stops, something that is demanded is missing.
TEST(Limits, ServersThatStopInTheMiddle_FailWhatWaitsForThem) {
  RunOptions options;
  options.make_live = make_core();
  for (const char* name : {"Backup", "Persist2", "SnapshotAllCrash", "KvConcurrent", "Nemesis"}) {
    const std::uint64_t steps = run({test_named(name), false, 1, 0}, options).totals.events;
    for (const std::uint64_t tenths : {2U, 5U, 8U}) {
      EXPECT_NE(failure(name, make<Frozen>(steps * tenths / 10)), "") << name << " " << tenths;
    }
  }
}

// One of three takes no notice of what a client asks first.
class Uneven : public KvMap {
 public:
  void apply(const KvRequest& request) override {
    KvRequest taken = request;
    if (is_uneven_ && request.number == 1) taken.kind = KvKind::Get;
    KvMap::apply(taken);
  }

 private:
  inline static int made = 0;
  bool is_uneven_ = made++ % 3 == 0;
};

// Nobody takes a snapshot, by which it would be noticed at once.
TEST(Limits, MapsThatDifferInTheEnd_FailTheNemesis) {
  const auto has_time = [](SimulatorOptions& options, engine::Random&) {
    options.time_limit = seconds(600);
  };
  const auto play = [](Lab& lab) { return play_nemesis(lab, make_map<Uneven>); };
  const lab::Test kUneven{"Uneven", 'N', 3, {}, Snapshots::None, 0, play, has_time};
  EXPECT_SAYS(failure(kUneven, make_core()), "the maps of servers");
}

TEST(Limits, AMinorityThatIsTakenBack_HasThreeSeconds) {
  RunOptions options;
  options.make_live = make_core();
  const std::uint64_t steps =
      run({test_named("KvOnePartition"), false, 1, 0}, options).totals.events;
  std::set<std::string> says;
  for (std::uint64_t after = steps / 2; after < steps; ++after) {
    says.insert(failure("KvOnePartition", make<Frozen>(after)));
  }
  EXPECT_TRUE(says.contains("a minority that was taken back does not answer within 3 s"));
}

TEST(Limits, AClusterThatDoesNotComeTogether_FailsTheNemesis) {
  // Server 2 hears nothing after the faults, whatever is mended.
  class Deaf : public ChangedLive {
   public:
    using ChangedLive::ChangedLive;
    const LiveStep& receive(node::LiveHandle message) override {
      if (core().message_view(message).to != 2 || ++heard_ < 200) return core().receive(message);
      core().drop(message);
      return nothing_;
    }

   private:
    int heard_ = 0;
    LiveStep nothing_;
  };
  EXPECT_SAYS(failure("Nemesis", make<Deaf>()), "the servers do not come together");
}

}  // namespace
}  // namespace lab
