// From a setting's text to its value. Each throws BadSetting that names the parameter, what was
// given and what to give.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "checker/models/catalogue.hpp"

namespace models {

class SettingsReader {
 public:
  explicit SettingsReader(const Settings& settings) : settings_(settings) {}

  [[nodiscard]] std::uint32_t number(const std::string& name, std::uint32_t min,
                                     std::uint32_t max) const;
  // Nothing where the setting is `word`.
  [[nodiscard]] std::optional<std::uint32_t> number_or(const std::string& name,
                                                       std::string_view word, std::uint32_t min,
                                                       std::uint32_t max) const;
  [[nodiscard]] bool is_on(const std::string& name) const;
  // "all", "none", or some of the words with + between them: which of them are there.
  [[nodiscard]] std::vector<bool> list(const std::string& name,
                                       const std::vector<std::string>& words) const;

 private:
  const Settings& settings_;
};

}  // namespace models
