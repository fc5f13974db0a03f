#include "checker/cli/define_traces.hpp"

#include <CLI/CLI.hpp>

#include "checker/cli/show.hpp"

namespace cli {
namespace {

void define_trace(CLI::App& command, std::string& path) {
  command.add_option("trace", path, "a trace that raftcheck wrote; - is the standard input")
      ->type_name("TRACE");
}

void define_output(CLI::App& command, std::string& path, const std::string& what) {
  command
      .add_option("--output", path,
                  "write " + what + " there; - is the standard output (default -)")
      ->type_name("FILE")
      ->group("Files");
}

void define_show(CLI::App& app, TracesParsed& parsed) {
  CLI::App* show = app.add_subcommand("show", "Show a trace, or write it in another format.");
  show->footer("Exit status: 0, or 2 for wrong usage or a trace that is damaged.");
  define_trace(*show, parsed.show.trace_path);
  define_flags(*show, show_flags(), parsed.show_flags);
  define_output(*show, parsed.show_output, "it");
}

std::optional<std::string> given(const CLI::App& command, const char* flag,
                                 const std::string& value) {
  return command.count(flag) > 0 ? std::optional(value) : std::nullopt;
}

}  // namespace

void define_traces(CLI::App& app, TracesParsed& parsed) { define_show(app, parsed); }

std::optional<int> run_traces(const CLI::App& command, TracesParsed& parsed) {
  if (command.get_name() == "show") {
    parsed.show.flags = given_flags(command, parsed.show_flags);
    parsed.show.output = given(command, "--output", parsed.show_output);
    return run_show(parsed.show);
  }
  return std::nullopt;
}

}  // namespace cli
