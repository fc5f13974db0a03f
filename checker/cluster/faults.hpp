// Which faults a violation needs: each is taken out of the run, which is then run again on the real
// code, as far as it goes.
#pragma once

#include <functional>
#include <vector>

#include "checker/cluster/script.hpp"
#include "checker/node/node.hpp"
#include "traces/trace.hpp"

namespace cluster {

enum class FaultKind : std::uint8_t {
  Crash,      // without it: the server goes on
  TornWrite,  // a crash that loses what was not yet durable; without it: all of that is
  Cut,        // without it and its heal: the network is whole
  Duplicate,  // a message that is received once more; without it: once
  Loss,       // a message that is not received; without it: it is, right after it was sent
  Delay,      // one that is received after either end did something else; without it: before
  Drift,      // a lease that ends too early by some clock; without it: it does not end
};
const char* to_string(FaultKind kind);  // "crash", "torn_write", ...

struct Fault {
  FaultKind kind{};
  std::size_t step = 0;      // that is the fault; of a loss and a delay: that sent the message
  std::size_t position = 0;  // of a loss or a delay: of the message in that step's `sent`
  std::size_t received = 0;  // of a duplicate or a delay: the step that receives it
  bool is_needed = false;    // without it alone, the property is not violated
  bool operator==(const Fault&) const = default;
};

struct FaultsTried {
  std::vector<Fault> faults;  // in the order of steps
  std::size_t untried = 0;    // those behind them, when `go_on` had enough
};

// All faults of the trace up to the violation; a loss only where the sender could reach the
// receiver. `go_on(tried, all)` is asked before each run. The node must be made for trace.config,
// and the trace end in the violation that it records.
FaultsTried try_faults(node::Node& node, const traces::Trace& trace,
                       const std::function<bool(std::size_t, std::size_t)>& go_on);

}  // namespace cluster
