// From guest code of x86 to translated code: which operation stands for which instruction, and where a unit ends
// (Adams and Agesen 2006, section 3). The translated kernel runs in ring 1; what would notice that, whether it traps
// there or not, works on the virtual state instead.
#pragma once

#include "cpu/x86/cpu.hpp"

namespace ringside::strategies {

/// The operation for one instruction of the virtual kernel, or (`supervisor` false) of virtual user code. `whole`: it
/// lies within its page.
x86::TcOp translate(const x86::Instruction& instruction, bool supervisor, bool whole);

/// Whether a unit ends with this operation: control goes elsewhere, or to code of another privilege.
bool ends_unit(const x86::TcOp& op);

}  // namespace ringside::strategies
