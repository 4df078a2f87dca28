// Values of the VM control structure's fields in words; empty where the number says all.
#pragma once

#include <string>

#include "cpu/control_block.hpp"
#include "cpu/x86/vmcs.hpp"

namespace ringside::session {

std::string control_words(cpu::Field field, u32 value);
std::string control_words(x86::Field field, u64 value);

}  // namespace ringside::session
