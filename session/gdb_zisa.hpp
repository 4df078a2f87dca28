// Z-ISA as GDB sees it: RISC-V of 32 bits, and beside it the status and control registers.
#pragma once

#include "session/gdb_target.hpp"

namespace ringside::session {

class GdbZisa final : public GdbTarget {
 public:
  explicit GdbZisa(Debugger& debugger);

  /// Of the privileged registers: as the guest believes them.
  std::vector<std::optional<u32>> values() const override;
  /// General registers but x0, and the PC unless the guest waits. A write of a privileged register
  /// has effects that the guest's own code alone can bring about: it is refused.
  Result<void> write(std::size_t number, u32 value) override;

 private:
  Debugger& debugger_;
};

}  // namespace ringside::session
