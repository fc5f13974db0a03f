#include "checker/cluster/trace_size.hpp"

#include <gtest/gtest.h>

namespace cluster {
namespace {

traces::Step step_with(std::size_t log, std::size_t compacted) {
  traces::Step step;
  step.view.emplace();
  step.view->log.resize(log);
  step.view->snapshot.entries.resize(compacted);
  return step;
}

TEST(TraceSize, OfAStep_GrowsWithItsLogItsSnapshotAndItsMessages) {
  EXPECT_EQ(entries_in(traces::Step{}), 4U);  // a step without a view
  EXPECT_EQ(entries_in(step_with(50, 30)), 84U);
  traces::Step sending = step_with(50, 30);
  spec::MessageView append;
  append.fields.emplace_back("term", std::uint64_t{1});
  append.fields.emplace_back("entries", std::vector<spec::EntryView>(7));
  sending.sent.push_back({append});
  spec::MessageView install;
  install.fields.emplace_back("data", std::string(1000, 'x'));
  sending.sent.push_back({install});
  EXPECT_EQ(entries_in(sending), 84U + 2 + 7 + 2 + 10);
}

TEST(TraceSize, OfATrace_IsThatOfItsSteps) {
  traces::Trace trace;
  EXPECT_EQ(entries_in(trace), 0U);
  trace.steps = {step_with(1, 0), step_with(2, 3)};
  EXPECT_EQ(entries_in(trace), 14U);
}

}  // namespace
}  // namespace cluster
