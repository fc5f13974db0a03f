#include "src/raft/command.hpp"

#include <new>

namespace raft {

void Command::share(std::string_view text) {
  void* memory = ::operator new(sizeof(Shared) + text.size());
  auto* made = new (memory) Shared{1, text.size()};
  std::memcpy(static_cast<char*>(memory) + sizeof(Shared), text.data(), text.size());
  std::memcpy(value_.bytes.data(), &made, sizeof made);
  value_.size = kShared;
}

void Command::release() {
  Shared* mine = shared();
  if (mine->owners.fetch_sub(1, std::memory_order_acq_rel) > 1) return;
  mine->~Shared();
  ::operator delete(mine);
}

}  // namespace raft
