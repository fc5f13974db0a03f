#include "checker/node/library.hpp"

#include <dlfcn.h>

#include <bit>
#include <stdexcept>

namespace node {

LibraryNode::LibraryNode(const std::filesystem::path& library, const Options& options) {
  // RTLD_LOCAL: the library has its own copy of the core, under the same names as the program's.
  handle_ = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle_ == nullptr) {
    throw std::runtime_error(library.string() + ": can't be loaded: " + dlerror());
  }
  const auto entry = std::bit_cast<LibraryEntry>(dlsym(handle_, kLibraryEntry));
  Node* made = entry == nullptr ? nullptr : entry(kBoundaryVersion, options);
  if (made == nullptr) {
    dlclose(handle_);
    throw std::runtime_error(library.string() +
                             ": not a node library of this version; build it again");
  }
  node_.reset(made);
}

LibraryNode::~LibraryNode() {
  node_.reset();  // its destructor is code of the library
  dlclose(handle_);
}

}  // namespace node
