#include "checker/lab/suite.hpp"

#include <algorithm>

namespace lab {

const std::vector<Test>& suite() {
  static const std::vector<Test> kSuite = [] {
    std::vector<Test> all;
    for (const auto part : {election_tests(), log_tests(), persistence_tests(), snapshot_tests(),
                            kv_tests(), nemesis_tests()}) {
      all.insert(all.end(), part.begin(), part.end());
    }
    return all;
  }();
  return kSuite;
}

const Test* test_named(std::string_view name) {
  const auto found =
      std::ranges::find_if(suite(), [&](const Test& test) { return test.name == name; });
  return found == suite().end() ? nullptr : &*found;
}

}  // namespace lab
