// The registers of x86 by name, and what they hold in the words of the Intel SDM.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cpu/x86/state.hpp"
#include "session/views.hpp"

namespace ringside::session {

/// "eax", "eflags", "cr3", "cs" (the selector), "gdtr" (the base).
std::string_view x86_register_name(RegisterId which);
std::vector<std::string> x86_register_names();
std::optional<RegisterId> x86_find_register(std::string_view name);
u32 x86_value(const x86::State& state, RegisterId which);
/// EFLAGS and the control registers, in the order in which they are shown.
std::vector<RegisterId> x86_privileged_registers();

/// The set bits of EFLAGS, CR0 and CR4 by name, "ZF IF IOPL=0"; empty for other registers.
std::string x86_register_words(RegisterId which, u32 value);
/// All of them: "CPL 0, EFLAGS ZF IF IOPL=0, CR0 PE WP PG, CR4 PSE".
std::string x86_status(const x86::State& state);

/// The access rights of a descriptor: "32-bit code, readable, DPL 0".
std::string x86_rights(u32 access);
/// ES to GS, LDTR, TR, GDTR and IDTR.
std::vector<SegmentRegister> x86_segments(const x86::State& belief, const x86::State& truth);

}  // namespace ringside::session
