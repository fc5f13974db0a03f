// Canonical bytes are values and values are canonical bytes, shown on whatever random runs and
// hostile messages hold.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "checker/rapidcheck/core_values.hpp"
#include "src/raft/canonical.hpp"

namespace raft::rapid {
namespace {

RC_GTEST_PROP(CanonicalProperties, ServersAndMessages_RoundTrip, ()) {
  for (const Taken& taken : steps_of(*schedules())) {
    RC_ASSERT(decoded<Server>(encoded(taken.after)) == taken.after);
    RC_ASSERT(decoded<Durable>(encoded(taken.disk)) == taken.disk);
    for (const Message& message : taken.effects.messages) {
      RC_ASSERT(decoded<Message>(encoded(message)) == message);
    }
  }
}

RC_GTEST_PROP(CanonicalProperties, HostileMessages_RoundTrip, ()) {
  const Message message = *messages();
  RC_ASSERT(decoded<Message>(encoded(message)) == message);
}

RC_GTEST_PROP(CanonicalProperties, EqualBytes_AreEqualStates, ()) {
  std::vector<Server> servers;
  const Schedule schedule = *schedules();
  run(schedule, [&](const RandomCluster&, const Taken& taken) { servers.push_back(taken.after); });
  if (servers.size() > 60) servers.resize(60);
  std::size_t equal = 0;
  for (const Server& one : servers) {
    for (const Server& other : servers) {
      RC_ASSERT((one == other) == (encoded(one) == encoded(other)));
      equal += one == other ? 1u : 0u;
    }
  }
  RC_CLASSIFY(equal > servers.size(), "a state came twice");
}

// Any bytes are refused, or are the bytes of what they decode to.
template <class T>
bool is_refused_or_canonical(const std::string& bytes) {
  try {
    return encoded(decoded<T>(bytes)) == bytes;
  } catch (const DecodeError&) {
    return true;
  }
}

RC_GTEST_PROP(CanonicalProperties, AnyBytes_AreRefused_OrCanonical, (const std::string& bytes)) {
  RC_ASSERT(is_refused_or_canonical<Server>(bytes));
  RC_ASSERT(is_refused_or_canonical<Message>(bytes));
  RC_ASSERT(is_refused_or_canonical<Durable>(bytes));
}

RC_GTEST_PROP(CanonicalProperties, ChangedBytes_AreRefused_OrCanonical, ()) {
  std::string bytes = encoded((*reached_servers()).server);
  const auto place = *in_range<std::size_t>(0, bytes.size());
  bytes[place] = static_cast<char>(*in_range(0, 256));
  RC_ASSERT(is_refused_or_canonical<Server>(bytes));
}

}  // namespace
}  // namespace raft::rapid
