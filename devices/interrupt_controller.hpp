// The interrupt controller of Z-ISA's platform (docs/zisa.md, section 6).
#pragma once

#include <array>

#include "devices/device.hpp"

namespace ringside::devices {

inline constexpr unsigned kMaxCpus = 8;

/// Lines 1 to 31 are levels, enabled for each CPU by a mask. It keeps no requests: a line that
/// falls before it is served is gone.
class InterruptController final : public Device {
 public:
  explicit InterruptController(unsigned cpus) : cpus_(cpus < kMaxCpus ? cpus : kMaxCpus) {}

  std::optional<u32> read(u32 offset, unsigned size) override;
  bool write(u32 offset, u32 value, unsigned size) override;
  u64 hash() const override;

  /// Tells it the levels of all lines, bit n for line n; whoever changes a device does this.
  void set_lines(u32 levels) { lines_ = levels & ~u32{1}; }

  /// Whether a CPU's external interrupt is pending: a line is up that it has enabled.
  bool external(unsigned cpu) const { return (lines_ & enable_[cpu]) != 0; }

  /// Whether a CPU's software interrupt is pending: another CPU, or it itself, has raised it.
  bool software(unsigned cpu) const { return (ipi_ >> cpu) & 1; }

  /// Bytes of its window: one block of registers for all, one for each CPU there can be.
  static constexpr u32 kSize = 0x100 * (kMaxCpus + 1);

 private:
  enum Register : u32 { kPending = 0x00, kIpiSet = 0x08, kIpiClear = 0x0C };
  enum CpuRegister : u32 { kEnable = 0x0, kClaim = 0x4 };
  std::optional<u32> read_cpu(unsigned cpu, u32 offset) const;

  unsigned cpus_;
  u32 lines_ = 0;
  u32 ipi_ = 0;  ///< bit n: the software interrupt of CPU n
  std::array<u32, kMaxCpus> enable_{};
};

}  // namespace ringside::devices
