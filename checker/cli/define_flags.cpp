#include "checker/cli/define_flags.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

namespace cli {

void define_flags(CLI::App& command, std::span<const Flag> flags, FlagTexts& values) {
  for (const Flag& flag : flags) {
    CLI::Option* option =
        command
            .add_option(fmt::format("--{}", flag.name), values[flag.name],
                        fmt::format("{} (default {})", flag.help, flag.default_value))
            ->type_name(flag.value)
            ->group(flag.group);
    const bool may_stand_alone = std::string_view(flag.value).starts_with('[');
    if (may_stand_alone) option->expected(0, 1)->default_str("on");
  }
}

FlagTexts given_flags(const CLI::App& command, const FlagTexts& values) {
  FlagTexts given;
  for (const auto& [flag, value] : values) {
    if (command.count("--" + flag) > 0) given[flag] = value;
  }
  return given;
}

void define_properties(CLI::App& command, std::vector<std::string>& properties) {
  command
      .add_option("--property", properties,
                  "check this property only; may be repeated (default: all)")
      ->type_name("NAME")
      ->group("What is checked")
      ->expected(1)
      ->take_all()
      ->allow_extra_args(false);
}

}  // namespace cli
