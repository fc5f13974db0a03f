// Whether what clients of the key/value layer saw is what one map would have shown them.
#pragma once

#include "checker/lab/kv.hpp"
#include "checker/linearizability/history.hpp"

namespace lab {

linearizability::History history_of(const std::vector<KvOperation>& operations);

// Fails the test unless the operations are linearizable. To be called where the scenario itself
// runs: what this throws is not told to whoever else waits.
void require_linearizable(Lab& lab, const std::vector<KvOperation>& operations);

}  // namespace lab
