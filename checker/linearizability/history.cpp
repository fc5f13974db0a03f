#include "checker/linearizability/history.hpp"

#include <fmt/format.h>

namespace linearizability {
namespace {

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char letter : text) {
    switch (letter) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        out += letter;
    }
  }
  return out + '"';
}

std::string verb(Kind kind, Model model) {
  const bool is_store = model == Model::KeyValue;
  switch (kind) {
    case Kind::Read:
      return is_store ? "get" : "read";
    case Kind::Write:
      return is_store ? "put" : "write";
    case Kind::Append:
      return "append";
    case Kind::Cas:
      break;
  }
  return "cas";
}

bool is_text_or_nil(const Value& value) { return !std::holds_alternative<std::int64_t>(value); }

std::string subject(const Operation& operation, Model model) {
  std::string out = verb(operation.kind, model);
  if (operation.kind == Kind::Write || operation.kind == Kind::Append) {
    out += " " + text(operation.argument);
  }
  if (operation.kind == Kind::Cas) {
    out += fmt::format(" {} to {}", text(operation.expected), text(operation.argument));
  }
  if (operation.key != Value{}) {
    const char* const link = operation.kind == Kind::Read    ? ""
                             : operation.kind == Kind::Write ? "in "
                             : operation.kind == Kind::Cas   ? "in "
                                                             : "to ";
    out += fmt::format(" {}{}", link, text(operation.key));
  }
  return out;
}

std::string answer(const Operation& operation) {
  switch (operation.outcome) {
    case Outcome::Ok:
      return operation.result ? " -> " + text(*operation.result) : "";
    case Outcome::Mismatch:
      return " -> mismatch";
    case Outcome::Failed:
      return " -> failed";
    case Outcome::Unknown:
      break;
  }
  return " -> unknown";
}

}  // namespace

std::string text(const Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  if (const auto* string = std::get_if<std::string>(&value)) return quoted(*string);
  return "nil";
}

std::string complaint_about(const Operation& operation, Model model) {
  const bool is_store = model == Model::KeyValue;
  if (operation.kind == Kind::Cas && is_store) {
    return "a key/value store has no cas; check it as a register";
  }
  if (operation.kind == Kind::Append && !is_store) {
    return "a register has no append; check it as a key/value store";
  }
  if (operation.outcome == Outcome::Mismatch && operation.kind != Kind::Cas) {
    return "only a cas can find something else than it expected";
  }
  if (operation.returned < operation.invoked) {
    return fmt::format("it returns at {}, before it is invoked at {}", operation.returned,
                       operation.invoked);
  }
  if (!is_store) return {};
  const bool is_text = is_text_or_nil(operation.argument) &&
                       (!operation.result || is_text_or_nil(*operation.result));
  return is_text ? "" : "a key/value store holds text, not numbers; check it as a register";
}

traces::Result<void> validate(const History& history, Model model) {
  for (std::size_t i = 0; i < history.size(); ++i) {
    const std::string why = complaint_about(history[i], model);
    if (why.empty()) continue;
    return traces::Failure{fmt::format("operation {} ({}): {}", i, text(history[i], model), why)};
  }
  return {};
}

std::string text(const Operation& operation, Model model) {
  const bool is_open = operation.returned == kNever || operation.outcome == Outcome::Unknown;
  const std::string until = is_open ? "..." : std::to_string(operation.returned);
  return fmt::format("client {}: {}{} [{}, {}]", operation.client, subject(operation, model),
                     answer(operation), operation.invoked, until);
}

}  // namespace linearizability
