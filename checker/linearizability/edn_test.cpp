#include "checker/linearizability/edn.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "checker/linearizability/history.hpp"

namespace linearizability {
namespace {

traces::Result<std::optional<Edn>> first_of(std::string_view text) {
  return EdnReader(text, "f", 0, text.size()).next();
}

Edn read(std::string_view text) {
  auto element = first_of(text);
  if (!element) throw std::runtime_error(element.error());
  if (!element->has_value()) throw std::runtime_error("nothing there");
  return **std::move(element);
}

std::int64_t number(std::string_view text) {
  const Edn edn = read(text);
  return edn.kind == Edn::Kind::Number ? edn.number : throw std::runtime_error("no number");
}

std::string string(std::string_view text) {
  const Edn edn = read(text);
  return edn.kind == Edn::Kind::Text ? edn.text : throw std::runtime_error("no text");
}

std::string error_of(std::string_view text) {
  const auto element = first_of(text);
  return element ? "no error" : element.error();
}

TEST(Edn, ReadsSimpleValues) {
  EXPECT_EQ(read("nil").kind, Edn::Kind::Nil);
  EXPECT_EQ(read("true").kind, Edn::Kind::Boolean);
  EXPECT_EQ(read("true").number, 1);
  EXPECT_EQ(read("false").number, 0);
  EXPECT_EQ(number("-12"), -12);
  EXPECT_EQ(number("+12"), 12);
  EXPECT_EQ(number("12N"), 12);
  EXPECT_EQ(read(":a/b.c->d").kind, Edn::Kind::Keyword);
  EXPECT_EQ(read(":a/b.c->d").text, "a/b.c->d");
  EXPECT_EQ(string(R"("a\tb\n\"\\é€")"), "a\tb\n\"\\\xc3\xa9\xe2\x82\xac");
}

TEST(Edn, ReadsCollections) {
  EXPECT_EQ(read("[1 (2 3), nil]").kind, Edn::Kind::List);
  EXPECT_EQ(read("[1 (2 3), nil]").items.size(), 3U);
  const Edn map = read("{:a 1, :b [2], \"c\" 3}");
  ASSERT_NE(map.find("b"), nullptr);
  EXPECT_EQ(map.find("b")->items.size(), 1U);
  EXPECT_EQ(map.find("c"), nullptr);
}

TEST(Edn, RemembersThatThereIsSomethingElse) {
  for (const char* text :
       {"1.5", "1e3", "2/3", "symbol", "\\a", "\\newline", "\\(", "#{1 2}", "-"}) {
    EXPECT_EQ(read(text).kind, Edn::Kind::Other) << text;
  }
}

TEST(Edn, SkipsCommentsTagsAndWhatIsDiscarded) {
  EXPECT_EQ(number(" ; one\n #_ [2 3] #_#_ 4 5 , 6"), 6);
  EXPECT_NE(read("#jepsen.history.Op{:index 3}").find("index"), nullptr);
  EXPECT_EQ(string("#inst \"2020\""), "2020");
  EXPECT_FALSE(first_of(" ; nothing").value().has_value());
}

TEST(Edn, ReadsOneElementAfterTheOther) {
  const std::string_view text = "1 {:a 2}[3]";
  EdnReader reader(text, "f", 0, text.size());
  std::vector<std::size_t> offsets;
  for (auto element = reader.next(); element->has_value(); element = reader.next()) {
    offsets.push_back((*element)->offset);
  }
  EXPECT_EQ(offsets, (std::vector<std::size_t>{0, 2, 8}));
}

TEST(Edn, NamesThePlaceOfAnErrorAndTheRemedy) {
  EXPECT_EQ(error_of("[1\n  {:a \"x}"),
            "f: line 2, column 7: a string that has no end; close it with \"");
  EXPECT_EQ(error_of("[1 2"), "f: line 1, column 1: what begins here has no end; close it with ]");
  EXPECT_EQ(error_of(" ]"), "f: line 1, column 2: ']' closes nothing; remove it");
  EXPECT_EQ(error_of("(1 ]"), "f: line 1, column 4: ']' closes nothing; remove it");
  EXPECT_EQ(error_of("{:a}"),
            "f: line 1, column 1: a map whose last key has no value; add the value");
  EXPECT_EQ(error_of("{:a 1 :a 2}"), "f: line 1, column 7: the key :a a second time; keep one");
  EXPECT_NE(error_of("99999999999999999999").find("64 bits"), std::string::npos);
  EXPECT_NE(error_of("\"\\x\"").find("\\\\ for a backslash"), std::string::npos);
  for (const char* text : {"\"\\u12\"", "\"\\ud800\"", "\"\\u12g4\"", "#", "#_", "#_ ;",
                           "#:a{:b 1}", "#tag", ":", "\\", "\"\\", "{"}) {
    EXPECT_TRUE(error_of(text).starts_with("f: line 1, column ")) << text << error_of(text);
  }
  EXPECT_NE(error_of(std::string(100, '[')).find("nested deeper"), std::string::npos);
}

RC_GTEST_PROP(Edn, ReadsWhatValuesAreWrittenAs,
              (const std::string& some_text, std::int64_t some_number)) {
  RC_ASSERT(string(text(Value(some_text))) == some_text);
  RC_ASSERT(number(text(Value(some_number))) == some_number);
}

RC_GTEST_PROP(Edn, NeverThrowsWhateverTheTextIs, ()) {
  const auto text = *rc::gen::container<std::string>(
      rc::gen::elementOf(std::string("{}[]()#_:\\\"; \n,-+a1nu0N.\x7f\xff")));
  EdnReader reader(text, "f", 0, text.size());
  for (auto element = reader.next(); element && element->has_value(); element = reader.next()) {
  }
}

}  // namespace
}  // namespace linearizability
