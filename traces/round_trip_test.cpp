#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "traces/file.hpp"
#include "traces/json.hpp"
#include "traces/render.hpp"
#include "traces/test_traces.hpp"

// Without this, RapidCheck prints a failing trace as "<???>".
namespace traces {
// NOLINTNEXTLINE(misc-use-internal-linkage): RapidCheck finds it by its argument
void showValue(const Trace& trace, std::ostream& os) { os << to_json(trace); }
}  // namespace traces

namespace traces {
namespace {

RC_GTEST_PROP(RoundTrip, GivesTheSameTraceAndTheSameBytes_ForAnyValidTrace, ()) {
  const Trace trace = *samples::any_trace();
  const std::string text = to_json(trace);
  const Result<Trace> again = from_json(text, "trace.json");
  if (!again) RC_FAIL(again.error());
  RC_ASSERT(*again == trace);
  RC_ASSERT(to_json(*again) == text);
}

RC_GTEST_PROP(RoundTrip, LeavesNoLineOverAHundredColumns_UnlessOneStringIsLonger, ()) {
  const Trace trace = *samples::any_trace();
  std::istringstream lines(to_json(trace));
  for (std::string line; std::getline(lines, line);) RC_ASSERT(line.size() <= 100U);
}

RC_GTEST_PROP(Rendering, HasNoControlCharacters_ForAnyValidTrace, ()) {
  const std::string text = render_text(*samples::any_trace());
  for (const char c : text) RC_ASSERT(c == '\n' || (c != '\x7f' && (c & '\xe0') != 0));
}

TEST(RoundTrip, KeepsTheTrace_ThroughAFile) {
  const std::filesystem::path path =
      std::filesystem::path(testing::TempDir()) / "raftcheck_round_trip.json";
  const Trace trace = samples::every_action();
  const Result<void> written = write_trace(path, trace);
  ASSERT_TRUE(written) << written.error();
  const Result<Trace> again = read_trace(path);
  ASSERT_TRUE(again) << again.error();
  EXPECT_EQ(*again, trace);
  std::filesystem::remove(path);
}

TEST(Writer, IsTotal_ForTextThatIsNotUtf8AndForMissingParts) {
  Trace trace = samples::every_action();
  trace.steps[3].action.command = "\xff\xfe";
  trace.steps[1].action.message.reset();
  trace.steps[5].view.reset();
  trace.initial.clear();
  EXPECT_FALSE(from_json(to_json(trace), "trace.json"));
}

// Documents for the schema's test (schema_test.py), which runs after this one: CTest names the
// folder.
TEST(Samples, AreWritten_WhereTheSchemaTestLooks) {
  const char* folder = std::getenv("RAFTCHECK_TRACE_SAMPLES");
  if (folder == nullptr) GTEST_SKIP() << "RAFTCHECK_TRACE_SAMPLES names no folder";
  std::filesystem::create_directories(folder);
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const Trace trace = samples::any_trace()(rc::Random(seed), 100).value();
    const Result<void> written =
        write_trace(std::filesystem::path(folder) / (std::to_string(seed) + ".trace.json"), trace);
    ASSERT_TRUE(written) << written.error();
  }
}

}  // namespace
}  // namespace traces
