// From what a flag says to a value. Each throws UsageError that names the flag, the value and the
// remedy.
#pragma once

#include <initializer_list>
#include <optional>

#include "checker/cli/flags.hpp"

namespace cli {

inline constexpr std::string_view kUnlimited = "unlimited";

[[noreturn]] void refuse(std::string_view flag, std::string_view value, std::string_view remedy);

// `or_else` names what the flag takes besides a number, for the error.
std::uint64_t number(const FlagValues& values, std::string_view flag, std::uint64_t min,
                     std::uint64_t max, std::string_view or_else = "");
std::optional<std::uint64_t> limit(const FlagValues& values, std::string_view flag,
                                   std::uint64_t min, std::uint64_t max);
std::optional<std::uint32_t> budget(const FlagValues& values, std::string_view flag,
                                    std::uint32_t max);
// The position of the value among the choices.
std::size_t choice(const FlagValues& values, std::string_view flag,
                   std::initializer_list<std::string_view> choices);
double seconds(const FlagValues& values, std::string_view flag);       // of --time
std::uint64_t bytes(const FlagValues& values, std::string_view flag);  // of --memory

// --voters; 0: all servers.
std::uint32_t first_voters(const FlagValues& values);

void refuse_if_given(const FlagValues& values, std::initializer_list<std::string_view> flags,
                     std::string_view why);

// --servers, --no-op, --backtracking, --entries and the features, of which the flags must agree.
node::Options node_options(const FlagValues& values);
// "pre-vote" of pre_vote.
std::string flag_of(const node::Feature& feature);
// Whether the flag belongs to a feature, and this cluster does not have it: then the flag need not
// be told.
bool is_switched_off(const FlagValues& values, std::string_view flag);
// None: all.
spec::PropertySet properties_named(const std::vector<std::string>& names);

}  // namespace cli
