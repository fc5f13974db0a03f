#include "checker/cli/report_lines.hpp"

#include <fmt/format.h>

#include "checker/cli/text.hpp"
#include "spec/witness.hpp"

namespace cli {

void line(Out out, std::string_view name, std::string_view value) {
  fmt::format_to(out, "{}", two_columns(name, kValueColumn, words_of(value)));
}

void add_witness_lines(Out out, std::uint32_t fired, std::uint32_t possible) {
  std::vector<std::string> seen;
  std::vector<std::string> unseen;
  for (std::size_t i = 0; i < spec::kWitnessCount; ++i) {
    if (((fired | possible) >> i & 1U) == 0) continue;
    ((fired >> i & 1U) != 0 ? seen : unseen).emplace_back(to_string(static_cast<spec::Witness>(i)));
  }
  fmt::format_to(out, "witnesses (`raftcheck list witnesses` explains them)\n");
  if (!seen.empty()) fmt::format_to(out, "{}", two_columns("happened", kValueColumn, listed(seen)));
  if (!unseen.empty()) {
    fmt::format_to(out, "{}", two_columns("never happened", kValueColumn, listed(unseen)));
  }
}

}  // namespace cli
