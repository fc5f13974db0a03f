// For whoever runs a property and looks at its result: RapidCheck itself says nothing.
#pragma once

#include <rapidcheck.h>

namespace cluster::rapid {

class SilentListener final : public rc::detail::TestListener {
 public:
  void onTestCaseFinished(const rc::detail::CaseDescription&) override {}
  void onShrinkTried(const rc::detail::CaseDescription&, bool) override {}
  void onTestFinished(const rc::detail::TestMetadata&, const rc::detail::TestResult&) override {}
};

}  // namespace cluster::rapid
