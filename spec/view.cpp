#include "spec/view.hpp"

#include <array>

namespace spec {

const char* to_string(Role role) {
  static constexpr std::array kNames = {"follower", "candidate", "leader", "pre_candidate"};
  return kNames.at(static_cast<std::size_t>(role));
}

}  // namespace spec
