#include "checker/cli/model_report.hpp"

#include <fmt/format.h>

#include <sstream>

#include "checker/cli/text.hpp"

namespace cli {

std::vector<std::string> search_flags(const FlagValues& values) {
  std::vector<std::string> flags{"depth", "states", "time", "memory", "threads", "symmetry"};
  std::erase_if(flags, [&](const std::string& flag) { return !values.all().contains(flag); });
  return flags;
}

std::vector<std::string> model_words(const ModelRun& model) {
  std::vector<std::string> words{model.entry.name};
  if (!model.variant.empty()) words.push_back("variant " + model.variant);
  for (const auto& [name, value] : model.given) words.push_back(fmt::format("{}={}", name, value));
  return words;
}

const std::string& violated_property(const ModelRun& model) {
  return model.properties.at(model.violation - 1);
}

std::string run_text(const ModelRun& model) {
  std::string text =
      fmt::format("\nThe run to it ({}):\n", counted(model.run.steps.size(), "step", "steps"));
  for (std::size_t i = 0; i < model.run.steps.size(); ++i) {
    text += two_columns(fmt::format("{:3}", i + 1), 8, words_of(model.run.steps[i]));
  }
  text += "It ends in\n";
  std::istringstream lines(model.run.last_half);
  for (std::string line; std::getline(lines, line);) {
    const std::string shown = "  " + line + "\n";
    text += shown.size() <= kColumns ? shown : wrapped("  ", 8, words_of(line));
  }
  return text;
}

Json config_json(const ModelRun& model, const FlagValues& values) {
  Json config = {{"model", model.entry.name},
                 {"variant", model.variant.empty() ? Json(nullptr) : Json(model.variant)}};
  for (const auto& [name, value] : model.settings) config[name] = value_json(value);
  for (const std::string& flag : search_flags(values)) {
    if (flag != "symmetry") config[flag] = value_json(values[flag]);
  }
  config["bug"] = nullptr;
  config["properties"] = model.properties;
  return config;
}

Json violation_json(const ModelRun& model) {
  if (model.violation == 0) return nullptr;
  std::vector<std::string> last;
  std::istringstream lines(model.run.last_half);
  for (std::string line; std::getline(lines, line);) last.push_back(line);
  const std::string& property = violated_property(model);
  return {{"property", property},
          {"message", fmt::format("{} does not hold after {}", property,
                                  counted(model.run.steps.size(), "step", "steps"))},
          {"depth", model.run.steps.size()},
          {"shortest", true},
          {"trace_file", nullptr},
          {"trace", nullptr},
          {"steps", model.run.steps},
          {"last_state", last}};
}

}  // namespace cli
