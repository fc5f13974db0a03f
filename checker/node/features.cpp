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

template <std::uint32_t Options::* Number>
constexpr Feature bounded(const char* name, std::uint32_t most) {
  return {name, [](const Options& options) { return options.*Number; },
          [](Options& options, std::uint32_t value) { options.*Number = value; }, most};
}

constexpr std::array kFeatures = {
    switched<&Options::pre_vote>("pre_vote"),
    switched<&Options::check_quorum>("check_quorum"),
    switched<&Options::vote_lease>("vote_lease"),
    switched<&Options::lease_reads>("lease_reads"),
    bounded<&Options::bytes_per_message>("bytes", 1'000'000),
    bounded<&Options::appends_in_flight>("appends_in_flight", 1000),
    bounded<&Options::uncommitted>("uncommitted", 1000),
};

}  // namespace

std::span<const Feature> features() { return kFeatures; }

const Feature* feature_named(std::string_view name) {
  const auto found =
      std::ranges::find_if(kFeatures, [&](const Feature& feature) { return feature.name == name; });
  return found == kFeatures.end() ? nullptr : &*found;
}

}  // namespace node
