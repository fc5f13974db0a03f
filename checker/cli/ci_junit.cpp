// JUnit XML: there is no one standard, so it keeps to what Jenkins, GitLab and the like all read.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "checker/cli/ci.hpp"
#include "checker/cli/json_parts.hpp"
#include "checker/cli/version.hpp"
#include "traces/render.hpp"

namespace cli {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::size_t kTraceMax = 256 * 1024;              // bytes of a trace in a failure

// Valid UTF-8: what is none becomes U+FFFD.
std::string as_utf8(std::string_view text) {
  const std::string json = Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
  return Json::parse(json).get<std::string>();
}

bool is_forbidden(char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t'; }

// For content and for attributes in double quotes.
std::string xml(std::string_view text) {
  std::string out;
  const std::string valid = as_utf8(text);
  for (std::size_t i = 0; i < valid.size(); ++i) {
    const char c = valid[i];
    if (is_forbidden(c)) {
      out += kReplacement;
    } else if (valid.compare(i, 3, "\xEF\xBF\xBE") == 0 ||
               valid.compare(i, 3, "\xEF\xBF\xBF") == 0) {
      out += kReplacement;  // U+FFFE and U+FFFF are no characters of XML
      i += 2;
    } else if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '"') {
      out += "&quot;";
    } else {
      out += c;
    }
  }
  return out;
}

// A line of it: an attribute's newlines would be read as spaces.
std::string attribute(std::string_view text) {
  std::string line(text);
  std::ranges::replace(line, '\n', ' ');
  return xml(line);
}

std::string trace_text(const CiReport& report) {
  if (report.trace == nullptr) return {};
  std::string text = traces::render_text(*report.trace);
  if (text.size() <= kTraceMax) return "\n" + text;
  return "\nThe run is too long to stand here.\n";
}

std::string failure_body(const Check& check) {
  std::string text = check.message + "\n";
  for (const std::string& file : check.files) text += file + "\n";
  if (!check.again.empty()) text += "again: " + check.again + "\n";
  return text;
}

std::string result(const Check& check, const std::string& details) {
  switch (check.state) {
    case CheckState::Held:
      return {};
    case CheckState::Unknown:
      return fmt::format("      <skipped message=\"{}\"/>\n", attribute(check.message));
    case CheckState::Violated:
    case CheckState::Error:
      break;
  }
  const char* element = check.state == CheckState::Violated ? "failure" : "error";
  return fmt::format("      <{0} message=\"{1}\" type=\"{2}\">{3}</{0}>\n", element,
                     attribute(check.message),
                     check.state == CheckState::Violated ? "violation" : "error",
                     xml(failure_body(check) + details));
}

// What reads the report takes such lines for files that belong to the case.
std::string attachments(const Check& check) {
  if (check.files.empty()) return {};
  std::string text;
  for (const std::string& file : check.files) text += fmt::format("[[ATTACHMENT|{}]]\n", file);
  return fmt::format("      <system-out>{}</system-out>\n", xml(text));
}

// What was checked, as on the command line: reports of other bounds have other cases.
std::string class_name(const CiReport& report) {
  std::string name = "raftcheck " + report.command;
  const auto is_place = [](std::string_view flag) {
    return flag == "--junit" || flag == "--json" || flag == "--trace" || flag == "--checkpoint" ||
           flag == "--resume";
  };
  for (std::size_t i = 2; i < report.arguments.size(); ++i) {
    const std::string& argument = report.arguments[i];
    const std::string_view flag = std::string_view(argument).substr(0, argument.find('='));
    if (argument == "--html") continue;
    if (!is_place(flag)) {
      name += " " + argument;
    } else if (flag.size() == argument.size()) {
      ++i;
    }
  }
  return name;
}

std::string test_case(const CiReport& report, const Check& check, const std::string& details) {
  const std::string head =
      fmt::format("    <testcase name=\"{}\" classname=\"{}\" time=\"{:.3f}\"",
                  attribute(check.name), attribute(class_name(report)), check.seconds);
  const std::string inside = result(check, details) + attachments(check);
  return inside.empty() ? head + "/>\n" : head + ">\n" + inside + "    </testcase>\n";
}

std::string joined(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, " "));
}

}  // namespace

std::string junit_xml(const CiReport& report) {
  const auto count = [&](CheckState state) {
    return std::ranges::count(report.checks, state, &Check::state);
  };
  const std::string counts =
      fmt::format("tests=\"{}\" failures=\"{}\" errors=\"{}\"", report.checks.size(),
                  count(CheckState::Violated), count(CheckState::Error));
  std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  text +=
      fmt::format("<testsuites name=\"raftcheck\" {} time=\"{:.3f}\">\n", counts, report.seconds);
  text += fmt::format(
      "  <testsuite name=\"raftcheck {}\" {} skipped=\"{}\" time=\"{:.3f}\" "
      "timestamp=\"{:%Y-%m-%dT%H:%M:%S}\">\n",
      attribute(report.command), counts, count(CheckState::Unknown), report.seconds,
      fmt::gmtime(std::time(nullptr)));
  text += fmt::format(
      "    <properties>\n      <property name=\"version\" value=\"{}\"/>\n"
      "      <property name=\"command\" value=\"{}\"/>\n    </properties>\n",
      attribute(kVersion), attribute(joined(report.arguments)));
  std::string details = trace_text(report);
  for (const Check& check : report.checks) {
    text += test_case(report, check, details);
    if (check.state == CheckState::Violated) details.clear();  // the trace is of the first one
  }
  return text + fmt::format("    <system-out>{}</system-out>\n  </testsuite>\n</testsuites>\n",
                            xml(report.text));
}

}  // namespace cli
