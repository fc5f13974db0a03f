// What GitHub Actions shows: annotations, from lines that a step prints, and a job's summary, from
// a file that a step adds Markdown to.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "checker/cli/ci.hpp"
#include "checker/cli/text.hpp"
#include "traces/formats/formats.hpp"

namespace cli {
namespace {

constexpr std::size_t kAnnotationsMax = 10;      // of a kind that GitHub shows of one step
constexpr std::size_t kSummaryMax = 900 * 1024;  // bytes: a summary beyond 1 MiB is refused
constexpr std::size_t kRowsMax = 100;

std::string replaced(std::string_view text, std::string_view what, const char* const* with) {
  std::string out;
  for (const char c : text) {
    const std::size_t at = what.find(c);
    if (at == std::string_view::npos) {
      out += c;
    } else {
      out += with[at];
    }
  }
  return out;
}

std::string command_data(std::string_view text) {
  constexpr const char* kWith[] = {"%25", "%0D", "%0A"};
  return replaced(text, "%\r\n", kWith);
}

std::string command_value(std::string_view text) {
  constexpr const char* kWith[] = {"%25", "%0D", "%0A", "%3A", "%2C"};
  return replaced(text, "%\r\n:,", kWith);
}

std::string annotation(std::string_view kind, const std::string& title, const std::string& text) {
  return fmt::format("::{} title={}::{}\n", kind, command_value(harmless(title)),
                     command_data(harmless(text)));
}

// Text that Markdown takes for nothing but text, on one line.
std::string markdown(std::string_view text) {
  std::string out;
  for (const char c : harmless(text)) {
    if (c == '\n') {
      out += ' ';
      continue;
    }
    if (std::string_view("\\`*_[]<>|&~#!@$").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

// A block that shows `text` as it is, whatever is in it.
std::string block(const std::string& text) {
  std::string fence = "```";
  while (text.find(fence) != std::string::npos) fence += '`';
  return fmt::format("{}text\n{}{}{}\n", fence, text, text.ends_with('\n') ? "" : "\n", fence);
}

std::string folded(std::string_view title, const std::string& content) {
  return fmt::format("<details><summary>{}</summary>\n\n{}\n</details>\n\n", title, content);
}

bool is_bad(const Check& check) {
  return check.state == CheckState::Violated || check.state == CheckState::Error;
}

// What is wrong, and where to see it.
std::string bad_rows(const CiReport& report) {
  std::string text;
  std::size_t rows = 0;
  for (const Check& check : report.checks) {
    if (!is_bad(check) || ++rows > kRowsMax) continue;
    std::string files;
    for (const std::string& file : check.files) files += "<br>" + markdown(file);
    text +=
        fmt::format("| **{}** | {}{} |\n", markdown(check.name), markdown(check.message), files);
  }
  if (text.empty()) return {};
  if (rows > kRowsMax) text += fmt::format("| and {} more | |\n", rows - kRowsMax);
  return "| violated | why, and the trace |\n|---|---|\n" + text + "\n";
}

std::string counts(const CiReport& report) {
  const auto count = [&](CheckState state) {
    return static_cast<std::uint64_t>(std::ranges::count(report.checks, state, &Check::state));
  };
  std::vector<std::string> parts;
  const auto add = [&](CheckState state, std::string_view what) {
    if (count(state) > 0) parts.push_back(fmt::format("{} {}", count(state), what));
  };
  add(CheckState::Held, "held");
  add(CheckState::Violated, "violated");
  add(CheckState::Error, "in error");
  add(CheckState::Unknown, "not decided");
  return fmt::format("{}: {}, in {}.\n\n", counted(report.checks.size(), "case", "cases"),
                     fmt::join(parts, ", "), duration_text(report.seconds));
}

// The trace as tables, with headings that suit the summary's.
std::string trace_tables(const traces::Trace& trace) {
  std::string text = traces::formats::named("markdown")->write(trace, {});
  for (std::size_t at = text.find("# "); at != std::string::npos; at = text.find("\n#", at + 6)) {
    text.insert(text[at] == '\n' ? at + 1 : at, "###");
  }
  return text;
}

}  // namespace

std::string annotations(const CiReport& report) {
  std::string text;
  std::size_t shown = 0;
  std::size_t left = 0;
  for (const Check& check : report.checks) {
    if (!is_bad(check)) continue;
    if (shown + 1 >= kAnnotationsMax) {
      ++left;
      continue;
    }
    ++shown;
    std::string message = check.message;
    for (const std::string& file : check.files) message += "\n" + file;
    if (!check.again.empty()) message += "\nagain: " + check.again;
    text +=
        annotation("error", fmt::format("raftcheck {}: {}", report.command, check.name), message);
  }
  if (left > 0) {
    text += annotation("error", "raftcheck " + report.command,
                       fmt::format("and {} more, in the log", left));
  }
  for (const std::string& warning : report.warnings) {
    text += annotation("warning", "raftcheck " + report.command, warning);
  }
  return text;
}

std::string job_summary(const CiReport& report) {
  std::string text =
      fmt::format("### raftcheck {}: {}\n\n", markdown(report.command), markdown(report.headline));
  for (const std::string& warning : report.warnings) text += markdown(warning) + "\n\n";
  text += bad_rows(report) + counts(report);
  const std::string summary = folded("What was printed", block(harmless(report.text)));
  if (report.trace != nullptr) {
    const std::string tables = folded("The run, step by step", trace_tables(*report.trace));
    if (text.size() + tables.size() + summary.size() < kSummaryMax) text += tables;
  }
  return text.size() + summary.size() < kSummaryMax ? text + summary : text;
}

}  // namespace cli
