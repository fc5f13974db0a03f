#include "checker/node/disk_agreement.hpp"

#include <algorithm>
#include <string_view>

#include "checker/node/raft_view.hpp"
#include "checker/node/state_machine.hpp"

namespace node {
namespace {

constexpr char kEnd = ';';  // of a piece of a snapshot's text

bool is_whole(const std::string& text) { return text.empty() || text.back() == kEnd; }

std::size_t pieces_of(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count(text, kEnd));
}

}  // namespace

std::size_t DiskAgreement::Counted::count(const std::string& text) {
  const std::size_t known = text.starts_with(text_) ? text_.size() : 0;
  pieces_ = (known == 0 ? 0 : pieces_) + pieces_of(std::string_view(text).substr(known));
  text_ = text;
  return pieces_;
}

// Through which of the compacted entries the disk has what the server's snapshot says, by their
// texts. Nothing: these are not what they should be.
std::optional<spec::Index> DiskAgreement::compacted_on_disk(const Machine& machine) {
  const raft::Log& log = machine.server.log;
  const raft::Log& stored = machine.durable.log;
  const std::string& text = machine.server.snapshot.data;
  std::string stored_text = machine.durable.snapshot.data;
  const bool is_plain = is_whole(text) && is_whole(stored_text) &&
                        stored.base_index() <= log.base_index() &&
                        text_.count(text) == log.base_index().value &&
                        stored_text_.count(stored_text) == stored.base_index().value;
  if (!is_plain) return std::nullopt;
  const std::size_t behind = log.base_index().value - stored.base_index().value;
  stored_text += snapshot_text(stored.entries().first(std::min(behind, stored.entries().size())));
  if (text == stored_text) return log.base_index().value;
  const auto end = std::ranges::mismatch(text, stored_text).in1;
  return pieces_of({text.begin(), end});
}

void DiskAgreement::update(const Machine& machine, spec::Index from) {
  // The entry behind those that agree is the first that does not, or is missing on one side.
  if (from > log_index_ + 1) return;
  log_index_ = from - 1;
  const raft::Log& log = machine.server.log;
  const raft::Log& stored = machine.durable.log;
  const spec::Index base = std::max(log.base_index(), stored.base_index()).value;
  if (log_index_ < base) {
    const auto compacted = compacted_on_disk(machine);
    log_index_ = compacted ? *compacted : disk_log_index(machine);
    if (log_index_ < base || !compacted) return;
  }
  const spec::Index last = std::min(log.last_index(), stored.last_index()).value;
  while (log_index_ < last && log.at({log_index_ + 1}) == stored.at({log_index_ + 1})) ++log_index_;
}

}  // namespace node
