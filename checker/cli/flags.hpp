// The flags of `raftcheck explore` that say what is explored: one table for the command line, the
// help text, the bounds that a bug of the gallery brings along, and the JSON summary.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "checker/cluster/explore.hpp"

namespace cli {

struct Flag {
  const char* name;           // without dashes
  const char* value;          // what the help calls its value
  const char* default_value;  // as the user would write it
  const char* group;          // the help's heading
  const char* help;
};

std::span<const Flag> explore_flags();

// Values by flag name: as given, from a bug's bounds, or by default.
class FlagValues {
 public:
  // `given` are those on the command line, `of_bug` those of the bug's own bounds. Throws
  // UsageError for a name that is none of the flags.
  FlagValues(std::map<std::string, std::string> given, std::map<std::string, std::string> of_bug,
             std::span<const Flag> flags = explore_flags());

  [[nodiscard]] const std::string& operator[](std::string_view name) const;
  [[nodiscard]] bool is_given(std::string_view name) const;
  [[nodiscard]] const std::map<std::string, std::string>& all() const { return values_; }
  // Sets what follows from other flags, where the user did not say otherwise.
  void imply(const std::string& name, const std::string& value);

 private:
  std::map<std::string, std::string> values_;
  std::map<std::string, std::string> given_;
};

// What is to be explored. Throws UsageError that names the flag, the value and the remedy.
struct Plan {
  cluster::ExploreOptions options;
  std::optional<double> seconds_max;
  std::optional<std::uint64_t> memory_max;  // bytes; absent: what suits the machine
  std::optional<double> checkpoint_every;   // seconds
  std::size_t violations_max = 1;           // --keep-going
  FlagValues values;                        // with everything implied filled in
};
// In the order of spec::Property.
std::vector<std::string> property_names(spec::PropertySet properties);

Plan make_plan(FlagValues values, const std::vector<std::string>& properties);

// Whether a flag only says when to stop or how to search, so that a search may go on with another
// value.
bool is_limit(std::string_view flag);

// The flags that say what was searched, for the record: without those that are unlimited, that the
// network does not have, or that only say when to stop.
std::map<std::string, std::string> bounds_in_force(const Plan& plan);

}  // namespace cli
