#include "checker/models/raft_tla_properties.hpp"

#include <algorithm>
#include <stdexcept>

namespace models {
namespace {

// Both logs are at least so long and agree so far.
bool agree(const RaftTlaValues& values, const Local& one, const Local& other, std::uint32_t size) {
  const auto first = values.log(one.log);
  const auto second = values.log(other.log);
  return first.size() >= size && second.size() >= size &&
         std::ranges::equal(first.first(size), second.first(size));
}

bool do_logs_match(const RaftTlaValues& values, const Local& one, const Local& other) {
  std::uint32_t index = std::min(values.length(one.log), values.length(other.log));
  while (index > 0 && values.term_at(one.log, index) != values.term_at(other.log, index)) --index;
  return agree(values, one, other, index);
}

bool holds_between(RaftTlaProperty property, const RaftTlaValues& values, const Local& one,
                   const Local& other) {
  switch (property) {
    case RaftTlaProperty::OneLeaderPerTerm:
      return one.role != Role::Leader || other.role != Role::Leader || one.term != other.term;
    case RaftTlaProperty::LogMatching:
      return do_logs_match(values, one, other);
    case RaftTlaProperty::LeaderCompleteness:
      // What `other` learned in a later term says nothing of a leader left over from an earlier
      // one.
      return one.role != Role::Leader || other.term > one.term ||
             agree(values, one, other, other.commit);
    case RaftTlaProperty::CommittedPrefixesAgree:
      return agree(values, one, other, std::min(one.commit, other.commit));
  }
  throw std::logic_error("no such property");
}

}  // namespace

const char* to_string(RaftTlaProperty property) {
  constexpr std::array<const char*, kRaftTlaProperties> kNames = {
      "OneLeaderPerTerm", "LogMatching", "LeaderCompleteness", "CommittedPrefixesAgree"};
  return kNames.at(static_cast<std::size_t>(property));
}

bool holds(RaftTlaProperty property, const RaftTlaValues& values, std::span<const Local> servers) {
  for (const Local& one : servers) {
    for (const Local& other : servers) {
      if (&one != &other && !holds_between(property, values, one, other)) return false;
    }
  }
  return true;
}

std::uint32_t violation_of(const RaftTlaValues& values, std::span<const Local> servers) {
  for (std::uint32_t i = 0; i < kRaftTlaProperties; ++i) {
    if (!holds(static_cast<RaftTlaProperty>(i), values, servers)) return 1 + i;
  }
  return 0;
}

}  // namespace models
