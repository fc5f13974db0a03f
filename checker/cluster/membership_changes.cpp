#include "checker/cluster/membership_changes.hpp"

namespace cluster {
namespace {

constexpr std::uint32_t kServersMax = 9;

std::uint32_t bits_of(const std::vector<spec::ServerId>& ids) {
  std::uint32_t bits = 0;
  for (const spec::ServerId id : ids) bits |= std::uint32_t{1} << (id - 1);
  return bits;
}

std::vector<spec::ServerId> ids_of(std::uint32_t bits) {
  std::vector<spec::ServerId> ids;
  for (spec::ServerId id = 1; id <= kServersMax; ++id) {
    if ((bits >> (id - 1) & 1U) != 0) ids.push_back(id);
  }
  return ids;
}

std::string words(const std::vector<spec::ServerId>& ids) {
  std::string text;
  for (const spec::ServerId id : ids) text += (text.empty() ? "" : " ") + std::to_string(id);
  return text;
}

}  // namespace

std::uint32_t MembershipChange::packed() const {
  return bits_of(voters) | bits_of(learners) << kServersMax;
}

MembershipChange MembershipChange::unpacked(std::uint32_t packed) {
  constexpr std::uint32_t kMask = (std::uint32_t{1} << kServersMax) - 1;
  return {ids_of(packed & kMask), ids_of(packed >> kServersMax & kMask)};
}

std::string MembershipChange::payload() const { return words(voters) + ';' + words(learners); }

std::vector<MembershipChange> changes_from(const spec::MembershipView& membership,
                                           std::uint32_t servers, bool is_joint,
                                           bool with_learners) {
  const std::uint32_t voters = bits_of(membership.voters);
  const std::uint32_t learners = bits_of(membership.learners);
  std::vector<MembershipChange> changes;
  const auto add = [&](std::uint32_t new_voters, std::uint32_t new_learners) {
    if (new_voters != 0) changes.push_back({ids_of(new_voters), ids_of(new_learners)});
  };
  for (std::uint32_t other = 1; is_joint && other < std::uint32_t{1} << servers; ++other) {
    if (other != voters) add(other, learners & ~other);
  }
  for (std::uint32_t server = 0; server < servers; ++server) {
    const std::uint32_t bit = std::uint32_t{1} << server;
    if (!is_joint) add(voters ^ bit, learners & ~bit);
    if (with_learners && (voters & bit) == 0) add(voters, learners ^ bit);
  }
  return changes;
}

}  // namespace cluster
