# Sets viewer_pages to a C++ source that holds the pages (assets.hpp): the styles and modules of each
# in the order in which they stand in it, a module behind those that it imports.
set(trace_styles page.css trace.css)
set(trace_scripts
  terms.js text.js dom.js unpack.js signs.js theme.js transport.js model.js words.js blame.js layout.js
  diagram.js logs.js servers.js messages.js filter.js filters.js help.js splitter.js save.js diff.js tabs.js trace.js)
set(history_styles page.css history.css)
set(history_scripts
  terms.js text.js dom.js unpack.js signs.js theme.js transport.js timeline.js history.js)
set(gallery_styles page.css gallery.css)
set(gallery_scripts terms.js text.js dom.js unpack.js signs.js theme.js diff.js gallery.js)

set(viewer_pages ${CMAKE_CURRENT_BINARY_DIR}/viewer_pages.cpp)
set(viewer_sources)
set(viewer_arguments)
foreach(list IN ITEMS trace_styles trace_scripts history_styles history_scripts gallery_styles
    gallery_scripts)
  list(TRANSFORM ${list} PREPEND ${CMAKE_CURRENT_LIST_DIR}/ OUTPUT_VARIABLE paths)
  list(APPEND viewer_sources ${paths})
  list(JOIN ${list} "|" joined)
  list(APPEND viewer_arguments -D ${list}=${joined})
endforeach()
add_custom_command(
  OUTPUT ${viewer_pages}
  COMMAND ${CMAKE_COMMAND} -D SOURCE=${CMAKE_CURRENT_LIST_DIR} -D OUTPUT=${viewer_pages}
          -D PAGES=trace|history|gallery ${viewer_arguments} -P ${CMAKE_CURRENT_LIST_DIR}/embed.cmake
  DEPENDS ${viewer_sources} ${CMAKE_CURRENT_LIST_DIR}/embed.cmake
  COMMENT "Putting the pages of traces/viewer into C++"
  VERBATIM)
