// A sequence diagram for Mermaid, which GitHub and many editors draw from a block of code. An arrow
// stands where its message arrives, a crossed one where it was lost; a bar on a lifeline: it leads.
// Mermaid refuses more than 50,000 characters, so commands are shortened.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "traces/formats/writers.hpp"
#include "traces/printable.hpp"
#include "traces/wording.hpp"

namespace traces::formats::mermaid {

using namespace internal;

namespace {

constexpr std::size_t kLettersMax = 300;  // of a label

// Whole characters of UTF-8, at most so many bytes.
std::string_view shortened(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0U) == 0x80U) --bytes;
  return text.substr(0, bytes);
}

// Anything that means something to Mermaid or HTML becomes the code of its character.
std::string label(std::string_view text) {
  constexpr std::string_view kPlain = " .,:()[]-_=+@/|'!?";
  std::string out;
  for (const char c : shortened(text, kLettersMax)) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80 ||
                          kPlain.find(c) != std::string_view::npos;
    out += is_plain ? std::string(1, c) : fmt::format("#{};", static_cast<int>(c));
  }
  return text.size() > kLettersMax ? out + "..." : out;
}

std::string name_of(spec::ServerId id) { return fmt::format("S{}", id); }

std::string message_text(const spec::MessageView& message) {
  return printable(message.kind) + fields_text(message);
}

class Diagram {
 public:
  explicit Diagram(const Trace& trace) : trace_(trace), leads_(trace.initial.size(), false) {}

  std::string text() {
    text_ = "sequenceDiagram\n";
    for (const spec::ServerView& view : trace_.initial) {
      line(fmt::format("participant {} as server {}", name_of(view.id), view.id));
    }
    for (const spec::ServerView& view : trace_.initial) set_leading(view);
    violation_after(0);
    for (std::size_t i = 0; i < trace_.steps.size(); ++i) {
      if (trace_.recovery && trace_.recovery->after == i) note_for_all("faults stop");
      step(i);
      violation_after(trace_.steps[i].number);
    }
    return text_;
  }

 private:
  void line(const std::string& words) { text_ += "  " + words + '\n'; }

  void note_for_all(const std::string& words) {
    if (trace_.initial.empty()) return;
    const std::string first = name_of(trace_.initial.front().id);
    const std::string last = name_of(trace_.initial.back().id);
    line(fmt::format("Note over {}: {}", first == last ? first : first + "," + last, words));
  }

  void step(std::size_t position) {
    const Step& step = trace_.steps[position];
    const Action& action = step.action;
    const std::string outcome =
        step.outcome.empty() ? "" : label(fmt::format(" [{}]", printable(step.outcome)));
    const std::string number = fmt::format("{}. ", step.number);
    if (action.kind == ActionKind::Deliver && action.message) {
      line(fmt::format("{}->>{}: {}{}{}", name_of(action.message->from), name_of(action.server),
                       number, label(message_text(*action.message)), outcome));
    } else if (acts_on_server(action.kind)) {
      line(fmt::format("Note over {}: {}{}{}", name_of(action.server), number,
                       label(action_text(action)), outcome));
    } else {
      note_for_all(number + label(action_text(action)));
    }
    for (const SentMessage& one : step.sent) {
      if (!one.lost) continue;
      line(fmt::format("{}-x{}: {}lost: {}", name_of(one.message.from), name_of(one.message.to),
                       number, label(message_text(one.message))));
    }
    if (step.view) set_leading(*step.view);
  }

  // Mermaid refuses to end a bar that was not begun.
  void set_leading(const spec::ServerView& view) {
    if (view.id < 1 || view.id > leads_.size()) return;
    const bool leads = view.role == spec::Role::Leader;
    if (leads == leads_[view.id - 1]) return;
    leads_[view.id - 1] = leads;
    line(fmt::format("{} {}", leads ? "activate" : "deactivate", name_of(view.id)));
  }

  void violation_after(std::size_t number) {
    if (!trace_.violation || trace_.violation->step != number) return;
    line("rect rgb(255, 214, 210)");
    note_for_all(fmt::format("{} is violated: {}", label(printable(trace_.violation->property)),
                             label(printable(trace_.violation->message))));
    line("end");
  }

  const Trace& trace_;
  std::vector<bool> leads_;  // by server
  std::string text_;
};

}  // namespace

std::string write(const Trace& trace, const Page& /*page*/) { return Diagram(trace).text(); }

}  // namespace traces::formats::mermaid
