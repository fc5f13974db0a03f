#include "checker/node/state_machine.hpp"

#include <charconv>
#include <optional>

namespace node {
namespace {

constexpr std::string_view kDigits = "0123456789ABCDEF";

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.' || c == '=';
}

void add_escaped(std::string_view command, std::string& text) {
  for (const char c : command) {
    if (is_plain(c)) {
      text += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    text += '%';
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 0xFU];
  }
}

std::optional<std::string> unescaped(std::string_view text) {
  std::string command;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_plain(text[i])) {
      command += text[i];
      continue;
    }
    if (text[i] != '%' || i + 2 >= text.size()) return std::nullopt;
    const std::size_t high = kDigits.find(text[i + 1]);
    const std::size_t low = kDigits.find(text[i + 2]);
    if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
    command += static_cast<char>(high << 4U | low);
    i += 2;
  }
  return command;
}

// The entry that a piece "term:command" or "term:-" stands for.
std::optional<raft::Entry> entry_of(std::string_view piece) {
  raft::Entry entry;
  const auto [end, error] =
      std::from_chars(piece.data(), piece.data() + piece.size(), entry.term.value);
  if (error != std::errc{} || end == piece.data() + piece.size() || *end != ':') {
    return std::nullopt;
  }
  const std::string_view rest = piece.substr(static_cast<std::size_t>(end - piece.data()) + 1);
  if (rest == "-") {
    entry.kind = raft::EntryKind::NoOp;
    return entry;
  }
  if (rest == "!") {
    entry.kind = raft::EntryKind::Membership;
    return entry;
  }
  const auto command = unescaped(rest);
  if (!command) return std::nullopt;
  entry.command = *command;
  return entry;
}

}  // namespace

std::string snapshot_text(std::span<const raft::Entry> applied) {
  std::string text;
  for (const raft::Entry& entry : applied) {
    text += std::to_string(entry.term.value) + ':';
    if (entry.kind == raft::EntryKind::NoOp) {
      text += '-';
    } else if (entry.kind == raft::EntryKind::Membership) {
      text += '!';
    } else {
      add_escaped(entry.command, text);
    }
    text += ';';
  }
  return text;
}

std::vector<raft::Entry> snapshot_entries(std::string_view text) {
  std::vector<raft::Entry> entries;
  while (!text.empty()) {
    const std::size_t end = text.find(';');
    const auto entry = end == std::string_view::npos ? std::nullopt : entry_of(text.substr(0, end));
    if (!entry) {
      entries.push_back({.term = {}, .command = std::string(text)});
      return entries;
    }
    entries.push_back(*entry);
    text.remove_prefix(end + 1);
  }
  return entries;
}

}  // namespace node
