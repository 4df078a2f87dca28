// Z-ISA under the lens.
#pragma once

#include "session/machine_lens.hpp"

namespace ringside::session {

class ZisaLens final : public MachineLens<vmm::ZisaArch> {
 public:
  using MachineLens::MachineLens;

  u32 pc() const override { return belief().pc; }
  std::string believed_mode() const override { return belief().supervisor() ? "S" : "U"; }
  std::string real_mode() const override { return truth().supervisor() ? "S" : "U"; }
  bool can_begin(u32 address) const override { return address % 4 == 0; }
  Code fetch(u32 address) const override;
  CodeLine line(const Code& code, const SymbolOf& symbol) const override;
  std::string text(const Code& code) const override;
  bool stores(const Code& code) const override;
  bool writes(const Code& code, RegisterId which) const override;
  u32 repetitions(const Code&) const override { return 0; }
  Registers registers() const override;
  std::vector<std::string> register_names() const override;
  std::optional<RegisterId> find(std::string_view name) const override;
  u32 value(RegisterId which) const override;
  std::string words(RegisterId which, u32 value) const override;
  bool fast_writes(RegisterId) const override { return false; }
  u32 no_register() const override { return 0; }
  std::string_view outside_writer(RegisterId which) const override;
  bool is_interrupt(const vmm::Event& event) const override;
  bool trap_writes(const vmm::Event& event, RegisterId which) const override;
  bool traps_store() const override { return false; }
  bool paging() const override { return belief().paging(); }
  std::vector<TableWalk> walks(Gva address) const override;
  std::string tlb(Gva address) const override;

 private:
  TableWalk nested_walk(Gva address) const;
  TableWalk host_walk(std::string tables, u32 ptbr, Gva address) const;
  TableWalk guest_walk(const vmm::ArchState& guest, Gva address) const;
};

}  // namespace ringside::session
