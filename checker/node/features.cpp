#include <algorithm>
#include <array>

#include "checker/node/node.hpp"

namespace node {
namespace {

template <bool Options::* Switch>
constexpr Feature switched(const char* name) {
  return {name, [](const Options& options) { return std::uint32_t{options.*Switch}; },
          [](Options& options, std::uint32_t value) { options.*Switch = value != 0; }, 1};
}

constexpr std::array kFeatures = {
    switched<&Options::pre_vote>("pre_vote"),
    switched<&Options::check_quorum>("check_quorum"),
    switched<&Options::vote_lease>("vote_lease"),
    switched<&Options::lease_reads>("lease_reads"),
};

}  // namespace

std::span<const Feature> features() { return kFeatures; }

const Feature* feature_named(std::string_view name) {
  const auto found =
      std::ranges::find_if(kFeatures, [&](const Feature& feature) { return feature.name == name; });
  return found == kFeatures.end() ? nullptr : &*found;
}

}  // namespace node
