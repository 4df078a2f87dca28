// The small machine in a laboratory: put into states and looked at.
#pragma once

#include "cpu/cpu.hpp"
#include "session/laboratory.hpp"

namespace ringside::session {

/// Bytes with no pattern, the same on every host: a page must not look like another. `number` is below kLabFrames.
const std::array<u8, kPageSize>& lab_picture(u32 number);
/// The registers as the CPU has them, and back.
cpu::ArchState lab_arch_state(const LabCpu& cpu);
LabCpu lab_registers(const cpu::ArchState& state);

class LabMachine {
 public:
  explicit LabMachine(cpu::Variant chosen)
      : variant(std::move(chosen)),
        memory_({kLabBase}, (kLabFrames + kLabTableFrames) * u64{kPageSize}),
        ledger_(cost::Model{}),
        clock_{&ledger_, true, 0},
        cpu_(0, variant, memory_, ledger_, clock_, bus_) {}

  /// Puts the whole machine into a state.
  void set_up(const LabState& state);
  /// Executes one word by the view that the stepping engine uses.
  std::optional<cpu::Trap> execute(u32 word);

  LabCpu registers() const;
  /// Where pages are found now: the cached translation, or else what a walk finds.
  LabMap map();
  /// The bytes that are other than `state`, in which the map was `map`, had them.
  std::vector<LabByte> written(const LabState& state, const LabMap& map);
  /// The pages with a cached translation, one bit for each.
  u32 cached_pages() const;

  cpu::Variant variant;

 private:
  struct NoBus final : cpu::Bus {
    bool read(Hpa, unsigned, u32&) override { return false; }
    bool write(Hpa, unsigned, u32) override { return false; }
  };

  void set_up_frames(const LabState& state);
  void set_up_tables(const LabState& state);
  LabTranslation find(u32 page);

  mmu::Memory memory_;
  cost::Ledger ledger_;
  cpu::Clock clock_;
  NoBus bus_;
  cpu::Cpu cpu_;
  std::array<std::optional<u8>, kLabFrames> holds_;  ///< picture that is known to be in a frame
  std::vector<Hpa> entries_;                         ///< table entries that are not zero
};

}  // namespace ringside::session
