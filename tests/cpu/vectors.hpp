// What every instruction means: vectors, one a line.
//
//   instruction | before | after | charged
//
// before: registers (x5=1), SR, control registers, words of memory ([0x80001000]=7), isa=zisa. What
// is not named is 0, but for sr=1 (supervisor) and tvec=0x80000800. The instruction lies at
// 0x80000100.
//         time=... sets a virtual clock.
// after: what is other than before. pc=... unless it goes on behind the instruction; trap=CAUSE and
// tval=...
// ("word" is the instruction's own) stand for all that a trap does.
// charged: parameters, with a factor where it is not one. To the mode's own account, but for
// transitions (hardware) and walk_reference (page_walk).
#pragma once

#include <span>
#include <string_view>

namespace ringside::test {

std::span<const std::string_view> computation_vectors();
std::span<const std::string_view> control_vectors();
std::span<const std::string_view> memory_vectors();
std::span<const std::string_view> system_vectors();

}  // namespace ringside::test
