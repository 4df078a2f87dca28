// x86 as GDB sees it: an i386 without an x87 unit, and beside it the control registers.
#pragma once

#include "session/gdb_target.hpp"

namespace ringside::session {

class GdbX86 final : public GdbTarget {
 public:
  explicit GdbX86(Debugger& debugger);

  /// EIP as the linear address, since GDB knows no segment bases. The registers of the x87 unit,
  /// which GDB asks for, read as 0. Of the others: as the guest believes them.
  std::vector<std::optional<u32>> values() const override;
  /// General registers, and EIP unless the guest waits. The status flags of EFLAGS alone: its other
  /// bits, segment and control registers have effects that the guest's own code alone can bring
  /// about, and are refused.
  Result<void> write(std::size_t number, u32 value) override;

 private:
  Debugger& debugger_;
};

}  // namespace ringside::session
