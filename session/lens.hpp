// What looking at a machine has to know of its ISA: one class for each. Behind inspect.hpp and
// history.hpp; clients do not see it. To look costs no cycle and changes nothing.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

#include "session/views.hpp"
#include "vmm/any_machine.hpp"

namespace ringside::session {

/// The longest instruction of all ISAs, in bytes.
inline constexpr u32 kLongestInstruction = 15;

/// Code as the guest would fetch it: one instruction, if it is whole, and maybe more.
struct Code {
  u32 address = 0;
  u32 count = 0;  ///< bytes that can be read
  std::array<u8, kLongestInstruction> bytes{};
  bool bits16 = false;  ///< x86: of a 16-bit segment
  std::span<const u8> span() const { return std::span(bytes).first(count); }
};

/// Name of an address; empty where it has none.
using SymbolOf = std::function<std::string(u32 address)>;

class Lens {
 public:
  virtual ~Lens() = default;

  // --- the guest on the CPU ---

  virtual u32 pc() const = 0;
  /// "S", "CPL 0".
  virtual std::string believed_mode() const = 0;
  virtual std::string real_mode() const = 0;
  virtual bool waits() const = 0;
  virtual bool deprivileged() const = 0;
  /// Whether exits can come at all.
  virtual bool virtualized() const = 0;

  // --- its memory ---

  /// By the guest's own tables, whatever the rights.
  virtual std::optional<Gpa> translate(Gva address) const = 0;
  virtual bool is_ram(Gpa address, u64 bytes) const = 0;
  virtual Hpa host_of(Gpa address) const = 0;
  virtual bool copy_out(Gpa from, std::span<u8> to) const = 0;

  // --- its code ---

  /// Whether an instruction can begin at an address.
  virtual bool can_begin(u32 address) const = 0;
  virtual Code fetch(u32 address) const = 0;
  /// Address, bytes, text, marks of the instruction; `symbol` names the targets of jumps.
  virtual CodeLine line(const Code& code, const SymbolOf& symbol) const = 0;
  virtual std::string text(const Code& code) const = 0;
  /// Whether the instruction writes memory, or a register, if it completes.
  virtual bool stores(const Code& code) const = 0;
  virtual bool writes(const Code& code, RegisterId which) const = 0;
  /// How often an instruction is still to be repeated before it completes (REP); 0 for all others.
  virtual u32 repetitions(const Code& code) const = 0;

  // --- registers ---

  virtual Registers registers() const = 0;
  /// Those that find() knows.
  virtual std::vector<std::string> register_names() const = 0;
  virtual std::optional<RegisterId> find(std::string_view name) const = 0;
  /// What the guest believes that it holds.
  virtual u32 value(RegisterId which) const = 0;
  /// A value in words; empty where the number says all.
  virtual std::string words(RegisterId which, u32 value) const = 0;
  /// Whether the fast engine writes it where it does not stop before.
  virtual bool fast_writes(RegisterId which) const = 0;
  /// What AnyMachine::stop_before_writes_of() takes for none.
  virtual u32 no_register() const = 0;
  /// Who changes the register beside instructions and traps; empty if nobody does.
  virtual std::string_view outside_writer(RegisterId which) const = 0;

  // --- traps ---

  /// Of an event of a trap or injection: whether its cause is no instruction, and what its delivery
  /// writes.
  virtual bool is_interrupt(const vmm::Event& event) const = 0;
  virtual bool trap_writes(const vmm::Event& event, RegisterId which) const = 0;
  /// Whether the delivery of a trap writes memory.
  virtual bool traps_store() const = 0;

  // --- paging ---

  virtual bool paging() const = 0;
  /// By all tables that are in use for the address, the guest's first.
  virtual std::vector<TableWalk> walks(Gva address) const = 0;
  /// What the TLB holds for it, in words.
  virtual std::string tlb(Gva address) const = 0;
};

/// The one for the machine's ISA; the machine must outlive it.
std::unique_ptr<const Lens> make_lens(const vmm::AnyMachine& machine);

}  // namespace ringside::session
