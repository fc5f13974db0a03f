// Bytes choose a server, any that the core's invariants allow, and one input for it, most often a
// message that anybody may have sent. The step has a named outcome, or breaks a contract that the
// input explains, and does nothing that no step may do (step_oracle.hpp). What several inputs in a
// row do is fuzz_cluster's to find: here a server may be in any state to begin with.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>

#include "checker/engine/interner.hpp"
#include "checker/rapidcheck/test_invariants.hpp"
#include "fuzz/describe.hpp"
#include "fuzz/drawn_core.hpp"
#include "fuzz/state_coverage.hpp"
#include "fuzz/step_oracle.hpp"
#include "src/raft/canonical.hpp"
#include "src/raft/contract.hpp"
#include "src/raft/step.hpp"

namespace {

[[noreturn]] void fail(std::string_view complaint, const raft::Server& before,
                       const raft::Input& input, const std::string& after = "") {
  std::fprintf(stderr, "%.*s\nserver: %s\ninput: %s\n%s", static_cast<int>(complaint.size()),
               complaint.data(), fuzz::describe(before).c_str(), fuzz::describe(input).c_str(),
               after.c_str());
  std::abort();
}

// What of a step tells a fuzzer that it is of a new sort: roles, outcome, and how the server's
// numbers lie to each other.
void note(const raft::Server& before, const raft::Input& input, const raft::Server& after,
          const raft::Effects& effects) {
  const auto* receive = std::get_if<raft::Receive>(&input);
  const std::uint64_t kind =
      receive == nullptr ? input.index() : 16 + receive->message.body.index();
  std::uint64_t sort = kind;
  const auto add = [&](std::uint64_t value, std::uint64_t count) {
    sort = sort * count + std::min(value, count - 1);
  };
  add(static_cast<std::uint64_t>(effects.outcome), 64);
  add(before.role.index(), 4);
  add(after.role.index(), 4);
  add(after.current_term().value - before.current_term().value, 2);
  add(before.log.base_index().value, 2);
  add(before.log.last_index().value - before.commit_index.value, 2);
  add(after.commit_index.value - before.commit_index.value, 3);
  add(effects.messages.size(), 3);
  add(effects.persist.log_from.has_value() ? 1 : 0, 2);
  fuzz::saw(engine::mixed(sort));
  add(before.config.async_disk ? 1 : 0, 2);
  add(static_cast<std::uint64_t>(before.config.changes), 3);
  add(before.config.appends_in_flight, 2);
  add(before.config.pre_vote ? 1 : 0, 2);
  fuzz::saw(engine::mixed(sort) + 1);
}

// One step of so many is judged by spec, too.
bool is_sampled(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  return engine::mixed(std::hash<std::string_view>{}(bytes)) % 256 == 0;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static raft::Server server;
  static raft::Server before;
  static raft::Effects effects;
  fuzz::Bytes bytes(data, size);
  fuzz::draw_server(bytes.slot(fuzz::kServerBytes), server);
  const std::string_view broken = raft::rapid::broken_invariant(server);
  if (!broken.empty()) {
    fail("the harness drew a server that cannot be: " + std::string(broken), server, {});
  }
  const raft::Input input = fuzz::draw_input(bytes.slot(fuzz::kInputBytes), server);
  fuzz::copy_server(server, before);
  try {
    raft::step(server, input, effects);
  } catch (const raft::ContractViolation& violation) {
    const std::string complaint = fuzz::complaint_about_contract(before, input, violation.what());
    if (!complaint.empty()) fail(complaint, before, input);
    return 0;
  }
  const auto fail_after = [&](std::string_view complaint) {
    fail(complaint, before, input,
         "outcome: " + fuzz::describe(effects) + "\nserver: " + fuzz::describe(server) + '\n');
  };
  const std::string_view complaint = fuzz::complaint_about(before, input, server, effects);
  if (!complaint.empty()) fail_after(complaint);
  if (is_sampled(data, size)) {
    const std::string of_spec = fuzz::complaint_of_spec(before, input, server, effects);
    if (!of_spec.empty()) fail_after(of_spec);
  }
  note(before, input, server, effects);
  return 0;
}
