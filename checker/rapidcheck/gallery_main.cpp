// rc_gallery: how soon RapidCheck's random runs find each safety bug of the gallery, from several
// seeds, as the table of docs/rapidcheck.md. Exit 1 if too few are found, 2 if it can't be said.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <vector>

#include "checker/rapidcheck/gallery_hunt.hpp"

namespace {

namespace rapid = cluster::rapid;

struct Arguments {
  std::string gallery;
  std::vector<std::string> bugs;
  std::vector<std::uint64_t> seeds{1, 2, 3};
  double seconds = 60;
  unsigned percent = 80;
  bool is_core = false;
};

void print_head(const Arguments& arguments) {
  std::string rule = "|---|";
  fmt::print("| bug |");
  for (const std::uint64_t seed : arguments.seeds) {
    fmt::print(" seed {} |", seed);
    rule += "---|";
  }
  fmt::print(" shrunk to |\n{}---|\n", rule);
}

// The whole row; whether the bug was found from every seed.
bool hunt_and_print(const rapid::SafetyBug& bug, const Arguments& arguments) {
  std::string row = fmt::format("| {} |", bug.name);
  std::optional<rapid::Kill> smallest;
  std::size_t kills = 0;
  for (const std::uint64_t seed : arguments.seeds) {
    const rapid::HuntReport report = rapid::hunt(bug, {seed, arguments.seconds, arguments.is_core});
    if (!report.kill) {
      row += fmt::format(" not in {} steps |", report.steps);
      continue;
    }
    ++kills;
    row += fmt::format(" {:.2f} s, {} steps |", report.seconds, report.steps);
    if (!smallest || report.kill->steps < smallest->steps) smallest = report.kill;
  }
  if (smallest) row += fmt::format(" {} {}", smallest->property, smallest->steps);
  fmt::print("{} |\n", row);
  std::fflush(stdout);
  return kills == arguments.seeds.size();
}

int run(const Arguments& arguments) {
  const auto bugs = rapid::safety_bugs(arguments.gallery);
  if (!bugs) {
    fmt::print(stderr, "error: {}\n", bugs.error());
    return 2;
  }
  for (const std::string& name : arguments.bugs) {
    if (std::ranges::find(*bugs, name, &rapid::SafetyBug::name) != bugs->end()) continue;
    fmt::print(stderr, "error: --bug {}: no safety bug of {}\n", name, arguments.gallery);
    return 2;
  }
  print_head(arguments);
  std::size_t hunted = 0;
  std::size_t killed = 0;
  for (const rapid::SafetyBug& bug : *bugs) {
    const bool is_wanted = arguments.bugs.empty() ||
                           std::ranges::find(arguments.bugs, bug.name) != arguments.bugs.end();
    if (!is_wanted) continue;
    ++hunted;
    if (hunt_and_print(bug, arguments)) ++killed;
  }
  fmt::print("{} of {} killed from every seed within {} s each\n", killed, hunted,
             arguments.seconds);
  if (arguments.is_core) return killed == 0 ? 0 : 1;
  return 100 * killed >= arguments.percent * hunted ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Hunts the gallery's safety bugs with RapidCheck's random runs.");
  Arguments arguments;
  app.add_option("gallery", arguments.gallery, "the folder `gallery` of a build")->required();
  app.add_option("--bug", arguments.bugs, "only these");
  app.add_option("--seed", arguments.seeds, "where each hunt begins")->capture_default_str();
  app.add_option("--seconds", arguments.seconds, "for each bug and seed")->capture_default_str();
  app.add_option("--percent", arguments.percent, "of the bugs must be found")
      ->capture_default_str();
  app.add_flag("--core", arguments.is_core,
               "the core as it is in place of each bug: nothing may be found");
  CLI11_PARSE(app, argc, argv);
  try {
    return run(arguments);
  } catch (const std::exception& error) {
    fmt::print(stderr, "error: {}\n", error.what());
    return 2;
  }
}
