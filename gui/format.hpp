// Numbers as people read them.
#pragma once

#include <string>

#include "base/types.hpp"

namespace ringside::gui {

/// "1 204 331", with thin spaces that do not break.
std::string grouped(u64 number);
/// "80000410": 8 digits, and no more zeros in front than these.
std::string hex(u64 number);
/// "0x3f1000"; small numbers without zeros in front.
std::string hex_short(u64 number);
/// "1 204 331 cycles", "1 cycle".
std::string counted(u64 number, const std::string& unit);
/// "12.3 %"; "<0.1 %" of what is not nothing; "-" of nothing at all.
std::string share(u64 part, u64 whole);
/// "950", "1.2 k", "12.0 M", "3.4 G": where there is little room.
std::string rounded(double number);

}  // namespace ringside::gui
