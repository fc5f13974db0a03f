#include "checker/linearizability/history_files.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "checker/linearizability/check.hpp"
#include "checker/linearizability/random_histories.hpp"

namespace linearizability {
namespace {

constexpr const char* kLog =
    "INFO  jepsen.util - 4\t:invoke\t:read\tnil\n"
    "INFO  jepsen.util - 4\t:ok\t:read\tnil\n"
    "INFO  jepsen.util - :nemesis\t:info\t:start\tnil\n"
    "INFO  jepsen.util - 1\t:invoke\t:write\t1\n"
    "INFO  jepsen.util - 2 \t:invoke :cas \t[2 4] \t:hint 0\n"
    "INFO  jepsen.util - 1\t:ok\t:write\t1\n"
    "\n"
    "INFO  jepsen.util - 2\t:fail\t:cas\t[2 4]\n"
    "INFO  jepsen.util - 3\t:invoke\t:read\tnil\n"
    "INFO  jepsen.util - 3\t:fail\t:read\t:timed-out\n"
    "INFO  jepsen.util - 4\t:invoke\t:write\t3\n"
    "INFO  jepsen.util - 4\t:info\t:write\t:timed-out\n"
    "INFO  jepsen.util - 1\t:invoke\t:write\t5\n";

constexpr const char* kKeyedMaps =
    "{:process 0, :type :invoke, :f :get, :key \"1\", :value nil}\n"
    "{:process 1, :type :invoke, :f :append, :key \"1\", :value \"x 1 0 y\"}\n"
    "{:process 0, :type :ok, :f :get, :key \"1\", :value \"\"}\n"
    "{:process 1, :type :ok, :f :append, :key \"1\", :value \"x 1 0 y\"}\n"
    "{:process 0, :type :invoke, :f :put, :key \"2\", :value \"z\"}\n";

constexpr const char* kJepsen =
    "[{:type :invoke, :f :write, :value [7 1], :time 10, :process 0, :index 0}\n"
    " {:type :info, :f :start-partition, :value nil, :time 11, :process :nemesis, :index 1}\n"
    " #jepsen.history.Op{:type :ok, :f :write, :value [7 1], :time 12, :process 0, :index 2}\n"
    " {:type :invoke, :f :cas, :value [7 [1 2]], :time 13, :process 1, :index 3}\n"
    " {:type :fail, :f :cas, :value [7 [1 2]], :time 14, :process 1, :index 4,\n"
    "  :error [:etcd \"lost\" 1.5]}]\n";

HistoryFile read(std::string_view text, Model model, std::optional<Format> format = {}) {
  auto file = read_history(text, "h", model, format);
  if (!file) throw std::runtime_error(file.error());
  return *std::move(file);
}

std::string written(const History& history, Model model, Format format) {
  auto text = write_history(history, model, format);
  if (!text) throw std::runtime_error(text.error());
  return *std::move(text);
}

TEST(PorcupineLog, IsReadEventByEvent) {
  const HistoryFile file = read(kLog, Model::Register);
  EXPECT_EQ(file.format, Format::Porcupine);
  const History expected = {
      {.client = 4, .result = Value{}, .invoked = 0, .returned = 1},
      {.client = 1, .kind = Kind::Write, .argument = 1, .invoked = 3, .returned = 5},
      {.client = 2,
       .kind = Kind::Cas,
       .argument = 4,
       .expected = 2,
       .outcome = Outcome::Mismatch,
       .invoked = 4,
       .returned = 6},
      {.client = 3, .outcome = Outcome::Failed, .invoked = 7, .returned = 8},
      {.client = 4,
       .kind = Kind::Write,
       .argument = 3,
       .outcome = Outcome::Unknown,
       .invoked = 9,
       .returned = 10},
      {.client = 1,
       .kind = Kind::Write,
       .argument = 5,
       .outcome = Outcome::Unknown,
       .invoked = 11,
       .returned = kNever},
  };
  EXPECT_EQ(file.history, expected);
}

TEST(PorcupineLog, OfJepsensMeaningTellsNothingOfAFailedCas) {
  const HistoryFile file = read(kLog, Model::Register, Format::Jepsen);
  EXPECT_EQ(file.history.at(2).outcome, Outcome::Failed);
}

TEST(PorcupineMaps, AreReadKeyByKey) {
  const HistoryFile file = read(kKeyedMaps, Model::KeyValue);
  EXPECT_EQ(file.format, Format::Porcupine);
  const History expected = {
      {.client = 0, .key = "1", .result = "", .invoked = 0, .returned = 2},
      {.client = 1,
       .key = "1",
       .kind = Kind::Append,
       .argument = "x 1 0 y",
       .invoked = 1,
       .returned = 3},
      {.client = 0,
       .key = "2",
       .kind = Kind::Write,
       .argument = "z",
       .outcome = Outcome::Unknown,
       .invoked = 4,
       .returned = kNever},
  };
  EXPECT_EQ(file.history, expected);
}

TEST(JepsenMaps, AreReadWithTimesAndIndependentKeys) {
  const HistoryFile file = read(kJepsen, Model::Register);
  EXPECT_EQ(file.format, Format::Jepsen);
  const History expected = {
      {.client = 0, .key = 7, .kind = Kind::Write, .argument = 1, .invoked = 10, .returned = 12},
      {.client = 1,
       .key = 7,
       .kind = Kind::Cas,
       .argument = 2,
       .expected = 1,
       .outcome = Outcome::Failed,
       .invoked = 13,
       .returned = 14},
  };
  EXPECT_EQ(file.history, expected);
}

TEST(JepsenLines, AreReadWithoutALogger) {
  const HistoryFile file =
      read("0\t:invoke\t:write\t[3 1]\n0\t:ok\t:write\t[3 1]\n", Model::Register);
  EXPECT_EQ(file.format, Format::Jepsen);
  EXPECT_EQ(file.history.at(0).key, Value(3));
}

TEST(JepsenMaps, ThatEndWithoutAValueDoNotTellWhatWasSeen) {
  const HistoryFile file =
      read("{:process 0 :type :invoke :f :read} {:process 0 :type :ok :f :read}", Model::Register);
  EXPECT_EQ(file.history.at(0).outcome, Outcome::Ok);
  EXPECT_FALSE(file.history.at(0).result.has_value());
}

TEST(JepsenMaps, WithTimesThatDecreaseAreInTheOrderOfTheFile) {
  const HistoryFile file = read(
      "{:process 0 :type :invoke :f :read :time 9} {:process 0 :type :ok :f :read :value 1 :time "
      "3}",
      Model::Register);
  EXPECT_EQ(file.history.at(0).invoked, 0);
  EXPECT_EQ(file.history.at(0).returned, 1);
}

// An index says that the file's order is the history's: nothing is simultaneous.
TEST(JepsenMaps, WithIndicesAreInTheirOrderWhereTimesAreEqual) {
  const std::string lines =
      "{:process 0 :type :invoke :f :write :value 1 :time 1 I 0}"
      "{:process 0 :type :ok :f :write :value 1 :time 2 I 1}"
      "{:process 1 :type :invoke :f :read :time 2 I 2}"
      "{:process 1 :type :ok :f :read :value nil :time 3 I 3}";
  const auto with = [&](const char* key) {
    std::string text = lines;
    for (std::size_t at = 0; (at = text.find(" I ", at)) != std::string::npos; ++at) {
      text.replace(at + 1, 1, key);
    }
    return check(read(text, Model::Register).history, Model::Register).answer;
  };
  EXPECT_EQ(with(":index"), Answer::Illegal);
  EXPECT_EQ(with(":other"), Answer::Legal);
}

TEST(HistoryFile, WithoutOperationsIsAnEmptyHistory) {
  for (const char* text : {"", "\n \n", "; nothing\n", "[]", "()"}) {
    EXPECT_TRUE(read(text, Model::Register).history.empty()) << text;
  }
}

struct Bad {
  const char* text;
  const char* error;  // after "h: "
  Model model = Model::Register;
};

TEST(HistoryFile, ThatIsDamagedIsRefusedWithThePlaceAndTheRemedy) {
  const std::vector<Bad> all = {
      {"{:process :c1, :type :invoke, :f :write, :value 1}", "line 1, column 11: not a process"},
      {"{:process \"c1\", :type :invoke, :f :read, :value nil}",
       "line 1, column 11: not a process"},
      {"INFO  jepsen.util - :other\t:invoke\t:read\tnil\n", "line 1, column 21: not a process"},
      {"{:type :invoke}", "line 1, column 1: an operation without :process; add it"},
      {"{:process 1 :f :read}", "line 1, column 1: an operation without :type; add it"},
      {"[7]", "line 1, column 2: not an operation"},
      {"{:process 1 :type :begin :f :read}", "line 1, column 19: not a type of event; there are"},
      {"{:process 1 :type :invoke :f :pop}", "line 1, column 1: :pop is no function of a register"},
      {"{:process 1 :type :invoke :f :get}", "line 1, column 1: :get is no function of a register"},
      {"{:process 1 :type :invoke :f :cas :value [\"k\" [1 2]]}",
       "line 1, column 1: :cas is no function of a key/value store", Model::KeyValue},
      {"{:process 1 :type :invoke :f \"read\"}", "line 1, column 30: not a function"},
      {"{:process 1.5 :type :invoke :f :read}", "line 1, column 11: not a process"},
      {"{:process 1 :type :ok :f :read :value 1}",
       "line 1, column 1: process 1 has nothing that could end here"},
      {"1 :invoke :read nil\n1 :invoke :read nil\n",
       "line 2, column 1: process 1 invokes again before its operation of line 1 has ended"},
      {"1 :invoke :read nil\n1 :ok :write 1\n",
       "line 2, column 1: process 1 ends another function than it invoked at line 1"},
      {"1 :invoke :write [1 2]\n1 :ok :write [2 2]\n",
       "line 2, column 1: process 1 ends with the key 2, but its invocation at line 1 has 1"},
      {"1 :invoke :write 1\n1 :ok :write 2\n",
       "line 2, column 14: not the value of the invocation at line 1"},
      {"1 :invoke :write :x\n", "line 1, column 18: not a value"},
      {"1 :invoke :cas 3\n", "line 1, column 16: a cas without its two values"},
      {"1 :invoke :read nil\n1 :ok :read [1 2 3]\n", "line 2, column 13: not a value"},
      {"1 :invoke :write [:k 1]\n", "line 1, column 19: not a key"},
      {"{:process 1 :type :invoke :f :write :key 1 :value [1 2]}",
       "line 1, column 42: a :key beside a value that has one"},
      {"{:process 1 :type :invoke :f :read :time :now}", "line 1, column 42: not a time"},
      {"1 :invoke :read\n", "line 1, column 1: no value; a line is process, :type, :f and value"},
      {"WARN something else\n", "line 1, column 1: not a process"},
      {"{:process 1 :type :invoke :f :put :key \"k\" :value 3}",
       "line 1, column 1: a key/value store holds text", Model::KeyValue},
  };
  for (const Bad& bad : all) {
    const auto file = read_history(bad.text, "h", bad.model);
    ASSERT_FALSE(file.has_value()) << bad.text;
    EXPECT_TRUE(file.error().starts_with(std::string("h: ") + bad.error)) << bad.text << "\n"
                                                                          << file.error();
  }
}

TEST(PorcupineLog, IsWrittenAsItWasRead) {
  const std::string text =
      written(read(kLog, Model::Register).history, Model::Register, Format::Porcupine);
  EXPECT_EQ(text,
            "INFO  jepsen.util - 4\t:invoke\t:read\tnil\n"
            "INFO  jepsen.util - 4\t:ok\t:read\tnil\n"
            "INFO  jepsen.util - 1\t:invoke\t:write\t1\n"
            "INFO  jepsen.util - 2\t:invoke\t:cas\t[2 4]\n"
            "INFO  jepsen.util - 1\t:ok\t:write\t1\n"
            "INFO  jepsen.util - 2\t:fail\t:cas\t[2 4]\n"
            "INFO  jepsen.util - 4\t:invoke\t:write\t3\n"
            "INFO  jepsen.util - 4\t:info\t:write\t:timed-out\n"
            "INFO  jepsen.util - 1\t:invoke\t:write\t5\n");
}

TEST(PorcupineMaps, AreWrittenAsTheyWereRead) {
  const History history = read(kKeyedMaps, Model::KeyValue).history;
  EXPECT_EQ(written(history, Model::KeyValue, Format::Porcupine), kKeyedMaps);
}

TEST(JepsenMaps, AreWrittenOneALine) {
  History history = read(kJepsen, Model::Register).history;
  history[1].outcome = Outcome::Mismatch;
  EXPECT_EQ(written(history, Model::Register, Format::Jepsen),
            "{:process 0, :type :invoke, :f :write, :value [7 1], :time 10}\n"
            "{:process 0, :type :ok, :f :write, :value [7 1], :time 12}\n"
            "{:process 1, :type :invoke, :f :cas, :value [7 [1 2]], :time 13}\n"
            "{:process 1, :type :fail, :f :cas, :value [7 [1 2]], :error :mismatch, :time 14}\n");
}

TEST(HistoryFile, HasNewProcessesForClientsThatGoOnWithoutAnAnswer) {
  const History history = {
      {.client = 1, .kind = Kind::Write, .argument = 1, .outcome = Outcome::Unknown, .returned = 9},
      {.client = 1, .result = 1, .invoked = 3, .returned = 4},
      {.client = 2, .result = 1, .invoked = 5, .returned = 6}};
  const History back =
      read(written(history, Model::Register, Format::Jepsen), Model::Register).history;
  EXPECT_EQ(back.at(0).client, 1);
  EXPECT_EQ(back.at(1).client, 3);
  EXPECT_EQ(back.at(2).client, 2);
}

// Numbers are given from behind the largest on; there may be none.
TEST(HistoryFile, HasNewProcessesBesideTheLargestNumberThereIs) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  const auto unknown = [](std::int64_t client, std::int64_t invoked) {
    return Operation{.client = client,
                     .kind = Kind::Write,
                     .argument = 1,
                     .outcome = Outcome::Unknown,
                     .invoked = invoked,
                     .returned = invoked + 1};
  };
  const History history = {unknown(kMost - 1, 1), unknown(kMost - 1, 3), unknown(kMost - 1, 5),
                           unknown(0, 7)};
  const History back =
      read(written(history, Model::Register, Format::Jepsen), Model::Register).history;
  EXPECT_EQ(back.at(0).client, kMost - 1);
  EXPECT_EQ(back.at(1).client, kMost);
  EXPECT_EQ(back.at(2).client, 1);
  EXPECT_EQ(back.at(3).client, 0);
}

TEST(HistoryFile, IsNotWrittenWhereTheFormatCannotSayIt) {
  const auto refused = [](const History& history, Model model, Format format, const char* why) {
    const auto text = write_history(history, model, format);
    ASSERT_FALSE(text.has_value()) << *text;
    EXPECT_NE(text.error().find(why), std::string::npos) << text.error();
  };
  const Operation write{.kind = Kind::Write, .argument = 1, .invoked = 0, .returned = 5};
  Operation keyed = write;
  keyed.key = 3;
  refused({keyed}, Model::Register, Format::Porcupine, "without a key; write jepsen");
  Operation text = write;
  text.argument = "x";
  refused({text}, Model::Register, Format::Porcupine, "whole numbers from 0");
  Operation nil = write;
  nil.argument = Value{};
  refused({nil}, Model::Register, Format::Porcupine, "writes no nil");
  Operation number_key = text;
  number_key.key = 3;
  refused({number_key}, Model::KeyValue, Format::Porcupine, "keys that are text");
  Operation again = write;
  again.invoked = 4;
  refused({write, again}, Model::Register, Format::Jepsen, "client 0 does two things at once at 4");
  Operation meeting = write;
  meeting.invoked = 5;
  Operation other = write;
  Operation other_meeting = meeting;
  other.client = 1;
  other_meeting.client = 1;
  refused({write, meeting, other, other_meeting}, Model::Register, Format::Porcupine,
          "clients 0 and 1 both go on at tick 5");
  EXPECT_TRUE(write_history({write, meeting, other, other_meeting}, Model::Register, Format::Jepsen)
                  .has_value());
  EXPECT_FALSE(write_history({keyed}, Model::KeyValue, Format::Jepsen).has_value());
}

// Clients that wait for every answer, so that no process needs another name.
History a_history(Model model, std::int64_t pause_max) {
  HistoryPlan plan;
  plan.model = model;
  plan.clients = 1 + *rc::gen::inRange(0U, 6U);
  plan.operations = *rc::gen::inRange(0U, 60U);
  plan.keys = model == Model::Register ? 1 : 3;
  plan.values = 4;
  plan.changes = 30;
  plan.duration_max = *rc::gen::element(0, 3, 20);
  plan.pause_max = pause_max;
  History history = legal_history(plan, *rc::gen::arbitrary<std::uint64_t>());
  for (Operation& operation : history) {
    operation.key = model == Model::Register
                        ? Value{}
                        : Value("k" + std::to_string(std::get<std::int64_t>(operation.key)));
  }
  std::ranges::stable_sort(history, {}, &Operation::invoked);
  return history;
}

// Operations of one tick may be in another order, which means nothing but in one client.
History sorted(History history) {
  std::ranges::stable_sort(history, {}, [](const Operation& operation) {
    return std::tuple(operation.invoked, operation.client);
  });
  return history;
}

RC_GTEST_PROP(JepsenMaps, ReadBackAsWhatWasWritten, ()) {
  const Model model = *rc::gen::noShrink(rc::gen::element(Model::Register, Model::KeyValue));
  const History history = a_history(model, *rc::gen::element(0, 3));
  const History back = read(written(history, model, Format::Jepsen), model).history;
  RC_ASSERT(sorted(back) == sorted(history));
}

// All that overlaps does so still, and all that does not does not.
std::vector<std::pair<std::size_t, std::size_t>> orders_of(const History& history) {
  std::vector<std::pair<std::size_t, std::size_t>> orders;
  for (std::size_t i = 0; i < history.size(); ++i) {
    for (std::size_t j = 0; j < history.size(); ++j) {
      const bool is_own = history[i].client == history[j].client && i < j;
      if (is_own || history[i].returned < history[j].invoked) orders.emplace_back(i, j);
    }
  }
  return orders;
}

RC_GTEST_PROP(Porcupine, ReadsBackAsTheSameOrdersInTime, ()) {
  const Model model = *rc::gen::noShrink(rc::gen::element(Model::Register, Model::KeyValue));
  const History history = sorted(a_history(model, *rc::gen::element(0, 3, 10)));
  const auto text = write_history(history, model, Format::Porcupine);
  if (!text) RC_DISCARD("two clients go on at one tick");
  History back = read(*text, model).history;
  RC_ASSERT(back.size() == history.size());
  // Each operation of a client has its place among those of its client.
  const auto by_client = [](History all) {
    std::ranges::stable_sort(all, {}, &Operation::client);
    return all;
  };
  const History one = by_client(history);
  const History other = by_client(back);
  RC_ASSERT(orders_of(one) == orders_of(other));
  for (std::size_t i = 0; i < one.size(); ++i) {
    RC_ASSERT(one[i].result == other[i].result);
    RC_ASSERT(one[i].outcome == other[i].outcome);
    RC_ASSERT(one[i].argument == other[i].argument);
  }
  RC_ASSERT(written(back, model, Format::Porcupine) == *text);
}

RC_GTEST_PROP(HistoryFile, KeepsItsVerdict, ()) {
  HistoryPlan plan;
  plan.model = *rc::gen::noShrink(rc::gen::element(Model::Register, Model::KeyValue));
  plan.clients = 4;
  plan.operations = *rc::gen::inRange(0U, 40U);
  plan.values = 3;
  plan.changes = 30;
  plan.unanswered = 15;
  plan.duration_max = 10;
  plan.pause_max = 3;
  const auto seed = *rc::gen::arbitrary<std::uint64_t>();
  const History history = with_another_answer(legal_history(plan, seed), seed);
  const History back = read(written(history, plan.model, Format::Jepsen), plan.model).history;
  RC_ASSERT(check(back, plan.model).answer == check(history, plan.model).answer);
}

}  // namespace
}  // namespace linearizability
