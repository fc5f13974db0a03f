// The help texts: two columns, wrapped, so that they can be read on any terminal.
#pragma once

#include <memory>

namespace CLI {
class FormatterBase;
}

namespace cli {

std::shared_ptr<CLI::FormatterBase> help_formatter();

}  // namespace cli
