#include "checker/cluster/trace_size.hpp"

#include <string>
#include <variant>
#include <vector>

namespace cluster {

std::uint64_t entries_in(const traces::Step& step) {
  constexpr std::size_t kBytesOfEntry = 100;
  constexpr std::uint64_t kStep = 4;
  constexpr std::uint64_t kMessage = 2;
  std::uint64_t entries = kStep + kMessage * step.sent.size();
  if (step.view) entries += step.view->log.size() + step.view->snapshot.entries.size();
  for (const traces::SentMessage& sent : step.sent) {
    for (const auto& [name, value] : sent.message.fields) {
      const auto* list = std::get_if<std::vector<spec::EntryView>>(&value);
      const auto* text = std::get_if<std::string>(&value);
      if (list != nullptr) entries += list->size();
      if (text != nullptr) entries += text->size() / kBytesOfEntry;
    }
  }
  return entries;
}

std::uint64_t entries_in(const traces::Trace& trace) {
  std::uint64_t entries = 0;
  for (const traces::Step& step : trace.steps) entries += entries_in(step);
  return entries;
}

}  // namespace cluster
