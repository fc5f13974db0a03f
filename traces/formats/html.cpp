#include "traces/formats/writers.hpp"
#include "traces/viewer/viewer.hpp"

namespace traces::formats::html {

std::string write(const Trace& trace, const Page& /*page*/) { return viewer::trace_page(trace); }

}  // namespace traces::formats::html
