// The table for the terminal: a row for each step, and beside the action what the acting server
// became. Of its fields the usual ones are shown, and others where they changed. Where the page is
// too narrow for a column for each server, the server stands under the action.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "traces/formats/columns.hpp"
#include "traces/formats/writers.hpp"
#include "traces/printable.hpp"
#include "traces/wording.hpp"

namespace traces::formats::text {

using namespace internal;

namespace {

constexpr std::size_t kNumberWidth = 4;
constexpr std::size_t kGap = 2;
constexpr std::size_t kServerLeast = 12;
constexpr std::size_t kServerMost = 48;
constexpr std::size_t kActionLeast = 24;

// "term 2" for current_term: where there is little room.
std::string short_text(const FieldText& field) {
  if (field.name == "role" || field.name == "log") return field.text;
  const std::string name = field.name == "current_term" ? "term"
                           : field.name == "voted_for"  ? "vote"
                                                        : with_spaces(field.name);
  const bool is_none = field.text.empty() || field.text == "none";
  return fmt::format("{} {}", name, is_none ? "-" : field.text);
}

bool is_usual(const FieldText& field) {
  return field.name == "role" || field.name == "current_term" || field.name == "voted_for" ||
         field.name == "log";
}

// Seen in the log already, by its bar.
bool is_said_by_log(const FieldText& field, const spec::ServerView& view) {
  return (field.name == "commit_index" && view.commit_index <= view.log.size()) ||
         (field.name == "last_applied" && view.last_applied == view.commit_index);
}

// `before`: nullptr shows everything, as nothing that changed.
Cell server_cell(const spec::ServerView* before, const spec::ServerView& after) {
  const auto now = field_texts(after);
  const auto then = before == nullptr ? now : field_texts(*before);
  Cell cell;
  for (std::size_t i = 0; i < now.size(); ++i) {
    const bool changed = now[i] != then[i];
    const bool is_shown = before == nullptr ? !is_void(now[i]) : changed;
    if (!is_usual(now[i]) && (!is_shown || is_said_by_log(now[i], after))) continue;
    cell.push_back({short_text(now[i]), changed ? Emphasis::Changed : Emphasis::None});
  }
  return cell;
}

std::string deliver_text(const Action& action) {
  const std::string kind = action.message ? printable(action.message->kind) : "nothing";
  const spec::ServerId from = action.message ? action.message->from : spec::kNoServer;
  return fmt::format("server {} receives {} from {} (step {}){}", action.server, kind, from,
                     action.sent_at, action.keep_copy ? ", a copy stays" : "");
}

// "-> 2, 3 request_vote (term 1, last log 0@0)": the same to several servers is said once.
std::vector<std::string> sent_texts(const Step& step) {
  std::vector<std::pair<std::string, std::vector<std::string>>> by_text;
  for (const SentMessage& sent : step.sent) {
    const std::string text = fmt::format("{}{}{}", printable(sent.message.kind),
                                         fields_text(sent.message), sent.lost ? ", lost" : "");
    auto found = std::ranges::find(by_text, text, [](const auto& pair) { return pair.first; });
    if (found == by_text.end()) found = by_text.insert(found, {text, {}});
    found->second.push_back(std::to_string(sent.message.to));
  }
  std::vector<std::string> texts;
  for (const auto& [text, receivers] : by_text) {
    texts.push_back(fmt::format("-> {} {}", fmt::join(receivers, ","), text));
  }
  return texts;
}

void add_line(Cell& cell, std::string_view text) {
  cell.push_back(line_break(3));
  add_words(cell, text);
}

class Table {
 public:
  Table(const Trace& trace, const Page& page)
      : trace_(trace), page_(page), servers_(trace.initial.size()) {
    const std::size_t for_servers = rest() * 3 / 5;
    const std::size_t of_each = servers_ == 0 ? 0 : for_servers / servers_;
    server_width_ = std::clamp(of_each, kServerLeast + kGap, kServerMost + kGap) - kGap;
    is_wide_ = servers_ * (server_width_ + kGap) + kActionLeast <= rest();
  }

  std::string text() {
    std::string text = heading();
    for (std::size_t i = 0; i < trace_.steps.size(); ++i) text += step(i);
    text += end_of_faults(trace_.steps.size());
    return text + '\n' + ending() + '\n' + verdict();
  }

 private:
  // Columns beside the step's number.
  [[nodiscard]] std::size_t rest() const {
    const std::size_t columns = std::max<std::size_t>(page_.columns, 40);
    return columns - kNumberWidth - kGap;
  }

  [[nodiscard]] Columns columns() const {
    std::vector<std::size_t> widths{kNumberWidth};
    widths.push_back(is_wide_ ? rest() - servers_ * (server_width_ + kGap) : rest());
    if (is_wide_) widths.insert(widths.end(), servers_, server_width_);
    return {std::move(widths), page_.colour};
  }

  // Several lines across the whole page.
  [[nodiscard]] std::string paragraph(const Cell& cell) const {
    return Columns({std::max<std::size_t>(page_.columns, 40)}, page_.colour).row({cell});
  }

  [[nodiscard]] std::string heading() const {
    Cell what;
    std::vector<std::string> parts = config_parts(trace_.config);
    parts.insert(parts.begin(), fmt::format("{} step{}", trace_.steps.size(),
                                            trace_.steps.size() == 1 ? "" : "s"));
    add_words(what, fmt::format("{}", fmt::join(parts, ", ")));
    std::string text = paragraph(what);
    if (!trace_.bounds.empty()) {
      Cell bounds;
      add_words(bounds, fmt::format("bounds: {}", fmt::join(bounds_parts(trace_), ", ")),
                Emphasis::Quiet);
      text += paragraph(bounds);
    }
    if (trace_.bug) text += paragraph({{"bug:"}, {printable(*trace_.bug), Emphasis::Heading}});
    return text + '\n' + headings() + start();
  }

  [[nodiscard]] std::string headings() const {
    std::vector<Cell> cells{{{"step", Emphasis::Heading}}, {{"action", Emphasis::Heading}}};
    for (const spec::ServerView& view : trace_.initial) {
      if (is_wide_) cells.push_back({{fmt::format("server {}", view.id), Emphasis::Heading}});
    }
    return columns().row(cells) + columns().rule();
  }

  [[nodiscard]] std::string start() const {
    std::vector<Cell> cells{number(0), {}};
    add_words(cells[1], "start", Emphasis::Quiet);
    add_servers(cells, [&](const spec::ServerView& initial) {
      return server_cell(is_fresh(initial) ? &initial : nullptr, initial);
    });
    return row(cells);
  }

  [[nodiscard]] std::string ending() const {
    std::vector<Cell> cells{{}, {}};
    add_words(cells[1], "at the end", Emphasis::Quiet);
    add_servers(cells, [&](const spec::ServerView& initial) {
      return server_cell(nullptr, *view_before(trace_, trace_.steps.size(), initial.id));
    });
    return row(cells);
  }

  // A cell for each server.
  template <class MakeCell>
  void add_servers(std::vector<Cell>& cells, MakeCell make) const {
    for (const spec::ServerView& initial : trace_.initial) cells.push_back(make(initial));
  }

  // The number of a step, right-aligned; of the one that breaks the property, pointed at.
  [[nodiscard]] Cell number(std::size_t step) const {
    const bool is_broken = trace_.violation && trace_.violation->step == step;
    const std::string text = fmt::format("{}{}", is_broken ? ">" : "", step);
    return {
        {fmt::format("{:>{}}", text, kNumberWidth), is_broken ? Emphasis::Broken : Emphasis::None}};
  }

  // Where there is no room for columns of servers, each server's cell is a row of its own.
  [[nodiscard]] std::string row(const std::vector<Cell>& cells) const {
    if (is_wide_) return columns().row(cells);
    std::string text = columns().row({cells[0], cells[1]});
    for (std::size_t server = 2; server < cells.size(); ++server) {
      if (cells[server].empty()) continue;
      Cell cell{{"server"}, {fmt::format("{}:", trace_.initial[server - 2].id)}};
      cell.insert(cell.end(), cells[server].begin(), cells[server].end());
      text += columns().row({{}, cell});
    }
    return text;
  }

  [[nodiscard]] std::string end_of_faults(std::size_t position) const {
    if (!trace_.recovery || trace_.recovery->after != position) return {};
    std::vector<Cell> cells{{}, {}};
    add_words(cells[1], fmt::format("-- {} --", fmt::join(end_of_faults_parts(trace_), ", ")),
              Emphasis::Heading);
    return Columns({kNumberWidth, rest()}, page_.colour).row(cells);
  }

  [[nodiscard]] std::string step(std::size_t position) const {
    const Step& step = trace_.steps[position];
    std::vector<Cell> cells{number(step.number), {}};
    const bool is_delivery = step.action.kind == ActionKind::Deliver;
    add_words(cells[1], is_delivery ? deliver_text(step.action) : action_text(step.action));
    if (!step.outcome.empty()) {
      add_words(cells[1], fmt::format("[{}]", printable(step.outcome)), Emphasis::Heading);
    }
    add_servers(cells, [&](const spec::ServerView& initial) {
      if (!step.view || initial.id != step.action.server) return Cell{};
      return server_cell(view_before(trace_, position, initial.id), *step.view);
    });
    for (const std::string& sent : sent_texts(step)) add_line(cells[1], sent);
    for (const std::uint64_t read : step.answered) {
      add_line(cells[1], fmt::format("answers read {}", read));
    }
    return end_of_faults(position) + row(cells);
  }

  [[nodiscard]] std::string verdict() const {
    std::string text;
    bool is_first = true;
    for (const std::string& sentence : verdict_sentences(trace_)) {
      Cell cell;
      std::string_view rest = sentence;
      if (is_first && trace_.violation) {
        const std::size_t colon = rest.find(": ") + 1;
        add_words(cell, rest.substr(0, colon), Emphasis::Broken);
        rest.remove_prefix(colon);
      }
      add_words(cell, rest);
      text += paragraph(cell);
      is_first = false;
    }
    return text;
  }

  const Trace& trace_;
  const Page& page_;
  std::size_t servers_;
  std::size_t server_width_ = 0;
  bool is_wide_ = false;
};

}  // namespace

std::string write(const Trace& trace, const Page& page) { return Table(trace, page).text(); }

}  // namespace traces::formats::text
