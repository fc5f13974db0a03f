// Numbers for people.
#pragma once

#include <cstdint>
#include <string>

namespace cli {

std::string grouped(std::uint64_t number);                         // 1,234,567
std::string bytes_text(std::uint64_t bytes);                       // 1.2 GiB
std::string counted(std::uint64_t number, const std::string& one,  // 1 term, 2 terms
                    const std::string& many);

}  // namespace cli
