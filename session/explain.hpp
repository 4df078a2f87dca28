// What the words of a report mean, in sentences for a first-time student: the same texts for
// --explain and for the window.
#pragma once

#include <string>
#include <string_view>

#include "session/report.hpp"

namespace ringside::session {

/// Of an account of cycles ("page_walk"); empty for an unknown name.
std::string_view explain_account(std::string_view name);

/// Of an exit of a guest for that ISA ("x86"; whatever for Z-ISA) by the name that reports give it
/// ("PAGE_FAULT hidden"); empty for an unknown name.
std::string_view explain_exit(std::string_view name, std::string_view isa);

/// What a hole did the first time: instruction, address, symbol, what it returned and what the bare
/// machine would have.
std::string explain_hole(const HoleReport& hole);

/// Where an instruction that is left out was met first, how often, and why it raised #UD; what to do about it.
std::string explain_left_out(const LeftOutReport& left_out);
std::string remedy_for(const LeftOutReport& left_out);

/// "READ_SR": an instruction as sentences name it.
std::string instruction_name(std::string_view name);

}  // namespace ringside::session
