// How a machine and a message of the core look to the spec. Internal to this room.
#pragma once

#include "checker/node/machine.hpp"
#include "spec/view.hpp"

namespace node {

spec::ServerView server_view(const Machine& machine);
spec::MessageView message_view(const raft::Message& message);
spec::EntryView entry_view(const raft::Entry& entry);
// DiskView::log_index, found by comparing the whole logs.
spec::Index disk_log_index(const Machine& machine);
// Whether some property says something of it (spec::is_judged).
bool is_judged(const raft::Message& message);

}  // namespace node
