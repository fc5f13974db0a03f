#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>

#include "checker/cli/commands.hpp"
#include "checker/cli/flag_parsing.hpp"
#include "checker/cli/output_files.hpp"
#include "checker/cli/process.hpp"
#include "checker/cli/show.hpp"
#include "checker/cli/suggest.hpp"
#include "checker/cli/trace_input.hpp"
#include "checker/cli/usage_error.hpp"

namespace cli {
namespace {

std::vector<std::string> format_names() {
  std::vector<std::string> names;
  for (const traces::formats::Format& format : traces::formats::all())
    names.emplace_back(format.name);
  return names;
}

const traces::formats::Format& format_of(const FlagValues& values) {
  const std::string& name = values["format"];
  const traces::formats::Format* format = traces::formats::named(name);
  if (format != nullptr) return *format;
  throw UsageError(fmt::format("--format {}: no such format{}; there are {}", name,
                               did_you_mean(name, format_names()),
                               fmt::join(format_names(), ", ")));
}

}  // namespace

std::span<const Flag> show_flags() {
  static const std::array kFlags = {
      Flag{"format", "NAME", "text", "What is shown",
           "the form in which the trace is shown (`raftcheck list formats` names them)"},
      Flag{"color", "auto|always|never", "auto", "The terminal",
           "of text; auto: on a terminal, unless the environment has NO_COLOR"},
      Flag{"columns", "N", "auto", "The terminal",
           "wrap text there; auto: what the terminal has, 100 where there is none"},
  };
  return kFlags;
}

traces::formats::Page page_of(const FlagValues& values, bool is_file) {
  constexpr std::size_t kUsual = 100;
  traces::formats::Page page;
  const std::size_t color = choice(values, "color", {"auto", "always", "never"});
  page.colour = color == 1 || (color == 0 && !is_file && stdout_has_colours());
  if (values["columns"] != "auto") {
    page.columns = number(values, "columns", 40, 1000, ", or auto");
  } else {
    page.columns = is_file ? kUsual : stdout_columns().value_or(kUsual);
  }
  return page;
}

int run_show(const ShowArguments& arguments) {
  const FlagValues values(arguments.flags, {}, show_flags());
  const traces::formats::Format& format = format_of(values);
  const bool is_file = arguments.output && *arguments.output != kStdout;
  const traces::formats::Page page = page_of(values, is_file);
  if (is_file) require_writable("--output", *arguments.output);
  const traces::Trace trace = require_trace("show", arguments.trace_path);
  write_result("--output", arguments.output, format.write(trace, page));
  return kHolds;
}

}  // namespace cli
