#include "checker/cli/text.hpp"

#include <fmt/format.h>

#include <array>

namespace cli {

std::string grouped(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3;) {
    at -= 3;
    text.insert(at, ",");
  }
  return text;
}

std::string short_number(std::uint64_t number) {
  if (number < 1000) return std::to_string(number);
  constexpr std::array kUnits = {"k", "M", "G", "T", "P", "E"};
  double value = static_cast<double>(number) / 1000;
  std::size_t unit = 0;
  for (; value >= 999.5 && unit + 1 < kUnits.size(); ++unit) value /= 1000;
  const int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
  return fmt::format("{:.{}f}{}", value, decimals, kUnits.at(unit));
}

std::string bytes_text(std::uint64_t bytes) {
  constexpr std::array kUnits = {"KiB", "MiB", "GiB", "TiB"};
  double value = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  for (; value >= 1024 && unit + 1 < kUnits.size(); ++unit) value /= 1024;
  return fmt::format("{:.1f} {}", value, kUnits.at(unit));
}

std::string duration_text(double seconds) {
  const auto whole = static_cast<std::uint64_t>(seconds);
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{}:{:02}", whole / 60, whole % 60);
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

std::string counted(std::uint64_t number, const std::string& one, const std::string& many) {
  return number == 1 ? "1 " + one : grouped(number) + " " + many;
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t space = text.find(' ');
    if (space != 0) words.emplace_back(text.substr(0, space));
    text.remove_prefix(space == std::string_view::npos ? text.size() : space + 1);
  }
  return words;
}

std::vector<std::string> listed(std::vector<std::string> parts) {
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) parts[i] += ',';
  return parts;
}

std::string wrapped(std::string first, std::size_t indent, const std::vector<std::string>& words) {
  std::string text;
  std::string line = std::move(first);
  bool is_bare = line.find_first_not_of(' ') == std::string::npos;
  for (const std::string& word : words) {
    if (!is_bare && line.size() + 1 + word.size() > kColumns) {
      text += line + '\n';
      line.assign(indent, ' ');
      is_bare = true;
    }
    if (!line.empty() && line.back() != ' ') line += ' ';
    line += word;
    is_bare = false;
  }
  return text + line + '\n';
}

std::string two_columns(std::string_view name, std::size_t column,
                        const std::vector<std::string>& words) {
  std::string left = fmt::format("  {}", name);
  std::string text;
  if (left.size() + 2 > column) {
    text = left + '\n';
    left.clear();
  }
  left.resize(column, ' ');
  return text + wrapped(std::move(left), column, words);
}

std::string harmless(std::string_view text) {
  std::string safe;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0U;
    const bool is_c1 = byte == 0xC2 && next >= 0x80 && next < 0xA0;  // in UTF-8
    if ((byte < 0x20 && byte != '\n') || byte == 0x7F || is_c1) {
      safe += fmt::format("\\x{:02x}", byte);
      if (is_c1) safe += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[++i]));
    } else {
      safe += text[i];
    }
  }
  return safe;
}

}  // namespace cli
