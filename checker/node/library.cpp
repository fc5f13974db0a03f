#include "checker/node/library.hpp"

#include <dlfcn.h>

#include <bit>
#include <stdexcept>

namespace node {
namespace {

template <class Servers>
struct Entry;
template <>
struct Entry<Node> {
  using Function = LibraryEntry;
  static constexpr const char* kName = kLibraryEntry;
};
template <>
struct Entry<Live> {
  using Function = LibraryLiveEntry;
  static constexpr const char* kName = kLibraryLiveEntry;
};
template <>
struct Entry<States> {
  using Function = LibraryStatesEntry;
  static constexpr const char* kName = kLibraryStatesEntry;
};

}  // namespace

template <class Servers>
FromLibrary<Servers>::FromLibrary(const std::filesystem::path& library, const Options& options) {
  // RTLD_LOCAL: the library has its own copy of the core, under the same names as the program's.
  handle_ = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle_ == nullptr) {
    throw std::runtime_error(library.string() + ": can't be loaded: " + dlerror());
  }
  const auto entry =
      std::bit_cast<typename Entry<Servers>::Function>(dlsym(handle_, Entry<Servers>::kName));
  Servers* made = entry == nullptr ? nullptr : entry(kBoundaryVersion, options);
  if (made == nullptr) {
    dlclose(handle_);
    throw std::runtime_error(library.string() +
                             ": not a node library of this version; build it again");
  }
  servers_.reset(made);
}

template <class Servers>
FromLibrary<Servers>::~FromLibrary() {
  servers_.reset();  // its destructor is code of the library
  dlclose(handle_);
}

template class FromLibrary<Node>;
template class FromLibrary<Live>;
template class FromLibrary<States>;

}  // namespace node
