#include "checker/cli/help.hpp"

#include <CLI/CLI.hpp>

#include "checker/cli/text.hpp"

namespace cli {
namespace {

constexpr std::size_t kOptionColumn = 30;

class HelpFormatter final : public CLI::Formatter {
 public:
  // One empty line between the parts, where the library sometimes leaves two.
  std::string make_help(const CLI::App* app, std::string name,
                        CLI::AppFormatMode mode) const override {
    std::string text = CLI::Formatter::make_help(app, std::move(name), mode);
    for (std::size_t at = 0; (at = text.find("\n\n\n", at)) != std::string::npos;) {
      text.erase(at, 1);
    }
    return text;
  }

  std::string make_option(const CLI::Option* option, bool is_positional) const override {
    std::string name = is_positional ? option->get_type_name() : option->get_name(false, true);
    if (!is_positional && option->get_type_size() != 0) name += " " + option->get_type_name();
    return two_columns(name, kOptionColumn, words_of(option->get_description()));
  }

  std::string make_subcommand(const CLI::App* command) const override {
    return two_columns(command->get_display_name(), kOptionColumn,
                       words_of(command->get_description()));
  }

  std::string make_usage(const CLI::App* app, std::string name) const override {
    std::string usage = "\nUsage: " + name;
    if (!app->get_subcommands([](const CLI::App*) { return true; }).empty()) usage += " COMMAND";
    for (const CLI::Option* option :
         app->get_options([](const CLI::Option* one) { return one->get_positional(); })) {
      usage += " " + option->get_type_name();
    }
    return usage + " [flags]\n";
  }
};

}  // namespace

std::shared_ptr<CLI::FormatterBase> help_formatter() {
  auto formatter = std::make_shared<HelpFormatter>();
  formatter->label("Positionals", "What");
  return formatter;
}

}  // namespace cli
