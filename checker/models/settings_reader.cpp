#include "checker/models/settings_reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

namespace models {
namespace {

[[noreturn]] void refuse(const std::string& name, std::string_view given,
                         const std::string& remedy) {
  throw BadSetting(fmt::format("{}={}: give {}", name, given, remedy));
}

std::optional<std::uint32_t> parsed(std::string_view text, std::uint32_t min, std::uint32_t max) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (value < min || value > max) return std::nullopt;
  return value;
}

}  // namespace

std::uint32_t SettingsReader::number(const std::string& name, std::uint32_t min,
                                     std::uint32_t max) const {
  const std::string& text = settings_.at(name);
  if (const auto value = parsed(text, min, max)) return *value;
  refuse(name, text, fmt::format("a whole number from {} to {}", min, max));
}

std::optional<std::uint32_t> SettingsReader::number_or(const std::string& name,
                                                       std::string_view word, std::uint32_t min,
                                                       std::uint32_t max) const {
  const std::string& text = settings_.at(name);
  if (text == word) return std::nullopt;
  if (const auto value = parsed(text, min, max)) return value;
  refuse(name, text, fmt::format("a whole number from {} to {}, or {}", min, max, word));
}

bool SettingsReader::is_on(const std::string& name) const {
  const std::string& text = settings_.at(name);
  if (text != "on" && text != "off") refuse(name, text, "on or off");
  return text == "on";
}

std::vector<bool> SettingsReader::list(const std::string& name,
                                       const std::vector<std::string>& words) const {
  const std::string& text = settings_.at(name);
  if (text == "all" || text == "none") return std::vector<bool>(words.size(), text == "all");
  std::vector<bool> found(words.size(), false);
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view word = rest.substr(0, rest.find('+'));
    const auto at = std::ranges::find(words, word);
    if (at == words.end()) break;
    found[static_cast<std::size_t>(at - words.begin())] = true;
    if (word.size() == rest.size()) return found;
    rest.remove_prefix(word.size() + 1);
  }
  refuse(name, text,
         fmt::format("all, none, or some of {} with + between them", fmt::join(words, ", ")));
}

}  // namespace models
