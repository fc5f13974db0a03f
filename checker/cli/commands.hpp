// The commands. Each returns the program's exit status (usage_error.hpp) and throws UsageError.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace cli {

struct ExploreArguments {
  std::map<std::string, std::string> flags;  // those given, without dashes
  std::vector<std::string> properties;       // none: all
  std::string bug;
  // Another model than the cluster: its name (empty: the cluster), variant and settings.
  std::string model;
  std::string variant;
  std::vector<std::string> model_settings;  // NAME=VALUE[,NAME=VALUE...]
  std::string trace_path;
  bool is_trace_path_given = false;
  bool wants_page = false;               // --html: the trace's page beside it
  std::optional<std::string> json_path;  // "-": the standard output
  std::optional<std::string> junit_path;
  std::optional<std::string> checkpoint;  // directory to write checkpoints to
  std::optional<std::string> resume;      // directory of the checkpoint to go on from
  std::vector<std::string> command_line;  // for the record
};
int run_explore(const ExploreArguments& arguments);
// The same with --model.
int run_explore_model(const ExploreArguments& arguments);

struct SimulateArguments {
  std::map<std::string, std::string> flags;  // those given, without dashes
  std::vector<std::string> properties;       // none: all
  std::string bug;
  bool wants_page = false;                // --html: the trace's page beside it
  std::optional<std::string> trace_path;  // none: see kDefaultTrace in simulate_command.cpp
  std::optional<std::string> json_path;   // "-": the standard output
  std::optional<std::string> junit_path;
  std::vector<std::string> command_line;  // for the record
};
int run_simulate(const SimulateArguments& arguments);

struct LabArguments {
  std::map<std::string, std::string> flags;  // those given, without dashes
  std::vector<std::string> only;             // tests and parts; none: all
  std::vector<std::string> properties;       // none: all
  bool assertions_only = false;
  bool is_list = false;  // only name the tests
  std::string bug;
  bool wants_page = false;                  // --html: each trace's page beside it
  std::optional<std::string> trace_path;    // none: see kDefaultTrace in lab_command.cpp
  std::optional<std::string> history_path;  // the same
  std::optional<std::string> json_path;     // "-": the standard output
  std::optional<std::string> junit_path;
  std::vector<std::string> command_line;  // for the record
};
int run_lab(const LabArguments& arguments);

struct MergeArguments {
  std::vector<std::string> paths;        // of summaries
  std::optional<std::string> json_path;  // "-": the standard output
};
int run_merge(const MergeArguments& arguments);

struct LinearizableArguments {
  std::map<std::string, std::string> flags;  // those given, without dashes
  std::string history_path;                  // "-": the standard input
  std::optional<std::string> json_path;      // "-": the standard output
  std::optional<std::string> convert_path;
  std::optional<std::string> page_path;   // --html
  std::vector<std::string> command_line;  // for the record
};
int run_linearizable(const LinearizableArguments& arguments);

struct ReplayArguments {
  std::string trace_path;
  bool wants_page = false;  // --html: the trace's page beside it
  std::string bug;          // empty: the trace's own; "none": the core as it is
  std::optional<std::string> junit_path{};
  std::vector<std::string> command_line{};  // for the record
};
int run_replay(const ReplayArguments& arguments);

struct ShrinkArguments {
  std::map<std::string, std::string> flags;  // those given, without dashes
  std::string trace_path;                    // "-": the standard input
  std::string bug;                           // as for replay
  std::optional<std::string> output;         // none: beside the trace
  std::optional<std::string> json_path;      // "-": the standard output
};
int run_shrink(const ShrinkArguments& arguments);

struct ExplainArguments {
  std::string trace_path;                // "-": the standard input
  std::string bug;                       // as for replay
  std::optional<std::string> json_path;  // "-": the standard output
};
int run_explain(const ExplainArguments& arguments);

struct TestFromArguments {
  std::map<std::string, std::string> flags;  // those given, without dashes
  std::string trace_path;                    // "-": the standard input
  std::optional<std::string> output;         // none or "-": the standard output
};
int run_test_from(const TestFromArguments& arguments);

struct DiffArguments {
  std::map<std::string, std::string> flags;  // those given, without dashes
  std::string trace_path;                    // of A; "-": the standard input
  std::string other_path;                    // of B; the same
  std::optional<std::string> json_path;      // "-": the standard output
};
int run_diff(const DiffArguments& arguments);

struct StepArguments {
  std::map<std::string, std::string> flags;  // those given, without dashes
  std::vector<std::string> properties;       // none: all, or the one that the trace violates
  std::string trace_path;                    // empty: from the start
  std::string bug;                           // as for replay
};
int run_step(const StepArguments& arguments);

struct ShowArguments {
  std::map<std::string, std::string> flags;  // those given, without dashes
  std::string trace_path;                    // "-": the standard input
  std::optional<std::string> output;         // none or "-": the standard output
};
int run_show(const ShowArguments& arguments);

struct GalleryArguments {
  std::optional<std::string> html;  // the folder for its pages
};
int run_gallery(const GalleryArguments& arguments);

// what: "bugs", "properties", "actions", "witnesses", "models", "formats" or "rules"; anything
// else is refused.
int run_list(const std::string& what);

}  // namespace cli
