// From guest code to translated code: which operation stands for which instruction, and where a unit ends.
// The translator subsets (Adams and Agesen 2006, section 3): what is harmless in user mode is copied, what is
// sensitive, whether it traps or not, becomes something that works on the virtual state.
#pragma once

#include <optional>

#include "cpu/translation.hpp"
#include "cpu/variant.hpp"

namespace ringside::strategies {

/// The operation for one instruction of the virtual kernel, or of virtual user code.
cpu::TcOp translate(u32 word, bool supervisor, const cpu::Variant& variant);

/// Whether a unit ends with this operation: control goes elsewhere.
bool ends_unit(const cpu::TcOp& op);

}  // namespace ringside::strategies
