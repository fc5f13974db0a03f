// Frames and journals (src/wire), shown on whatever random runs and hostile messages hold.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <map>

#include "checker/rapidcheck/core_values.hpp"
#include "src/wire/journal.hpp"

namespace raft::rapid {
namespace {

RC_GTEST_PROP(WireProperties, AnyMessage_ComesBackFromItsFrame, ()) {
  const Message message = *messages();
  RC_ASSERT(wire::decoded<Message>(wire::frame_of(message)).value() == message);
}

RC_GTEST_PROP(WireProperties, AnyInput_ComesBackFromItsFrame, ()) {
  const Reached now = *reached_servers();
  const Input input = *inputs_for(now);
  RC_ASSERT(wire::decoded<Input>(wire::frame_of(input)).value() == input);
}

// Cut off anywhere, a journal gives back what was durable after some write: all that are whole.
RC_GTEST_PROP(WireProperties, Journals_GiveBackWhatRunsMadeDurable, ()) {
  const Schedule schedule = *schedules(rc::gen::map(cluster::rapid::configs(), [](Config config) {
    config.async_disk = false;
    return config;
  }));
  struct Kept {
    wire::JournalWriter writer;
    std::string bytes;
    std::map<std::size_t, Durable> states;  // by the journal's size
  };
  std::map<std::uint32_t, Kept> journals;
  for (const Taken& taken : steps_of(schedule)) {
    Kept& kept = journals[taken.after.id.value];
    if (kept.bytes.empty()) {
      kept.bytes = kept.writer.begin({taken.after.id, {}});
      kept.states[kept.bytes.size()] = {};
    }
    const auto write = write_of(taken.effects.persist, taken.after);
    if (!write) continue;
    kept.bytes += kept.writer.append(*write);
    kept.states[kept.bytes.size()] = taken.disk;
  }
  for (const auto& [id, kept] : journals) {
    const auto size = *in_range(kept.states.begin()->first, kept.bytes.size() + 1);
    const auto recovered = wire::recover(std::string_view(kept.bytes).substr(0, size));
    RC_ASSERT(recovered.has_value());
    RC_ASSERT(recovered->state.id == ServerId{id});
    const auto last = std::prev(kept.states.upper_bound(size));
    RC_ASSERT(recovered->bytes == last->first);
    RC_ASSERT(recovered->state.durable == last->second);
  }
  RC_CLASSIFY(journals.size() > 1, "several servers wrote");
}

}  // namespace
}  // namespace raft::rapid
