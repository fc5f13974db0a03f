// A cluster model in a checkpoint.
//
// Saved are the interned values, in the order of their ids. Nothing that was computed from them is:
// local steps, checks, renamings and representatives are computed again when they are asked for.
// That gives the answers that were given before:
//
// Answers. A step, a check or a renamed value is a function of values alone, and every value that
// it consists of was interned when it was given. So computing it again interns nothing, and finds
// the ids it had. For the same reason, on one thread, values that are new after load() get the ids
// that a run without a break would have given them.
//
// Representatives. A half's is the least by ids of those renamed rows whose servers are in the
// order of their orbits, so it must not change when ids come up in another order. It doesn't: an
// orbit's number is the least id of its members, all of which are interned when it is first asked
// for; and representative() compares two rows slot by slot, and has interned both up to the slot
// that decides. Ids never change, so orbits and rows compare in this way for ever, whichever half
// is asked about, and whatever is interned later. What was least then is least now. (A form that
// picks by anything but saved ids and the values themselves, a table's size say, would have to be
// saved.)
#include "checker/cluster/cluster_model.hpp"
#include "checker/engine/interner_archive.hpp"

namespace cluster {
namespace {

constexpr std::uint32_t kVersion = 4;  // of every section here

void put_membership(const spec::MembershipView& membership, engine::ArchiveWriter& writer) {
  writer.put_list(membership.voters);
  writer.put_list(membership.outgoing);
  writer.put_list(membership.learners);
}

spec::MembershipView get_membership(engine::ArchiveReader& reader) {
  spec::MembershipView membership;
  reader.get_list(membership.voters);
  reader.get_list(membership.outgoing);
  reader.get_list(membership.learners);
  return membership;
}

void put_history(const spec::History& history, engine::ArchiveWriter& writer) {
  writer.put_list(history.leaders);
  writer.put_u64(history.committed.size());
  for (const spec::CommittedEntry& committed : history.committed) {
    writer.put_u64(committed.commit_term);
    writer.put_u64(committed.entry.term);
    writer.put_u8(committed.entry.no_op ? 1 : 0);
    writer.put_text(committed.entry.command);
    writer.put_u8(committed.entry.is_membership ? 1 : 0);
    if (committed.entry.is_membership) put_membership(committed.entry.membership, writer);
  }
  writer.put_u64(history.reads.size());
  for (const spec::AskedRead& read : history.reads) {
    writer.put_u64(read.id);
    writer.put_u64(read.committed);
  }
  put_membership(history.first_membership, writer);
  writer.put_u8(history.stale_read ? 1 : 0);
  if (!history.stale_read) return;
  writer.put_u64(history.stale_read->read.id);
  writer.put_u64(history.stale_read->read.committed);
  writer.put_u32(history.stale_read->server);
  writer.put_u64(history.stale_read->applied);
}

spec::History get_history(engine::ArchiveReader& reader) {
  constexpr std::size_t kCommittedSize = 8 + 8 + 1 + 8 + 1;  // at least
  spec::History history;
  reader.get_list(history.leaders);
  const std::size_t committed = reader.get_count(kCommittedSize);
  for (std::size_t i = 0; i < committed; ++i) {
    spec::CommittedEntry& entry = history.committed.emplace_back();
    entry.commit_term = reader.get_u64();
    entry.entry.term = reader.get_u64();
    entry.entry.no_op = reader.get_u8() != 0;
    entry.entry.command = reader.get_text();
    entry.entry.is_membership = reader.get_u8() != 0;
    if (entry.entry.is_membership) entry.entry.membership = get_membership(reader);
  }
  const std::size_t reads = reader.get_count(8 + 8);
  for (std::size_t i = 0; i < reads; ++i) {
    const std::uint64_t id = reader.get_u64();
    history.reads.push_back({id, reader.get_u64()});
  }
  history.first_membership = get_membership(reader);
  if (reader.get_u8() != 0) {
    spec::StaleRead& stale = history.stale_read.emplace();
    stale.read.id = reader.get_u64();
    stale.read.committed = reader.get_u64();
    stale.server = reader.get_u32();
    stale.applied = reader.get_u64();
  }
  return history;
}

void require_id(std::uint32_t id, std::size_t count, engine::ArchiveReader& reader) {
  if (id >= count) reader.refuse("an id of a value that was not saved");
}

}  // namespace

void ClusterModel::save(engine::ArchiveWriter& writer) const {
  writer.begin_section("cluster.locals", kVersion);
  engine::save_values(local_bytes_, writer);
  writer.put_u64(step_calls_);
  writer.end_section();

  writer.begin_section("cluster.messages", kVersion);
  writer.put_u64(messages_.size());
  for (engine::MessageId id = 0; id < messages_.size(); ++id) {
    const MessageInfo& message = messages_[id];
    writer.put_u32(message.from);
    writer.put_u32(message.to);
    writer.put_text(message.bytes);
    writer.put_u8(message.is_sent ? 1 : 0);
  }
  writer.end_section();

  writer.begin_section("cluster.sends", kVersion);
  engine::save_values(sends_, writer);
  writer.end_section();

  writer.begin_section("cluster.histories", kVersion);
  writer.put_u64(histories_.size());
  for (HistoryId id = 0; id < histories_.size(); ++id) put_history(histories_[id], writer);
  writer.end_section();

  writer.begin_section("cluster.worlds", kVersion);
  engine::save_values(worlds_, writer);
  writer.end_section();

  writer.begin_section("cluster.rows", kVersion);
  engine::save_values(rows_, writer);
  writer.end_section();
}

void ClusterModel::load(engine::ArchiveReader& reader) {
  try {
    reader.open_section("cluster.locals", kVersion);
    engine::load_values<char>(reader, [&](std::span<const char> bytes) {
      return intern_local(std::string(bytes.data(), bytes.size()));
    });
    step_calls_ = reader.get_u64();
    reader.close_section();
    load_messages(reader);
    load_histories(reader);
    load_rows(reader);
  } catch (const std::invalid_argument& error) {  // of the node
    reader.refuse(std::string("bytes that the node does not know: ") + error.what());
  }
}

void ClusterModel::load_messages(engine::ArchiveReader& reader) {
  reader.open_section("cluster.messages", kVersion);
  const std::size_t count = reader.get_count(4 + 4 + 8 + 1);
  for (engine::MessageId id = 0; id < count; ++id) {
    node::Message message;
    message.from = reader.get_u32();
    message.to = reader.get_u32();
    message.bytes = reader.get_text();
    if (message.from - 1 >= servers() || message.to - 1 >= servers()) {
      reader.refuse("a message from or to a server that the cluster does not have");
    }
    const bool is_sent = reader.get_u8() != 0;
    if (intern_message(message, is_sent) != id) reader.refuse("a message that was saved twice");
  }
  reader.close_section();

  reader.open_section("cluster.sends", kVersion);
  engine::load_values<engine::MessageId>(reader, [&](std::span<const engine::MessageId> list) {
    for (const engine::MessageId message : list) require_id(message, messages_.size(), reader);
    return sends_.intern(list).id;
  });
  reader.close_section();
}

void ClusterModel::load_histories(engine::ArchiveReader& reader) {
  reader.open_section("cluster.histories", kVersion);
  const std::size_t count = reader.get_count(8 + 8);
  for (HistoryId id = 0; id < count; ++id) {
    if (intern_history(get_history(reader)) != id) reader.refuse("a history that was saved twice");
  }
  reader.close_section();

  reader.open_section("cluster.worlds", kVersion);
  engine::load_values<std::uint32_t>(reader, [&](Row packed) {
    if (packed.size() != World::kNumbers) reader.refuse("a world of another size");
    const World world = World::unpacked(packed.first<World::kNumbers>());
    require_id(world.partition, partitions_.size(), reader);
    return intern_world(world);
  });
  reader.close_section();
}

void ClusterModel::load_rows(engine::ArchiveReader& reader) {
  reader.open_section("cluster.rows", kVersion);
  engine::load_values<std::uint32_t>(reader, [&](Row row) {
    if (row.size() != servers() + 2) reader.refuse("a cluster state of another size");
    for (const LocalId local : row.first(servers())) require_id(local, locals_.size(), reader);
    require_id(row[history_slot()], histories_.size(), reader);
    require_id(row[world_slot()], worlds_.size(), reader);
    return intern_row(row);
  });
  reader.close_section();
}

}  // namespace cluster
