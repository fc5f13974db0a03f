#include <fmt/format.h>

#include <array>

#include "checker/cli/commands.hpp"
#include "checker/cli/gallery.hpp"
#include "spec/property.hpp"
#include "spec/witness.hpp"

namespace cli {
namespace {

void list_bugs() {
  for (const Bug& bug : all_bugs()) {
    fmt::print("{:<34} {:<20} {}\n", bug.name, bug.is_control ? "(control)" : bug.property,
               bug.summary);
  }
}

void list_properties() {
  for (std::size_t i = 0; i < spec::kPropertyCount; ++i) {
    const auto property = static_cast<spec::Property>(i);
    fmt::print("{:<22} {}\n", to_string(property), description(property));
  }
}

void list_witnesses() {
  for (std::size_t i = 0; i < spec::kWitnessCount; ++i) {
    const auto witness = static_cast<spec::Witness>(i);
    fmt::print("{:<22} {}\n", to_string(witness), description(witness));
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
  };
  for (const Row& row : kRows) fmt::print("{:<22} {}\n", row.name, row.description);
}

}  // namespace

int run_list(const std::string& what) {
  if (what == "bugs") list_bugs();
  if (what == "properties") list_properties();
  if (what == "actions") list_actions();
  if (what == "witnesses") list_witnesses();
  return 0;
}

}  // namespace cli
