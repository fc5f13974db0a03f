// What is said and answered in an interactive session (`raftcheck step`), line by line.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "checker/cluster/session.hpp"
#include "traces/trace.hpp"

namespace cli {

class StepDialogue {
 public:
  using Save = std::function<void(const std::string& path, traces::Trace trace)>;

  // `save` throws UsageError where it can't; `columns` of what is shown.
  StepDialogue(cluster::Session& session, Save save, std::size_t columns);

  // The answer to a line; nothing: the session is over. Throws UsageError for a line that cannot be
  // done; nothing has changed then.
  std::optional<std::string> answer(const std::string& line);

 private:
  using Words = std::vector<std::string>;

  std::string list();
  std::string take(const Words& words);
  std::string lose(const Words& words);
  std::string undo(const Words& words);
  std::string show(const Words& words) const;
  std::string run(const Words& words);
  std::string save(const Words& words);
  // The steps from this number on, and what the last one violates.
  [[nodiscard]] std::string news(std::size_t first) const;

  cluster::Session& session_;
  Save save_;
  std::size_t columns_;
};

}  // namespace cli
