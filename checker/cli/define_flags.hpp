// Flags of the table (flags.hpp) and those that several commands have, on the command line.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "checker/cli/flags.hpp"

namespace CLI {
class App;
}

namespace cli {

using FlagTexts = std::map<std::string, std::string>;  // values by flag name

// What is given goes to `values`; a flag whose value is in brackets may stand alone, for "on".
void define_flags(CLI::App& command, std::span<const Flag> flags, FlagTexts& values);
// Of the values, those that were given.
FlagTexts given_flags(const CLI::App& command, const FlagTexts& values);

// --property NAME, any number of times.
void define_properties(CLI::App& command, std::vector<std::string>& properties);

}  // namespace cli
