// The small PC in a laboratory: put into states and looked at.
#pragma once

#include "cpu/x86/cpu.hpp"
#include "session/x86_laboratory.hpp"

namespace ringside::session {

class LabX86Machine {
 public:
  LabX86Machine();

  /// Puts the whole machine into a state.
  void set_up(const LabX86State& state);
  /// Whether its frames hold what the state has in them already, written bytes aside: then set_up() is cheap.
  bool holds(const LabX86State& state) const;
  x86::Step execute(const LabX86Code& code);

  const x86::State& registers() const { return cpu_.state; }
  /// Where pages are found now: the cached translation, or else what a walk finds.
  LabMap map();
  /// The bytes that are other than `state`, in which the map was `map`, had them.
  std::vector<LabByte> written(const LabMap& map);
  /// The pages with a cached translation, one bit for each.
  u32 cached_pages() const;

 private:
  struct NoBus final : x86::Bus {
    bool read(Hpa, unsigned, u32&) override { return false; }
    bool write(Hpa, unsigned, u32) override { return false; }
    u32 in(u16, unsigned) override { return ~u32{0}; }
    void out(u16, unsigned, u32) override {}
    u8 acknowledge_interrupt() override { return 0; }
  };

  void take_back_writes();
  void set_up_frames(const LabX86State& state);
  void set_up_tables(const LabX86State& state);
  void set_up_cached(const LabX86State& state);
  void put(u32 address, u32 value);
  const u8* expected(u32 page) const;
  LabTranslation find(u32 page);

  mmu::Memory memory_{{0}, kLabX86Ram};
  cost::Ledger ledger_{cost::Model{}};
  cpu::Clock clock_{&ledger_, true, 0};
  NoBus bus_;
  x86::Cpu cpu_;
  std::vector<u8> expected_;  ///< memory as the state has it, but for the program's frames
  std::array<std::optional<u8>, kLabFrames> holds_;  ///< pictures that those hold
  std::vector<u32> entries_;  ///< addresses of table entries that are not zero
};

}  // namespace ringside::session
