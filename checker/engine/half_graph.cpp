#include "checker/engine/half_graph.hpp"

#include <algorithm>
#include <stdexcept>

#include "checker/engine/interner.hpp"

namespace engine {
namespace {
constexpr std::size_t kHalvesMax = std::size_t{1} << 30U;
constexpr std::size_t kEdgesMax = std::size_t{1} << 31U;
constexpr std::uint32_t kSlotsAtFirst = 8;
}  // namespace

HalfGraph::Table::Table(std::uint32_t slot_count)
    : mask(slot_count - 1), slots(new std::atomic<std::uint64_t>[slot_count]) {
  for (std::uint32_t i = 0; i < slot_count; ++i) {
    slots[i].store(kEmptySlot, std::memory_order_relaxed);
  }
}

HalfGraph::HalfGraph(Model& model)
    : model_(model),
      is_model_for_threads_(model.is_for_threads()),
      alternatives_(model.alternatives()),
      renamings_(model.renaming_count()),
      rows_(kHalvesMax, Pages::Huge),
      edges_(kEdgesMax, Pages::Huge),
      details_(kEdgesMax, Pages::Huge),
      renamed_(std::size_t{1} << 34U) {
  initial_ = canonical(model_.initial());
}

HalfGraph::~HalfGraph() = default;

HalfGraph::EdgeRange HalfGraph::expand(HalfId half) {
  const ModelLock model_lock = lock_model();
  Row& row = rows_[half];
  if (row.is_expanded.load(std::memory_order_acquire)) return row.internal;
  // Kept, so that their memory serves again: small blocks of two threads may share a line.
  static thread_local std::vector<Step> steps;
  static thread_local std::vector<Answer> answers;
  static thread_local std::vector<std::uint16_t> cut_off;
  steps.clear();
  answers.clear();
  cut_off.clear();
  model_.internal_steps(half, steps);
  for (const Step& step : steps) {
    if (step.next != kNone) {
      answers.push_back(answer(step));
    } else if (step.cut_off_by != 0) {
      cut_off.push_back(static_cast<std::uint16_t>(step.cut_off_by - 1));
    }
  }
  const std::lock_guard lock(lock_of(half).mutex);
  if (row.is_expanded.load(std::memory_order_relaxed)) return row.internal;  // meanwhile
  const auto first = static_cast<EdgeId>(edges_.claim(answers.size()));
  for (std::size_t i = 0; i < answers.size(); ++i) {
    write(static_cast<EdgeId>(first + i), half, answers[i], kNone, 0);
  }
  row.internal = {first, static_cast<EdgeId>(first + answers.size())};
  const std::size_t first_cut_off = cut_offs_.claim(cut_off.size());
  std::ranges::copy(cut_off, &cut_offs_[first_cut_off]);
  row.cut_off = cut_offs_.span(first_cut_off, cut_off.size());
  row.is_expanded.store(true, std::memory_order_release);
  return row.internal;
}

// What is read of a half that edges lead to.
void HalfGraph::note(HalfId canonical) {
  Row& row = rows_.at(canonical, "cluster halves");
  if (row.is_noted.load(std::memory_order_acquire)) return;
  const std::span<const Renaming> automorphisms = model_.automorphisms(canonical);
  const std::lock_guard lock(lock_of(canonical).mutex);
  if (row.is_noted.load(std::memory_order_relaxed)) return;
  row.automorphisms = automorphisms;
  row.is_noted.store(true, std::memory_order_release);
}

// What was noted is canonical, so the model is asked once about a representative.
Canonical HalfGraph::canonical(HalfId half) {
  if (rows_.at(half, "cluster halves").is_noted.load(std::memory_order_acquire)) return {half, 0};
  const Canonical found = model_.canonical(half);
  note(found.half);
  return found;
}

HalfGraph::Answer HalfGraph::answer(const Step& step) {
  if (step.next == kNone) return {step, {}};
  Canonical leads_to = canonical(step.next);
  if (step.renaming != 0) {  // the model has renamed it already
    if (leads_to.half != step.next) {
      throw std::logic_error("a step was renamed to a half that is not a representative");
    }
    leads_to.renaming = step.renaming;
  }
  return {step, leads_to};
}

void HalfGraph::write(EdgeId id, HalfId half, const Answer& answer, MessageId message,
                      unsigned alternative) {
  const Step& step = answer.step;
  Edge& edge = *std::construct_at(&edges_[id]);
  if (step.next != kNone) {
    edge.next = answer.canonical.half;
    edge.sends = step.sends;
    edge.renaming = answer.canonical.renaming;
    edge.action = step.action;
    edge.is_loop = step.next == half && step.renaming == 0;
    edge.has_ties = !rows_[answer.canonical.half].automorphisms.empty();
    edge.consumes = step.consumes;
    edge.is_outside = step.is_outside;
    edge.is_violation = step.violation != 0;
    edge.is_news = (step.witnesses & ~witnesses()) != 0;
  }
  details_[id] = {.from = half,
                  .label = step.label,
                  .message = message,
                  .alternative = alternative,
                  .witnesses = step.witnesses,
                  .violation = step.violation,
                  .cut_off_by = step.cut_off_by};
}

EdgeId HalfGraph::add_delivery(HalfId half, std::uint32_t key) {
  const ModelLock model_lock = lock_model();
  Row& row = rows_[half];
  if (const EdgeId known = find(row, key); known != kNone) return known;
  const MessageId message = key / alternatives_;
  const unsigned alternative = key % alternatives_;
  const Answer answer = answer_to(half, message, alternative);
  const std::lock_guard lock(lock_of(half).mutex);
  if (const EdgeId known = find(row, key); known != kNone) return known;  // meanwhile
  const auto id = static_cast<EdgeId>(edges_.claim(1));
  write(id, half, answer, message, alternative);
  put(half, key, id);
  return id;
}

EdgeId HalfGraph::add_deliveries(HalfId half, std::span<const MessageId> messages) {
  static thread_local std::vector<Answer> answers;  // kept, as in expand()
  answers.clear();
  {
    const ModelLock model_lock = lock_model();
    for (const MessageId message : messages) answers.push_back(answer_to(half, message, 0));
  }
  const auto first = static_cast<EdgeId>(edges_.claim(messages.size()));
  for (std::size_t i = 0; i < messages.size(); ++i) {
    write(static_cast<EdgeId>(first + i), half, answers[i], messages[i], 0);
  }
  return first;
}

void HalfGraph::put(HalfId half, std::uint32_t key, EdgeId edge) {
  Row& row = rows_[half];
  const auto place = [](Table& table, std::uint64_t slot) {
    std::uint32_t at = position(static_cast<std::uint32_t>(slot >> 32U)) & table.mask;
    while (table.slots[at].load(std::memory_order_relaxed) != kEmptySlot) {
      at = (at + 1) & table.mask;
    }
    table.slots[at].store(slot, std::memory_order_release);
    ++table.count;
  };
  const Table* current = row.deliveries.load(std::memory_order_relaxed);
  const std::uint64_t slot = pair_key(key, edge);
  if (current != nullptr && (current->count + 1) * 4 <= (current->mask + 1) * 3) {
    place(const_cast<Table&>(*current), slot);  // only under its lock
    return;
  }
  auto larger =
      std::make_unique<Table>(current == nullptr ? kSlotsAtFirst : 2 * (current->mask + 1));
  if (current != nullptr) {
    for (std::uint32_t i = 0; i <= current->mask; ++i) {
      const std::uint64_t old = current->slots[i].load(std::memory_order_relaxed);
      if (old != kEmptySlot) place(*larger, old);
    }
  }
  place(*larger, slot);
  std::vector<std::unique_ptr<const Table>>& tables = lock_of(half).tables;
  tables.push_back(std::move(larger));
  row.deliveries.store(tables.back().get(), std::memory_order_release);
}

HalfGraph::AfterLosses HalfGraph::after_losses(HalfId half, unsigned count) {
  const ModelLock model_lock = lock_model();
  const HalfId after = model_.after_losses(half, count);
  if (after == kNone) return {};
  const Canonical leads_to = canonical(after);
  return {leads_to.half, leads_to.renaming};
}

MessageId HalfGraph::compute_renamed(MessageId message, Renaming renaming) {
  const ModelLock model_lock = lock_model();
  if (message >= renamed_.capacity() / renamings_) throw std::length_error("too many messages");
  const MessageId result = model_.renamed(message, renaming);
  renamed_slot(message, renaming).store(result + 1, std::memory_order_release);
  return result;
}

}  // namespace engine
