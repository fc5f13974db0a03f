#include "checker/engine/half_graph.hpp"

namespace engine {

void HalfGraph::expand(HalfId half) {
  if (half >= rows_.size()) rows_.resize(half + 1);
  scratch_.clear();
  model_.internal_steps(half, scratch_);
  Row& row = rows_[half];
  row.expanded = true;
  row.internal.first = static_cast<EdgeId>(edges_.size());
  for (const Step& step : scratch_) {
    if (step.next != kNone) {
      add(half, step, kNone, false);
    } else if (step.cut_off_by != 0) {
      row.cut_off.push_back(static_cast<std::uint16_t>(step.cut_off_by - 1));
    }
  }
  row.internal.last = static_cast<EdgeId>(edges_.size());
}

EdgeId HalfGraph::add(HalfId half, const Step& step, MessageId message, bool keep_copy) {
  Edge edge;
  if (step.next != kNone) {
    const Canonical canonical = model_.canonical(step.next);
    edge = {.next = canonical.half,
            .sends = step.sends,
            .renaming = canonical.renaming,
            .action = step.action,
            .is_loop = step.next == half,
            .has_ties = !model_.automorphisms(canonical.half).empty(),
            .is_news = step.violation != 0 || (step.witnesses & ~witnesses_) != 0};
  }
  edges_.push_back(edge);
  details_.push_back({.label = step.label,
                      .message = message,
                      .keep_copy = keep_copy,
                      .witnesses = step.witnesses,
                      .violation = step.violation,
                      .cut_off_by = step.cut_off_by});
  return static_cast<EdgeId>(edges_.size() - 1);
}

EdgeId HalfGraph::add_delivery(std::vector<EdgeId>& row, HalfId half, MessageId message,
                               bool keep_copy) {
  const Step step = model_.deliver(half, message, keep_copy);
  if (message >= row.size()) row.resize(model_.message_count(), kNone);
  return row[message] = add(half, step, message, keep_copy);
}

std::uint32_t HalfGraph::take_news(EdgeId id) {
  const EdgeDetail& detail = details_[id];
  witnesses_ |= detail.witnesses;
  if (detail.violation == 0) edges_[id].is_news = false;
  return detail.violation;
}

}  // namespace engine
