// States and what becomes of them as text: "eax=1 flags=40 [8000]=5 cpl=3", all numbers
// hexadecimal.
#pragma once

#include <string>
#include <string_view>

#include "isa/x86_flat.hpp"

namespace ringside::test {

/// A machine with the bytes (as hexadecimal text) at EIP and the settings of `text`. ESP is 9000,
/// ESI 8000, EDI 8100, the rest 0.
Flat flat_from(std::string_view text, std::string_view code);

/// What an instruction has changed: registers, flags, aligned words of data, ports; EIP where it is
/// not behind the instruction; or the trap, as "#GP".
std::string change(const Flat& before, const Flat& after, std::optional<u8> vector, u32 length);

}  // namespace ringside::test
