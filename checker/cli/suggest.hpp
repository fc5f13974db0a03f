// What somebody may have meant by a word that is none of those there are.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

// The word nearest to what was given, by letters to change, add or drop; empty if it is too far.
std::string nearest(std::string_view given, const std::vector<std::string>& words);

// "; did you mean Backup?", or nothing.
std::string did_you_mean(std::string_view given, const std::vector<std::string>& words);

}  // namespace cli
