#include "spec/paper_rule.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace spec {
namespace {

TEST(PaperRule, HasANameOfItsOwn_ThatIsFound) {
  std::set<std::string> names;
  for (std::size_t i = 0; i < kPaperRuleCount; ++i) {
    const auto rule = static_cast<PaperRule>(i);
    EXPECT_TRUE(names.insert(to_string(rule)).second) << to_string(rule);
    EXPECT_EQ(paper_rule_named(to_string(rule)), rule);
  }
  EXPECT_FALSE(paper_rule_named("vote-twice"));
  EXPECT_FALSE(paper_rule_named(""));
}

TEST(PaperRule, NamesItsSource_AndIsASentenceWithoutItsStop) {
  for (std::size_t i = 0; i < kPaperRuleCount; ++i) {
    const auto rule = static_cast<PaperRule>(i);
    const std::string from = source(rule);
    EXPECT_TRUE(from.find("section") != std::string::npos ||
                from.find("Figure") != std::string::npos)
        << from;
    const std::string text = description(rule);
    EXPECT_GT(text.size(), 20U);
    EXPECT_NE(text.back(), '.') << text;
  }
}

}  // namespace
}  // namespace spec
