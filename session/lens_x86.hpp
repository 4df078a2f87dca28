// x86 under the lens. Addresses are linear: what segments make of an offset.
#pragma once

#include "isa/x86/instruction.hpp"
#include "session/machine_lens.hpp"
#include "vmm/x86/arch.hpp"

namespace ringside::session {

class X86Lens final : public MachineLens<x86::Arch> {
 public:
  using MachineLens::MachineLens;

  u32 pc() const override { return vm().guest_linear_pc(); }
  std::string believed_mode() const override;
  std::string real_mode() const override;
  bool can_begin(u32) const override { return true; }
  Code fetch(u32 address) const override;
  CodeLine line(const Code& code, const SymbolOf& symbol) const override;
  std::string text(const Code& code) const override;
  bool stores(const Code& code) const override;
  bool writes(const Code& code, RegisterId which) const override;
  u32 repetitions(const Code& code) const override;
  Registers registers() const override;
  std::vector<std::string> register_names() const override;
  std::optional<RegisterId> find(std::string_view name) const override;
  u32 value(RegisterId which) const override;
  std::string words(RegisterId which, u32 value) const override;
  bool fast_writes(RegisterId which) const override {
    return which.kind == RegisterId::Kind::kStatus;
  }
  u32 no_register() const override { return x86::kNoRegister; }
  std::string_view outside_writer(RegisterId) const override { return ""; }
  bool is_interrupt(const vmm::Event& event) const override;
  bool trap_writes(const vmm::Event& event, RegisterId which) const override;
  bool traps_store() const override { return true; }
  bool paging() const override { return belief().paging(); }
  std::vector<TableWalk> walks(Gva address) const override;
  std::string tlb(Gva address) const override;
};

}  // namespace ringside::session
