// Interned values in a checkpoint: in the order of their ids, so that interning them again in the
// order of reading gives each the id it had.
#pragma once

#include <vector>

#include "checker/engine/archive.hpp"
#include "checker/engine/interner.hpp"

namespace engine {

// Into the section that was begun.
template <class Values>
void save_values(const Values& values, ArchiveWriter& writer) {
  writer.put_u64(values.size());
  for (std::uint32_t id = 0; id < values.size(); ++id) writer.put_list(values[id]);
}

// Calls intern(span) for each value that save_values wrote; it returns the value's id. Refuses a
// checkpoint whose value gets another id than it had: then either not all values were saved, or the
// owner was made with other values in it than when it was saved.
template <class T, class Intern>
void load_values(ArchiveReader& reader, Intern intern) {
  const std::size_t count = reader.get_count(sizeof(std::uint64_t));  // each begins with its length
  std::vector<T> value;
  for (std::size_t id = 0; id < count; ++id) {
    reader.get_list(value);
    if (intern(std::span<const T>(value)) != id) {
      reader.refuse("value " + std::to_string(id) +
                    " has another place in this program: the checkpoint is of another model");
    }
  }
}

template <class T>
void load_values(SequenceInterner<T>& values, ArchiveReader& reader) {
  load_values<T>(reader, [&](std::span<const T> value) { return values.intern(value).id; });
}

}  // namespace engine
