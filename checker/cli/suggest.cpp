#include "checker/cli/suggest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

namespace cli {
namespace {

// How many letters to change, add or drop, to make one the other.
std::size_t distance(std::string_view one, std::string_view other) {
  std::vector<std::size_t> row(other.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < one.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < other.size(); ++j) {
      const std::size_t changed = diagonal + (one[i] == other[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, diagonal + 1, row[j] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string nearest(std::string_view given, const std::vector<std::string>& words) {
  std::string nearest;
  std::size_t nearest_distance = given.size() / 3 + 1;  // further apart, it is another word
  for (const std::string& word : words) {
    const std::size_t apart = distance(word, given);
    if (apart >= nearest_distance) continue;
    nearest_distance = apart;
    nearest = word;
  }
  return nearest;
}

std::string did_you_mean(std::string_view given, const std::vector<std::string>& words) {
  const std::string meant = nearest(given, words);
  return meant.empty() ? "" : fmt::format("; did you mean {}?", meant);
}

}  // namespace cli
