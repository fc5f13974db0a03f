// Inside this room only: what the table in formats.cpp is made of. Each writer is a file of its
// name with a namespace of its own.
#pragma once

#include <string>

#include "traces/formats/formats.hpp"

namespace traces::formats {

namespace text {
std::string write(const Trace& trace, const Page& page);
}
namespace markdown {
std::string write(const Trace& trace, const Page& page);
}
namespace mermaid {
std::string write(const Trace& trace, const Page& page);
}
namespace html {
std::string write(const Trace& trace, const Page& page);
}
namespace itf {
std::string write(const Trace& trace, const Page& page);
}
namespace shiviz {
std::string write(const Trace& trace, const Page& page);
}
namespace dot {
std::string write(const Trace& trace, const Page& page);
}
namespace tla {
std::string write(const Trace& trace, const Page& page);
}

}  // namespace traces::formats
