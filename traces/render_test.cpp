#include "traces/render.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <stdexcept>

#include "traces/json.hpp"
#include "traces/test_traces.hpp"

namespace traces {
namespace {

using samples::expect_golden;

TEST(Rendering, IsTheGoldenText_ForATraceWithEveryAction) {
  expect_golden("every_action.txt", render_text(samples::every_action()));
}

TEST(Writer, GivesTheGoldenDocument_ForATraceWithEveryAction) {
  expect_golden("every_action.json", to_json(samples::every_action()));
}

TEST(Writer, GivesTheWorkedExampleOfTheFormatDocument) {
  std::ostringstream page;
  page << std::ifstream(std::string(TRACES_TEST_DATA) + "/../FORMAT.md").rdbuf();
  const std::string fence = "```json\n";
  const std::size_t begin = page.str().find(fence);
  ASSERT_NE(begin, std::string::npos);
  const std::size_t end = page.str().find("```", begin + fence.size());
  const std::string text = page.str().substr(begin + fence.size(), end - begin - fence.size());
  const Result<Trace> trace = from_json(text, "FORMAT.md");
  ASSERT_TRUE(trace) << trace.error();
  EXPECT_EQ(to_json(*trace), text);
}

TEST(Rendering, OfTheParts_IsTheRenderingOfTheWhole) {
  const Trace trace = samples::every_action();
  std::string text = render_header(trace);
  for (std::size_t i = 0; i < trace.steps.size(); ++i) text += render_step(trace, i);
  EXPECT_EQ(text + render_ending(trace), render_text(trace));
}

TEST(Rendering, Throws_ForAStepBeyondTheEnd) {
  EXPECT_THROW(static_cast<void>(render_step(samples::every_action(), 15)), std::out_of_range);
}

TEST(Rendering, PutsTheBarBehindWhatIsCommitted) {
  const std::vector<spec::EntryView> log{{1, false, "v1"}, {2, true, ""}};
  EXPECT_EQ(render_log(log, 0), "[1:v1 2:no-op]");
  EXPECT_EQ(render_log(log, 1), "[1:v1 | 2:no-op]");
  EXPECT_EQ(render_log(log, 2), "[1:v1 2:no-op |]");
  EXPECT_EQ(render_log(log, 7), "[1:v1 2:no-op |]");
  EXPECT_EQ(render_log({}, 0), "[]");
}

TEST(Rendering, QuotesACommand_ThatCouldBeMistakenForSomethingElse) {
  EXPECT_EQ(render_log({{1, false, "no-op"}, {1, false, ""}, {1, false, "a b]"}}, 0),
            "[1:\"no-op\" 1:\"\" 1:\"a b]\"]");
}

TEST(Rendering, EscapesWhatCouldDriveATerminal) {
  // An escape sequence, a C1 control, a mark that reverses the line; an accent stays.
  // NOLINTNEXTLINE(misc-misleading-bidirectional): that is what is tested
  EXPECT_EQ(render_log({{1, false, "\x1b[2J \xc2\x9b \xe2\x80\xae \xff \xc3\xa9 \\"}}, 0),
            R"([1:"\x1b[2J \xc2\x9b \xe2\x80\xae \xff )"
            "\xc3\xa9"
            R"( \\"])");
}

TEST(Rendering, JoinsAnIndexAndItsTerm_WhereverTheyStand) {
  const spec::MessageView message{
      1, 2, "x", {{"conflict_term", std::uint64_t{3}}, {"conflict_index", std::uint64_t{7}}}};
  EXPECT_EQ(render_message(message), "x from 1 to 2 (conflict 7@3)");
  const spec::MessageView alone{
      1, 2, "x", {{"match_index", std::uint64_t{3}}, {"log_term", true}, {"log_index", false}}};
  EXPECT_EQ(render_message(alone), "x from 1 to 2 (match index 3, log term: yes, log index: no)");
}

TEST(Rendering, SaysNothingIsViolated_ForAPassingTrace) {
  Trace trace = samples::every_action();
  trace.violation.reset();
  EXPECT_NE(render_ending(trace).find("No property is violated."), std::string::npos);
}

TEST(Rendering, NamesTheStart_WhenTheInitialStateIsViolated) {
  Trace trace = samples::every_action();
  trace.steps.clear();
  trace.violation->step = 0;
  EXPECT_NE(render_ending(trace).find("LogSurvivesRestart is violated at the start: "),
            std::string::npos);
}

TEST(Rendering, ListsTheServers_WhenTheyDoNotStartEmpty) {
  Trace trace = samples::every_action();
  trace.initial[1].current_term = 4;
  EXPECT_NE(render_header(trace).find("server 2: follower, current_term 4, voted_for none, log []"),
            std::string::npos);
}

TEST(Rendering, ShowsTheChangesBetweenTwoViews) {
  const Trace trace = samples::every_action();
  EXPECT_EQ(render_changes(trace.initial[1], *trace.steps[1].view),
            "current_term 0 -> 1, voted_for none -> 1");
  EXPECT_EQ(render_changes(trace.initial[1], trace.initial[1]), "");
}

}  // namespace
}  // namespace traces
