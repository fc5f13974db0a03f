#include "checker/cluster/googletest.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cctype>

#include "checker/cluster/replay.hpp"
#include "checker/cluster/script.hpp"
#include "traces/render.hpp"

namespace cluster {
namespace {

// A string literal; what is not plain ASCII as octal escapes, which end by themselves.
std::string literal(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += fmt::format("\\{}", c);
    } else if (byte < 0x20 || byte > 0x7E || c == '?') {  // ?: no trigraphs
      out += c == '?' ? std::string("\\?") : fmt::format("\\{:03o}", byte);
    } else {
      out += c;
    }
  }
  return out + '"';
}

// Comment lines, wrapped. No line ends in a backslash, which would draw in the next one.
std::string comment(const std::string& indent, const std::string& text) {
  constexpr std::size_t kColumns = 100;
  std::string out;
  std::string line = indent + "//";
  const auto flush = [&] {
    if (line.ends_with('\\')) line += '.';
    out += line + "\n";
    line = indent + "//";
  };
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find_first_of(" \n", begin), text.size());
    const std::string word = text.substr(begin, end - begin);
    if (!word.empty()) {
      const bool is_first = line.size() == indent.size() + 2;
      if (!is_first && line.size() + 1 + word.size() > kColumns) flush();
      line += ' ' + word;
    }
    if (end < text.size() && text[end] == '\n') flush();
    begin = end + 1;
  }
  if (line.size() > indent.size() + 2) flush();
  return out;
}

std::string numbers(const std::vector<spec::ServerId>& ids) {
  return fmt::format("{{{}}}", fmt::join(ids, ", "));
}

// The members of node::Options that are not as they are by default.
std::vector<std::string> settings(const node::Options& options) {
  const node::Options usual;
  std::vector<std::string> lines = {fmt::format("servers = {}", options.servers)};
  const auto set = [&](const char* name, auto member) {
    if (options.*member == usual.*member) return;
    if constexpr (std::is_same_v<decltype(member), bool node::Options::*>) {
      lines.push_back(fmt::format("{} = {}", name, options.*member));
    } else {
      lines.push_back(fmt::format("{} = {}", name, std::uint32_t{options.*member}));
    }
  };
  set("no_op", &node::Options::no_op);
  set("fast_backtracking", &node::Options::fast_backtracking);
  set("entries_per_message", &node::Options::entries_per_message);
  set("pre_vote", &node::Options::pre_vote);
  set("check_quorum", &node::Options::check_quorum);
  set("vote_lease", &node::Options::vote_lease);
  set("lease_reads", &node::Options::lease_reads);
  set("bytes_per_message", &node::Options::bytes_per_message);
  set("appends_in_flight", &node::Options::appends_in_flight);
  set("uncommitted", &node::Options::uncommitted);
  set("snapshots", &node::Options::snapshots);
  set("snapshot_chunk", &node::Options::snapshot_chunk);
  if (options.changes != node::Changes::None) {
    lines.push_back(
        fmt::format("changes = node::Changes::{}",
                    options.changes == node::Changes::Joint ? "Joint" : "SingleServer"));
  }
  set("async_disk", &node::Options::async_disk);
  set("voters", &node::Options::voters);
  return lines;
}

// The member of Scenario that adds the action, and its arguments.
std::string call(const ScriptAction& item) {
  const traces::Action& action = item.action;
  const std::string name = to_string(action.kind);
  switch (action.kind) {
    case traces::ActionKind::Propose:
      return fmt::format("{}({}, {})", name, action.server, literal(action.command));
    case traces::ActionKind::Deliver: {
      const std::string ordinal = item.ordinal == 0 ? "" : fmt::format(", {}", item.ordinal);
      return fmt::format("{}({}, {}{})", action.keep_copy ? "deliver_copy" : "deliver",
                         action.server, item.origin + 1, ordinal);
    }
    case traces::ActionKind::Crash:
      return action.survived == 0 ? fmt::format("crash({})", action.server)
                                  : fmt::format("crash({}, {})", action.server, action.survived);
    case traces::ActionKind::Cut: {
      std::vector<std::string> groups;
      for (const auto& group : action.groups) groups.push_back(numbers(group));
      return fmt::format("cut({{{}}})", fmt::join(groups, ", "));
    }
    case traces::ActionKind::Heal:
      return "heal()";
    case traces::ActionKind::Transfer:
      return fmt::format("transfer({}, {})", action.server, action.target);
    case traces::ActionKind::Read:
      return fmt::format("read({}, {})", action.server, action.read);
    case traces::ActionKind::Compact:
      return fmt::format("compact({}, {})", action.server, action.index);
    case traces::ActionKind::ChangeMembership:
      return action.learners.empty()
                 ? fmt::format("{}({}, {})", name, action.server, numbers(action.voters))
                 : fmt::format("{}({}, {}, {})", name, action.server, numbers(action.voters),
                               numbers(action.learners));
    default:
      return fmt::format("{}({})", name, action.server);
  }
}

std::string step_comment(const traces::Step& step) {
  std::string text = fmt::format("{}. {}", step.number, traces::render_action(step.action));
  if (!step.outcome.empty()) text += fmt::format(" [{}]", step.outcome);
  return comment("  ", text);
}

std::string header(const traces::Trace& trace, const GoogleTestOptions& options) {
  std::string text = fmt::format("Written by raftcheck test-from from {}", options.source);
  text += trace.bug ? fmt::format(", recorded on the core with the bug {}.", *trace.bug) : ".";
  std::string out = comment("", text);
  if (trace.violation) {
    out += comment("", fmt::format("At step {}, {} was violated: {}", trace.violation->step,
                                   trace.violation->property, trace.violation->message));
    out += comment("", options.expects_violation
                           ? "The test passes as long as that happens."
                           : "The test fails as long as the run violates that property.");
  } else {
    out += comment("", "The test passes as long as the run can be taken and violates no property.");
  }
  out +=
      "//\n"
      "//     find_package(raftcheck REQUIRED)\n"
      "//     find_package(GTest REQUIRED)\n"
      "//     add_executable(the_test this_file.cpp)\n"
      "//     target_link_libraries(the_test PRIVATE raftcheck::checker GTest::gtest_main)\n";
  return out;
}

std::string node_of(const GoogleTestOptions& options) {
  if (options.library.empty()) {
    return "  const auto node = node::make_raft_node(options);  // put your own implementation "
           "here\n";
  }
  return fmt::format(
      "  node::LibraryNode library({}, options);\n"
      "  node::Node* const node = &library.node();\n",
      literal(options.library));
}

std::string properties_of(const traces::Trace& trace) {
  if (!trace.violation || trace.recovery) return "spec::kAllProperties";
  return fmt::format("spec::set_of(spec::Property::{})", trace.violation->property);
}

std::string expectation(const traces::Trace& trace, bool expects_violation) {
  if (trace.violation && !expects_violation) {
    return "  EXPECT_FALSE(now.trace.violation) << traces::render_text(now.trace);\n";
  }
  std::string out;
  // Of a schedule that shows no recovery, each implementation may take another.
  if (!trace.recovery) {
    out += fmt::format("  EXPECT_EQ(now.taken.size(), {}U) << traces::render_text(now.trace);\n",
                       trace.steps.size());
  }
  if (!trace.violation) {
    return out + "  EXPECT_FALSE(now.trace.violation) << traces::render_text(now.trace);\n";
  }
  return out + fmt::format(
                   "  ASSERT_TRUE(now.trace.violation) << traces::render_text(now.trace);\n"
                   "  EXPECT_EQ(now.trace.violation->property, {});\n"
                   "  EXPECT_EQ(now.trace.violation->step, {}U);\n",
                   literal(trace.violation->property), trace.violation->step);
}

std::string steps_of(const traces::Trace& trace) {
  const Script script = script_of(trace);
  std::string out;
  for (std::size_t i = 0; i < script.actions.size(); ++i) {
    const ScriptAction& item = script.actions[i];
    out += step_comment(trace.steps[i]);
    out += fmt::format("  run.{};\n", call(item));
    if (!item.lost.empty()) out += fmt::format("  run.lose({{{}}});\n", fmt::join(item.lost, ", "));
  }
  if (trace.recovery) {
    out += comment("  ", "Here faults stop, and the cluster should recover.");
    out += fmt::format("  run.recover({}, {});\n", trace.recovery->steps,
                       numbers(trace.recovery->order));
  }
  return out;
}

}  // namespace

std::string identifier_of(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const bool is_plain = std::isalnum(static_cast<unsigned char>(c)) != 0;
    if (is_plain) out += c;
    if (!is_plain && !out.empty() && out.back() != '_') out += '_';
  }
  while (out.ends_with('_')) out.pop_back();
  if (!out.empty() && out[0] >= '0' && out[0] <= '9') out.insert(0, "Run_");
  return out;
}

std::string googletest_of(const traces::Trace& trace, const GoogleTestOptions& options) {
  const std::string node_header =
      options.library.empty() ? "checker/node/raft_node.hpp" : "checker/node/library.hpp";
  std::string out = header(trace, options);
  out += fmt::format(
      "#include <gtest/gtest.h>\n\n"
      "#include \"checker/cluster/scenario.hpp\"\n"
      "#include \"{}\"\n"
      "#include \"traces/render.hpp\"\n\n"
      "namespace {{\n\n"
      "TEST({}, {}) {{\n"
      "  node::Options options;\n",
      node_header, options.suite, options.name);
  for (const std::string& setting : settings(node_options(trace.config))) {
    out += fmt::format("  options.{};\n", setting);
  }
  out += node_of(options);
  out += fmt::format("  cluster::Scenario run(options, {});\n", literal(trace.config.network));
  if (const std::uint64_t drifts = limits_of(trace).clock_drifts; drifts > 0) {
    out += fmt::format("  run.allow_clock_drifts({});\n", drifts);
  }
  out += steps_of(trace);
  out +=
      fmt::format("  const cluster::ScriptRun now = run.take(*node, {});\n", properties_of(trace));
  out += expectation(trace, options.expects_violation);
  return out + "}\n\n}  // namespace\n";
}

}  // namespace cluster
