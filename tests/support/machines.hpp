// Machines for tests: programs from assembly text, and the guests that the build made.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "isa/zisa/assembler/assembler.hpp"
#include "session/session.hpp"
#include "vmm/machine.hpp"

namespace ringside::test {

inline constexpr u32 kRam = 0x80000000;

/// How a machine is to be set up; what is not said is as small and as plain as it can be.
struct Setup {
  std::string isa = "zisa-v";
  std::string strategy = "bare";
  u64 ram = 1u << 20;
  bool virtual_time = false;
  std::string cost_model = "textbook";
  std::string input = {};
  std::vector<u8> drive = {};  ///< none where empty
  std::shared_ptr<const vmm::Strategy> vmm = {};  ///< in place of the one called `strategy`
};

/// Assembles; a source with errors fails the test, showing them.
zisa::Assembly program(std::string_view source);
/// Value of a symbol; fails the test where there is none.
u32 symbol(const zisa::Assembly& assembly, std::string_view name);

std::unique_ptr<vmm::Machine> machine(const Setup& setup, const zisa::Assembly& assembly);
std::unique_ptr<vmm::Machine> machine(const Setup& setup, std::string_view source);
/// The same from words that lie from kRam on and start there.
std::unique_ptr<vmm::Machine> machine(const Setup& setup, const std::vector<u32>& words);

/// A word of guest RAM, and the other way round.
u32 word_at(const vmm::Machine& machine, u64 gpa);
void set_word(vmm::Machine& machine, u64 gpa, u32 value);
std::span<const u8> ram_of(const vmm::Machine& machine);

/// A word of an instruction by its name: word("addi", {.rd = 1, .rs1 = 2, .imm = 3}).
u32 word(std::string_view name, const zisa::Operands& operands = {});

/// Opens a guest that the build made ("zos"); fails the test where it is not there.
session::Session open_guest(session::Options options);
session::Options guest(std::string name, std::string isa, std::string strategy,
                       std::string append = "");

/// The state of a machine in one line, for messages.
std::string describe(const vmm::Machine& machine);

/// What tells two machines apart in all that engines must agree on: state, clock, counts, TLB,
/// events; with `memory`, also RAM. Empty if nothing does.
std::string difference(const vmm::Machine& a, const vmm::Machine& b, bool memory);

}  // namespace ringside::test
