// Inside this room only: the sources of the pages, as embed.cmake puts them into the library.
#pragma once

#include <span>
#include <string_view>

namespace traces::internal {

struct Assets {
  std::span<const std::string_view> styles;   // CSS, one after the other
  std::span<const std::string_view> scripts;  // functions of modules, in the order of their imports
};

extern const Assets kTraceAssets;
extern const Assets kHistoryAssets;
extern const Assets kGalleryAssets;

}  // namespace traces::internal
