// Histories by hand, each with its verdict and the reason for it.
#pragma once

#include <string>
#include <vector>

#include "checker/linearizability/history.hpp"

namespace linearizability {

struct HandMade {
  std::string name;  // a sentence that says why
  Model model = Model::Register;
  bool is_legal = true;
  History history;
};

[[nodiscard]] std::vector<HandMade> hand_made_histories();

}  // namespace linearizability
