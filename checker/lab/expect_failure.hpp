// For tests of the suite's assertions: a test is run on servers that do wrong, and must say why.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "checker/lab/changed_live.hpp"

namespace lab {

// Why the test fails with these servers; empty if it does not.
inline std::string failure(const lab::Test& test, const MakeLive& make_live,
                           std::uint64_t iteration = 0) {
  RunOptions options;
  options.make_live = make_live;
  options.properties = 0;
  return run({&test, false, 1, iteration}, options).failure.value_or("");
}

inline std::string failure(const char* name, const MakeLive& make_live) {
  return failure(*test_named(name), make_live);
}

#define EXPECT_SAYS(failure, words)                                            \
  do {                                                                         \
    const std::string reason = (failure);                                      \
    EXPECT_NE(reason.find(words), std::string::npos) << "it says: " << reason; \
  } while (false)

}  // namespace lab
