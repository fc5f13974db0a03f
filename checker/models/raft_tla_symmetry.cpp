// Symmetry over the servers. A half's representative is the least row among the renamings that sort
// its servers by shape, a shape being what a local state is up to renaming. With 5 servers this
// spares most of the 120 renamings: only servers of the same shape are permuted.
//
// The logs, the requests and the set of all logs name no server.
#include <algorithm>

#include "checker/models/raft_tla.hpp"

namespace models {

void RaftTla::set_up_symmetry() {
  std::size_t size = 1;
  for (std::uint32_t i = 0; i < servers(); ++i) size *= servers();
  renaming_of_.resize(size);
  to_first_.resize(servers());
  shapes_.resize(servers());
  for (engine::Renaming renaming = 0; renaming < permutations_.size(); ++renaming) {
    const auto images = permutations_.images(renaming);
    std::size_t number = 0;
    for (const std::uint8_t image : images) number = number * servers() + image;
    renaming_of_[number] = renaming;
    const auto first = std::ranges::find(images, 0) - images.begin();
    to_first_[static_cast<std::size_t>(first)].push_back(renaming);
  }
}

// The least renaming of the local state that makes its server the first one.
Id RaftTla::shape(Id local, std::uint32_t server) {
  std::vector<Id>& known = shapes_[server];
  if (local < known.size() && known[local] != engine::kNone) return known[local];
  Id least = engine::kNone;
  for (const engine::Renaming renaming : to_first_[server]) {
    least = std::min(least, values_.renamed_local(local, renaming));
  }
  if (local >= known.size()) known.resize(local + 1, engine::kNone);
  return known[local] = least;
}

RaftTla::Row RaftTla::renamed(const Row& row, engine::Renaming renaming) {
  Row after = row;
  const auto images = permutations_.images(renaming);
  for (std::size_t i = 0; i < servers(); ++i) {
    after.at(images[i]) = values_.renamed_local(row.at(i), renaming);
  }
  after.at(slot(kElections)) = values_.renamed_elections(row.at(slot(kElections)), renaming);
  return after;
}

// Calls visit(renaming) for each that puts the servers in the order of their shapes.
template <class Visit>
void RaftTla::for_each_sorting(const Row& row, Visit visit) {
  std::vector<std::pair<Id, std::uint32_t>> order;  // shape, server
  for (std::uint32_t i = 0; i < servers(); ++i) order.emplace_back(shape(row.at(i), i), i);
  std::ranges::sort(order);
  const auto by_shape = [](const auto& one, const auto& other) { return one.first < other.first; };
  const auto visit_order = [&] {
    std::array<std::size_t, RaftTlaOptions::kServersMax> images{};
    for (std::size_t place = 0; place < order.size(); ++place) {
      images.at(order[place].second) = place;
    }
    std::size_t number = 0;
    for (std::size_t i = 0; i < order.size(); ++i) number = number * servers() + images.at(i);
    visit(renaming_of_[number]);
  };
  // Every combination of the orders of each group of the same shape, like a counter's digits.
  for (bool is_more = true; is_more;) {
    visit_order();
    is_more = false;
    for (auto group = order.begin(); group != order.end() && !is_more;) {
      const auto end = std::upper_bound(group, order.end(), *group, by_shape);
      is_more = std::next_permutation(group, end);
      group = end;
    }
  }
}

engine::Canonical RaftTla::canonical(engine::HalfId half) {
  if (!options_.symmetry) return {half, 0};
  if (half < canonical_.size() && canonical_[half].half != engine::kNone) return canonical_[half];
  const engine::Canonical result = compute_canonical(half);
  if (half >= canonical_.size()) canonical_.resize(half + 1);
  return canonical_[half] = result;
}

engine::Canonical RaftTla::compute_canonical(engine::HalfId half) {
  const Row before = row(half);
  std::optional<Row> least;
  engine::Renaming renaming_to_least = 0;
  for_each_sorting(before, [&](engine::Renaming renaming) {
    const Row candidate = renamed(before, renaming);
    // The identity is preferred among those that lead to the least row.
    if (!least || candidate < *least || (candidate == *least && renaming == 0)) {
      least = candidate;
      renaming_to_least = renaming;
    }
  });
  return {intern(least.value()), renaming_to_least};
}

std::span<const engine::Renaming> RaftTla::automorphisms(engine::HalfId half) {
  if (!options_.symmetry) return {};
  if (const std::uint32_t* known = automorphism_index_.find(half)) {
    return automorphism_lists_[*known];
  }
  const Row before = row(half);
  std::vector<engine::Renaming> found;
  for_each_sorting(before, [&](engine::Renaming renaming) {
    if (renaming != 0 && renamed(before, renaming) == before) found.push_back(renaming);
  });
  std::ranges::sort(found);
  // Few halves have any: the lists are shared.
  const auto at = std::ranges::find(automorphism_lists_, found);
  automorphism_index_.insert(half, static_cast<std::uint32_t>(at - automorphism_lists_.begin()));
  if (at == automorphism_lists_.end()) automorphism_lists_.push_back(std::move(found));
  return automorphism_lists_[*automorphism_index_.find(half)];
}

}  // namespace models
