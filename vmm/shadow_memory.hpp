// Shadow page tables as the Vm of every ISA offers them to a VMM that keeps them: roots, mappings and traces, each at
// its price. What to map and when is policy (vmm/shadow_pager.hpp).
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "cost/ledger.hpp"
#include "mmu/shadow.hpp"

namespace ringside::vmm {

/// What a Vm keeps of it: a copyable value.
template <class Tables>
struct ShadowState {
  Tables shadow{0, 0};
  std::optional<u32> root;          ///< shadow root in use
  std::vector<u8> traced;           ///< per guest frame: writes to it leave to the VMM
  std::vector<u64> traced_writes;   ///< guest-physical addresses written by VMM or DMA since looked at
};

/// V, which derives from this and has it for a friend, says where frames lie (is_ram, host_of, frame_number), keeps a
/// ShadowState (s_) and the machine (host_), and does what else a change of the root needs (root_changed, shadow_dropped).
template <class V>
class ShadowMemory {
 public:
  /// A new root of the given number of levels; nothing when the pool is used up. Charges vmm_map.
  std::optional<u32> add_root(unsigned levels) {
    self().work(cost::Param::kVmmMap);
    return self().s_.shadow.add_root(self().host_.memory, levels);
  }

  /// Maps the page of gva to guest-physical page gpa; false when the pool is used up or gpa is not RAM of
  /// this VM. Charges vmm_map.
  bool map(u32 root, Gva gva, Gpa gpa, mmu::Rights rights) {
    self().work(cost::Param::kVmmMap);
    if (!self().is_ram(gpa.page_base(), kPageSize)) return false;
    return self().s_.shadow.map(self().host_.memory, root, gva, self().host_of(gpa).page(), rights);
  }

  /// Takes a mapping out, or its right to write. Charge vmm_unmap, vmm_protect where there was one.
  void unmap(u32 root, Gva gva) {
    if (!self().s_.shadow.unmap(self().host_.memory, root, gva)) return;
    self().work(cost::Param::kVmmUnmap);
    drop_translation(root, gva);
  }
  void protect(u32 root, Gva gva) {
    if (!self().s_.shadow.protect(self().host_.memory, root, gva)) return;
    self().work(cost::Param::kVmmProtect);
    drop_translation(root, gva);
  }

  /// Forgets all shadow tables. Charges vmm_unmap once per table.
  void drop_shadow() {
    self().work(cost::Param::kVmmUnmap, self().s_.shadow.frames_used());
    self().s_.shadow.drop_all();
    self().s_.root.reset();
    self().shadow_dropped();
    self().host_.cpu.mmu().tlb.drop_all();
  }

  /// The root to run on from the next entry. Charges vmm_switch if it is another.
  void use_root(u32 root) {
    if (self().s_.root == root) return;
    self().s_.root = root;
    self().work(cost::Param::kVmmSwitch);
    self().root_changed();
  }

  /// Writes to this guest frame by VMM or DMA are noted in traced_writes. Charges vmm_protect.
  void trace(Gpa frame, bool on) {
    if (!self().is_ram(frame, kPageSize)) return;
    self().s_.traced[self().frame_number(frame)] = on;
    self().work(cost::Param::kVmmProtect);
  }
  bool traced(Gpa frame) const {
    const auto& traced = self().s_.traced;
    const std::size_t number = self().frame_number(frame);
    return number < traced.size() && traced[number];
  }
  /// Addresses written in traced frames since the last call.
  std::vector<u64> take_traced_writes() { return std::exchange(self().s_.traced_writes, {}); }

 protected:
  /// To be called for what VMM or DMA write into the guest's RAM, within one page.
  void note_write(Gpa address, u32 bytes) {
    if (!traced(address)) return;
    for (u64 word = address.v & ~u64{3}; word < address.v + bytes; word += 4)
      self().s_.traced_writes.push_back(word);
  }

 private:
  V& self() { return static_cast<V&>(*this); }
  const V& self() const { return static_cast<const V&>(*this); }
  void drop_translation(u32 root, Gva gva) {
    if (self().s_.root == root) self().host_.cpu.mmu().tlb.drop(gva);
  }
};

}  // namespace ringside::vmm
