#include "checker/cli/define_linearizable.hpp"

#include <CLI/CLI.hpp>

#include "checker/cli/linearizable_flags.hpp"

namespace cli {

void define_linearizable(CLI::App& app, LinearizableParsed& parsed) {
  CLI::App* command = app.add_subcommand(
      "linearizable", "Judge a history of clients, as Porcupine and Jepsen write them.");
  command->footer(
      "Exit status:\n"
      "  0  an order of the operations explains all answers\n"
      "  1  none does; the first answer that does not fit is told\n"
      "  2  wrong usage, or a history that is damaged\n"
      "  3  stopped at a limit or interrupted; nothing is known");
  command->add_option("history", parsed.history_path, "a history; - is the standard input")
      ->type_name("FILE");
  define_flags(*command, linearizable_flags(), parsed.flags);
  command
      ->add_option("--json", parsed.json_path,
                   "write the verdict as JSON too; - is the standard output, and the text then "
                   "goes to the standard error (default: not written)")
      ->type_name("FILE")
      ->group("Files");
  command
      ->add_option("--html", parsed.page_path,
                   "write a page to look at in a browser there (default: not written)")
      ->type_name("FILE")
      ->group("Files");
  command
      ->add_option("--convert", parsed.convert_path,
                   "write the history there too, in the format of --to (default: not written)")
      ->type_name("FILE")
      ->group("Files");
}

LinearizableArguments linearizable_arguments(const CLI::App& command,
                                             const LinearizableParsed& parsed) {
  LinearizableArguments arguments{.flags = given_flags(command, parsed.flags),
                                  .history_path = parsed.history_path,
                                  .json_path = {},
                                  .convert_path = {},
                                  .page_path = {},
                                  .command_line = {}};
  if (command.count("--json") > 0) arguments.json_path = parsed.json_path;
  if (command.count("--html") > 0) arguments.page_path = parsed.page_path;
  if (command.count("--convert") > 0) arguments.convert_path = parsed.convert_path;
  return arguments;
}

}  // namespace cli
