// The models that can be run by name, their variants and parameters, and how to make one.
#pragma once

#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "checker/models/runnable_model.hpp"

namespace models {

// The values of a model's parameters, as a user writes them, by name.
using Settings = std::map<std::string, std::string>;

struct Parameter {
  std::string name;
  std::string value;  // what may be given: "1-7", "on|off"
  std::string default_value;
  std::string help;
};

// Settings with a name of their own.
struct Variant {
  std::string name;
  std::string summary;
  Settings settings;
};

struct ModelEntry {
  std::string name;
  std::string summary;
  std::vector<Parameter> parameters;
  std::vector<Variant> variants;  // may be empty
  std::unique_ptr<RunnableModel> (*make)(const Settings& settings);
};

const std::vector<ModelEntry>& catalogue();

// What is wrong with a name or a setting; says what to give instead.
class BadSetting : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

// Each throws BadSetting.
const ModelEntry& model_named(const std::string& name);
// Every parameter's value: from `given`, else from the variant ("" for none), else the default.
Settings settings_of(const ModelEntry& model, const std::string& variant, const Settings& given);
// `settings` are those of settings_of().
std::unique_ptr<RunnableModel> make_model(const ModelEntry& model, const Settings& settings);

}  // namespace models
