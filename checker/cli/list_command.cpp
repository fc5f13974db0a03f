#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "checker/cli/commands.hpp"
#include "checker/cli/gallery.hpp"
#include "checker/cli/text.hpp"
#include "checker/cli/usage_error.hpp"
#include "checker/models/catalogue.hpp"
#include "spec/paper_rule.hpp"
#include "spec/property.hpp"
#include "spec/witness.hpp"
#include "traces/formats/formats.hpp"

namespace cli {
namespace {

constexpr std::size_t kNameColumn = 26;

void print_row(std::string_view name, std::size_t column, std::string_view description) {
  fmt::print("{}", two_columns(name, column, words_of(description)));
}

void list_bugs() {
  const std::vector<Bug> bugs = require_bugs();
  std::size_t column = 0;
  for (const Bug& bug : bugs) column = std::max(column, bug.name.size() + 4);
  for (const Bug& bug : bugs) {
    std::string kind;
    if (!bug.property.empty()) kind = fmt::format(" [{}]", bug.property);
    if (bug.is_control) kind = " [control: breaks nothing]";
    print_row(bug.name, column, bug.summary + kind);
  }
}

void list_properties() {
  for (std::size_t i = 0; i < spec::kPropertyCount; ++i) {
    const auto property = static_cast<spec::Property>(i);
    print_row(to_string(property), kNameColumn, description(property));
  }
}

void list_witnesses() {
  for (std::size_t i = 0; i < spec::kWitnessCount; ++i) {
    const auto witness = static_cast<spec::Witness>(i);
    print_row(to_string(witness), kNameColumn, description(witness));
  }
}

void list_actions() {
  struct Row {
    const char* name;
    const char* description;
  };
  constexpr std::array kRows = {
      Row{"election_timeout", "a server's election timer fires (bounded by --terms, --timeouts)"},
      Row{"heartbeat_timeout", "a leader's heartbeat timer fires"},
      Row{"propose", "a client proposes a command to a server (--log, --proposals)"},
      Row{"deliver", "a server receives a message (counted for each kind of message)"},
      Row{"crash", "a server loses what is volatile and restarts from its disk (--crashes)"},
      Row{"cut", "the network is cut into groups (--partitions; bounded networks)"},
      Row{"heal", "the cut ends"},
      Row{"lease_timeout",
          "a follower has not heard from a leader for the minimum election timeout (--pre-vote, "
          "--vote-lease)"},
      Row{"transfer", "a leader is asked to hand its lead over to another server (--transfers)"},
      Row{"read", "a client asks a server for a linearizable read (--reads)"},
      Row{"compact",
          "a server takes a snapshot and drops the log that it stands for (--compactions)"},
      Row{"change_membership", "a leader is asked for another membership (--changes)"},
      Row{"disk_write", "a server's oldest write becomes durable (--disk async)"},
  };
  for (const Row& row : kRows) print_row(row.name, kNameColumn, row.description);
}

void list_models() {
  constexpr std::size_t kWide = 30;
  for (const models::ModelEntry& model : models::catalogue()) {
    fmt::print("{}", wrapped(model.name + ":", 2, words_of(model.summary)));
    if (!model.variants.empty()) fmt::print("  variants (--variant)\n");
    for (const models::Variant& variant : model.variants) {
      print_row("  " + variant.name, kWide, variant.summary);
    }
    fmt::print("  settings (--model-set)\n");
    for (const models::Parameter& one : model.parameters) {
      print_row("  " + one.name, kWide,
                fmt::format("{} ({}; default {})", one.help, one.value, one.default_value));
    }
  }
}

void list_rules() {
  for (std::size_t i = 0; i < spec::kPaperRuleCount; ++i) {
    const auto rule = static_cast<spec::PaperRule>(i);
    print_row(to_string(rule), 36, fmt::format("{}: {}", source(rule), description(rule)));
  }
}

void list_formats() {
  for (const traces::formats::Format& format : traces::formats::all()) {
    print_row(format.name, kNameColumn, format.summary);
  }
}

}  // namespace

int run_list(const std::string& what) {
  if (what == "bugs") {
    list_bugs();
  } else if (what == "properties") {
    list_properties();
  } else if (what == "actions") {
    list_actions();
  } else if (what == "witnesses") {
    list_witnesses();
  } else if (what == "models") {
    list_models();
  } else if (what == "formats") {
    list_formats();
  } else if (what == "rules") {
    list_rules();
  } else {
    throw UsageError(fmt::format(
        "list{}{}: say what: bugs, properties, actions, witnesses, models, formats or rules",
        what.empty() ? "" : " ", what));
  }
  return kHolds;
}

}  // namespace cli
