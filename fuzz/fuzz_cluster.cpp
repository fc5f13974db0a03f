// Bytes choose what happens to a cluster of three: one byte its features, then two bytes a choice
// (checker/cluster/choices.hpp). Every property is checked after every step; a message may be
// received late, again, or never. The bytes are also read as one message, which a server must
// answer by a named outcome or by a broken contract.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "checker/cluster/choices.hpp"
#include "checker/node/raft_node.hpp"
#include "src/raft/canonical.hpp"
#include "src/raft/contract.hpp"
#include "src/raft/step.hpp"

namespace {

constexpr std::uint32_t kServers = 3;
constexpr std::size_t kChoicesMax = 600;

class Bytes {
 public:
  Bytes(const std::uint8_t* data, std::size_t size) : data_(data), left_(size) {}
  [[nodiscard]] bool empty() const { return left_ < 2; }
  std::uint8_t next() {
    --left_;
    return *data_++;
  }
  [[nodiscard]] std::string_view rest() const {
    return {reinterpret_cast<const char*>(data_), left_};
  }

 private:
  const std::uint8_t* data_;
  std::size_t left_;
};

// A byte chooses among the features that a cluster may have. Snapshots are always there: they are
// taken only where the bytes say so.
node::Options options_of(std::uint8_t choice) {
  constexpr std::array kChanges = {node::Changes::None, node::Changes::SingleServer,
                                   node::Changes::Joint, node::Changes::Joint};
  node::Options options{.servers = kServers, .snapshots = true};
  options.pre_vote = (choice & 1U) != 0;
  options.check_quorum = (choice & 2U) != 0;
  options.vote_lease = (choice & 4U) != 0;
  options.snapshot_chunk = (choice & 8U) != 0 ? 5 : 0;
  options.changes = kChanges[choice >> 4U & 3U];
  options.async_disk = (choice & 64U) != 0;
  return options;
}

// Half of the first bytes deliver, the others are a kind of choice each.
cluster::Choice choice_of(std::uint8_t what, std::uint8_t which) {
  const auto byte = [](std::size_t number) { return static_cast<std::uint8_t>(number); };
  const std::size_t kind = what % (2 * cluster::kChoiceKinds);
  return {.kind = kind < cluster::kChoiceKinds ? static_cast<cluster::ChoiceKind>(kind)
                                               : cluster::ChoiceKind::Deliver,
          .server = byte(1 + which % kServers),
          .other = byte(1 + which / kServers % kServers),
          .number = byte(which / (kServers * kServers))};
}

// Hands an arbitrary message to a candidate.
void receive_hostile(std::string_view bytes) {
  raft::Server server = raft::fresh_server({.servers = kServers}, {1});
  raft::step(server, raft::ElectionTimeout{});
  try {
    raft::Message message = raft::decoded<raft::Message>(bytes);
    message.to = server.id;
    const raft::Effects effects = raft::step(server, raft::Receive{message});
    if (effects.outcome == raft::Outcome::None) std::abort();  // every input has an outcome
  } catch (const raft::DecodeError&) {
  } catch (const raft::ContractViolation&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes bytes(data, size);
  receive_hostile(bytes.rest());
  if (bytes.empty()) return 0;
  const node::Options options = options_of(bytes.next());
  const auto node = node::make_raft_node(options);
  cluster::ChosenRun run(*node, options);
  for (std::size_t choices = 0; !bytes.empty() && choices < kChoicesMax; ++choices) {
    const std::uint8_t what = bytes.next();
    run.take(choice_of(what, bytes.next()));
  }
  if (!run.violation()) return 0;
  std::fprintf(stderr, "%s: %s\n", to_string(run.violation()->property),
               run.violation()->message.c_str());
  std::abort();
}
