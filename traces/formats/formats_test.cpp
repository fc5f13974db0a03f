#include "traces/formats/formats.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>
#include <sstream>

#include "traces/formats/columns.hpp"
#include "traces/test_traces.hpp"

namespace traces::formats {
namespace {

using internal::Cell;
using internal::Columns;
using internal::Emphasis;
using internal::width_of;
using samples::expect_golden;

std::string written(std::string_view format, const Trace& trace, const Page& page = {}) {
  return named(format)->write(trace, page);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// The text without the terminal's escape sequences, each of which must be ended by a reset.
std::string without_colour(const std::string& text) {
  std::string plain;
  bool is_open = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\x1b') {
      EXPECT_FALSE(text[i] == '\n' && is_open) << "a colour goes beyond its line";
      plain += text[i];
      continue;
    }
    const std::size_t end = text.find('m', i);
    is_open = text.substr(i, end - i) != "\x1b[0";
    i = end;
  }
  EXPECT_FALSE(is_open);
  return plain;
}

TEST(Formats, HaveNamesThatAreFound) {
  std::set<std::string_view> names;
  for (const Format& format : all()) {
    EXPECT_TRUE(names.insert(format.name).second) << format.name;
    EXPECT_EQ(named(format.name), &format);
  }
  EXPECT_EQ(named("none-such"), nullptr);
  EXPECT_EQ(named(""), nullptr);
  EXPECT_STREQ(all().front().name, "text");
}

TEST(Formats, GiveTheGoldenText_ForATraceWithEveryAction) {
  const Trace trace = samples::every_action();
  expect_golden("every_action.table.txt", written("text", trace));
  expect_golden("every_action.narrow.txt", written("text", trace, {.columns = 60}));
  expect_golden("every_action.colour.txt", written("text", trace, {.colour = true}));
  expect_golden("every_action.md", written("markdown", trace));
  expect_golden("every_action.mmd", written("mermaid", trace));
  expect_golden("every_action.shiviz", written("shiviz", trace));
  expect_golden("every_action.dot", written("dot", trace));
  expect_golden("every_action.tla", written("tla", trace));
}

TEST(ItfFormat, TellsWhoWasHeardFrom_NotWhoVoted) {
  Trace trace = samples::every_action();
  trace.initial[0].heard = {2};
  trace.initial[0].votes_granted = {1};
  std::string text = written("itf", trace);
  std::erase_if(text, [](char c) { return c == ' ' || c == '\n'; });
  EXPECT_NE(text.find(R"("heard":{"tag":"Some","value":{"#set":[{"#bigint":"2"}]}})"),
            std::string::npos);
}

TEST(TextFormat, SaysWhatIsViolatedAndWhy_AtTheEnd) {
  const Trace trace = samples::every_action();
  const std::vector<std::string> lines = lines_of(written("text", trace, {.columns = 200}));
  EXPECT_EQ(lines[lines.size() - 2],
            "LogSurvivesRestart is violated at step 15: " + trace.violation->message);
  EXPECT_EQ(lines.back(), "No shorter run within the bounds violates a property that was checked.");
}

TEST(TextFormat, PointsAtTheStepThatBreaksTheProperty_AndAtNoOther) {
  const std::string text = written("text", samples::every_action());
  EXPECT_NE(text.find("\n >15  "), std::string::npos) << text;
  EXPECT_EQ(text.find("\n >"), text.rfind("\n >"));
  const Trace passing = [] {
    Trace trace = samples::every_action();
    trace.violation.reset();
    return trace;
  }();
  EXPECT_EQ(written("text", passing).find(" >15 "), std::string::npos);
}

TEST(TextFormat, MarksWhatChanged_AndNothingElse) {
  // Step 4: the leader appends; its role, term and vote stay.
  Trace trace = samples::every_action();
  const std::string text = written("text", trace, {.columns = 400});
  EXPECT_NE(text.find("  leader term 1 vote 1 *[1:no-op 1:v1]\n"), std::string::npos) << text;
  const std::string coloured = written("text", trace, {.columns = 400, .colour = true});
  EXPECT_NE(coloured.find("  leader term 1 vote 1 \x1b[1;33m[1:no-op 1:v1]\x1b[0m\n"),
            std::string::npos);
  EXPECT_EQ(coloured.find('*'), std::string::npos);
}

TEST(TextFormat, SaysTheSame_WithAndWithoutColour) {
  // In the same words, though a star can push one into the next line.
  const Trace trace = samples::every_action();
  const auto words = [](const std::string& text) {
    std::istringstream stream(text);
    std::multiset<std::string> all;
    for (std::string word; stream >> word;) all.insert(word);
    return all;
  };
  std::string plain = written("text", trace);
  std::erase(plain, '*');
  const std::string coloured = without_colour(written("text", trace, {.colour = true}));
  EXPECT_EQ(words(plain), words(coloured));
}

RC_GTEST_PROP(TextFormat, FitsThePage, ()) {
  const Trace trace = *samples::any_trace();
  const std::size_t columns = *rc::gen::inRange<std::size_t>(40, 160);
  const bool colour = *rc::gen::arbitrary<bool>();
  const std::string text = written("text", trace, {.columns = columns, .colour = colour});
  for (const std::string& line : lines_of(without_colour(text))) {
    RC_ASSERT(width_of(line) <= columns);
    RC_ASSERT(line.empty() || line.back() != ' ');
  }
}

RC_GTEST_PROP(Formats, TakeAnyTrace_AndDriveNoTerminal, ()) {
  const Trace trace = *samples::any_trace();
  for (const Format& format : all()) {
    const std::string text = format.write(trace, {});
    RC_ASSERT(!text.empty());
    RC_ASSERT(text.back() == '\n');
    for (const char c : text) RC_ASSERT(c == '\n' || static_cast<unsigned char>(c) >= 0x20);
  }
}

TEST(Columns, WrapAtWords_AndTearWhatIsTooLong) {
  Cell cell;
  internal::add_words(cell, "one two incomprehensibly three");
  EXPECT_EQ(Columns({9}, false).row({cell}), "one two\nincompreh\nensibly\nthree\n");
}

TEST(Columns, KeepAWordWithSpacesTogether_WhereALineHasRoomForIt) {
  EXPECT_EQ(Columns({9}, false).row({{{"abc"}, {"term 12"}, {"b c d e f g"}}}),
            "abc\nterm 12\nb c d e f\ng\n");
}

TEST(Columns, HangLinesUnderTheFirst) {
  Cell cell{{"x"}, internal::line_break(2)};
  internal::add_words(cell, "aa bb cc dd");
  EXPECT_EQ(Columns({6}, false).row({cell}), "x\naa bb\n  cc\n  dd\n");
}

TEST(Columns, StandSideBySide_AndEndLinesWithoutSpaces) {
  EXPECT_EQ(Columns({3, 3, 3}, false).row({{{"a"}}, {}, {{"b"}, {"ccc"}}}),
            "a         b\n          ccc\n");
  EXPECT_EQ(Columns({3, 2}, false).rule(), "---  --\n");
}

TEST(Columns, CountWhatATerminalShows) {
  EXPECT_EQ(width_of("abc"), 3U);
  EXPECT_EQ(width_of("\xc3\xa9"), 1U);                  // e with an acute accent
  EXPECT_EQ(width_of("e\xcc\x81"), 1U);                 // the same of two characters
  EXPECT_EQ(width_of("\xe6\x97\xa5\xe6\x9c\xac"), 4U);  // two ideographs
  EXPECT_EQ(width_of("\xf0\x9f\x9a\x80"), 2U);          // an emoji
}

TEST(Columns, StarTheFirstWordOfWhatChanged) {
  Cell cell;
  internal::add_words(cell, "a b", Emphasis::Changed);
  EXPECT_EQ(Columns({9}, false).row({cell}), "*a b\n");
  EXPECT_EQ(Columns({9}, true).row({cell}), "\x1b[1;33ma\x1b[0m \x1b[1;33mb\x1b[0m\n");
}

}  // namespace
}  // namespace traces::formats
