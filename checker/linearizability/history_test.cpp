#include "checker/linearizability/history.hpp"

#include <gtest/gtest.h>

#include "checker/linearizability/object.hpp"

namespace linearizability {
namespace {

TEST(Value, IsWrittenAsEdnWritesIt) {
  EXPECT_EQ(text(Value{}), "nil");
  EXPECT_EQ(text(Value(-3)), "-3");
  EXPECT_EQ(text(Value("a \"b\"\\\n\t\r")), R"("a \"b\"\\\n\t\r")");
}

TEST(Operation, IsOneLineOfAReport) {
  const Operation append{
      .client = 3, .key = "k", .kind = Kind::Append, .argument = "x", .invoked = 1, .returned = 2};
  EXPECT_EQ(text(append, Model::KeyValue), "client 3: append \"x\" to \"k\" [1, 2]");
  const Operation get{.key = 7, .result = "x", .invoked = 1, .returned = 2};
  EXPECT_EQ(text(get, Model::KeyValue), "client 0: get 7 -> \"x\" [1, 2]");
  const Operation put{
      .key = "k", .kind = Kind::Write, .argument = "x", .outcome = Outcome::Unknown};
  EXPECT_EQ(text(put, Model::KeyValue), "client 0: put \"x\" in \"k\" -> unknown [0, ...]");
  const Operation read{.result = Value{}};
  EXPECT_EQ(text(read, Model::Register), "client 0: read -> nil [0, 0]");
  const Operation cas{
      .kind = Kind::Cas, .argument = 2, .expected = 1, .outcome = Outcome::Mismatch};
  EXPECT_EQ(text(cas, Model::Register), "client 0: cas 1 to 2 -> mismatch [0, 0]");
  const Operation failed{.kind = Kind::Write, .argument = 2, .outcome = Outcome::Failed};
  EXPECT_EQ(text(failed, Model::Register), "client 0: write 2 -> failed [0, 0]");
}

TEST(Operation, IsRefusedWhereTheModelHasNoSuchThing) {
  const auto refused = [](const Operation& operation, Model model, const char* because) {
    const std::string why = complaint_about(operation, model);
    EXPECT_NE(why.find(because), std::string::npos) << why;
  };
  refused({.kind = Kind::Cas}, Model::KeyValue, "no cas");
  refused({.kind = Kind::Append, .argument = "x"}, Model::Register, "no append");
  refused({.outcome = Outcome::Mismatch}, Model::Register, "only a cas");
  refused({.invoked = 5, .returned = 4}, Model::Register,
          "returns at 4, before it is invoked at 5");
  refused({.kind = Kind::Write, .argument = 1}, Model::KeyValue, "holds text");
  refused({.result = 1}, Model::KeyValue, "holds text");
}

TEST(History, IsRefusedWithThePlaceOfItsFirstFault) {
  const Operation good{.kind = Kind::Write, .argument = 1};
  const auto valid = validate({good, good}, Model::Register);
  EXPECT_TRUE(valid.has_value());
  const auto invalid = validate({good, {.kind = Kind::Append, .argument = "x"}}, Model::Register);
  ASSERT_FALSE(invalid.has_value());
  EXPECT_TRUE(invalid.error().starts_with("operation 1 (client 0: append \"x\" [0, 0]): "));
}

TEST(Object, ComparesAndSets) {
  Object object(Model::Register);
  EXPECT_EQ(object.value(), Value{});
  const Operation cas{.kind = Kind::Cas, .argument = 2, .expected = 1};
  Operation mismatch = cas;
  mismatch.outcome = Outcome::Mismatch;
  EXPECT_FALSE(object.agrees(cas));
  EXPECT_TRUE(object.agrees(mismatch));
  object.perform(cas);
  EXPECT_EQ(object.value(), Value{});
  object.perform({.kind = Kind::Write, .argument = 1});
  EXPECT_TRUE(object.agrees(cas));
  EXPECT_FALSE(object.agrees(mismatch));
  object.perform(cas);
  EXPECT_EQ(object.value(), Value(2));
}

TEST(Object, TakesNilForNoTextInAStore) {
  Object object(Model::KeyValue);
  EXPECT_TRUE(object.agrees({.result = Value{}}));
  EXPECT_TRUE(object.agrees({.result = ""}));
  object.perform({.kind = Kind::Append, .argument = "a"});
  object.perform({.kind = Kind::Append, .argument = "b"});
  EXPECT_TRUE(object.agrees({.result = "ab"}));
  EXPECT_FALSE(object.agrees({.result = Value{}}));
}

}  // namespace
}  // namespace linearizability
