// The decode cache of x86: predecoded operations of each physical page that was executed.
// Operations stand one behind the other as they would be executed, and an index tells which one
// begins at a byte of the page.
#pragma once

#include <array>
#include <bitset>
#include <map>
#include <memory>
#include <vector>

#include "cpu/x86/cpu.hpp"
#include "cpu/x86/model.hpp"
#include "isa/x86/table.hpp"
#include "mmu/x86/mmu.hpp"

namespace ringside::x86::fast {

struct Op;
struct Context;

// All that the handlers carry in host registers.
//   op      - the operation to execute
//   m       - everything else
//   credit  - time units until the engine must look up, and what was executed (see Op::charge)
//   fa, fb, kind - the flags (see LazyFlags)
#define RINGSIDE_X86_PARAMETERS                                                      \
  [[maybe_unused]] Op *op, [[maybe_unused]] Context *m, [[maybe_unused]] i64 credit, \
      [[maybe_unused]] u32 fa, [[maybe_unused]] u32 fb, [[maybe_unused]] u32 kind
using Handler = void (*)(RINGSIDE_X86_PARAMETERS);

/// One predecoded instruction, 32 bytes. Registers are byte offsets into Context.
struct Op {
  Handler handler;
  i64 charge;  ///< of its block from here on, taken off the credit when it is entered here
  u32 imm;     ///< immediate; of a direct jump within the page, the distance between operations in
            ///< bytes, 0 if not known yet; of others, which of CodePage::instructions it is
  u32 displacement;  ///< of the memory operand, or of a direct jump behind the instruction
  u8 first, second, base, index;
  u16 offset;  ///< of the instruction in its page
  u8 length;   ///< in bytes
  u8 scale;    ///< of the index, as a factor: a shift by a variable needs a register that is taken
};
static_assert(sizeof(Op) == 32);

/// Charges: the upper half of a credit counts time units down, and the lower half counts down from
/// its top what was executed, so that one subtraction does it all.
namespace credit {
inline constexpr unsigned kTime = 32, kData = 14;
/// An instruction takes a unit at least, so no count overflows while a slice is no longer than
/// this.
inline constexpr i64 kLongestSlice = 0x3800;
/// Data accesses of one instruction; one with more is left to the exact engine.
inline constexpr u32 kMostData = 16;

constexpr i64 charge(u64 time, u32 insns, u32 data) {
  return static_cast<i64>(time << kTime | data << kData | insns);
}
constexpr i64 start(i64 time) {
  return time << kTime | 0xffffffff;
}
constexpr i64 time_left(i64 credit) {
  return credit >> kTime;
}
constexpr u32 insns(i64 credit) {
  return ~static_cast<u32>(credit) & ((1u << kData) - 1);
}
constexpr u32 data(i64 credit) {
  return ~static_cast<u32>(credit) >> kData;
}
}  // namespace credit

/// Operations of a block, at most; kept short so that counts do not overflow.
inline constexpr u32 kLongestRun = 128;

struct CodePage {
  /// An instruction may begin at each byte; every run of them ends with one more operation. Number
  /// 0 is no one's.
  static constexpr u32 kOps = 2 * kPageSize + 2;
  std::array<u16, kPageSize> index;  ///< operation that begins at a byte, 0 if none is decoded
  std::array<Op, kOps> ops;
  u32 used;                               ///< of ops
  std::bitset<kPageSize> covered;         ///< bytes that operations were made from
  std::vector<Instruction> instructions;  ///< of operations whose handlers look at them
  u64 number;                             ///< of the page in physical memory
  Hpa base;
  bool translated = false;  ///< made from translated units: `key` says whose, `stamp` which version of them
  cpu::CodeKey key;
  u64 stamp = 0;
};

/// Prices of what blocks are made of, in time units.
struct Prices {
  u64 insn, data, multiply, divide, indirect;
  u64 hash;  ///< beside `indirect`, in translated code
};

/// All code pages of a machine; drops one when its code is written.
class DecodeCache final : public mmu::CodeWatcher {
 public:
  DecodeCache(Mmu& mmu, const CpuModel& model, const Prices& prices);
  ~DecodeCache();

  /// The operations of the physical page at `base`, made if there are none yet.
  CodePage& page(Hpa base);
  /// The operation of the instruction at an offset; decodes what is executed from there on.
  Op* find(CodePage& page, u32 offset) {
    return &page.ops[page.index[offset] ? page.index[offset] : decode(page, offset)];
  }
  const Prices& prices() const { return prices_; }

  /// From now on translated code comes from this cache: what changed in it since is decoded anew.
  void use_units(const TranslationCache& code);
  /// The operations of a page of the units in use, made if there are none yet.
  CodePage& units_page(const cpu::CodeKey& key);
  /// Forgets what was made from units.
  void drop_units();

  void code_written(u64 page, u32 offset, u32 bytes) override;
  void drop_all();
  /// Instructions at the page offsets of these addresses are left to the exact engine.
  void set_stops(const std::vector<u32>& addresses);
  /// So are those that write this general register; kNoRegister for none.
  void set_stop_register(u32 number);

 private:
  struct Draft;
  u32 decode(CodePage& page, u32 offset);
  Draft draft(CodePage& page, u32 offset);
  std::optional<Instruction> instruction_at(CodePage& page, u32 offset) const;
  void finish(CodePage& page, u32 first);
  static Handler handler_of_both(const Draft& first, const Draft& jump);
  void append(CodePage& page, const Draft& draft);
  i64 price(const Draft& draft, bool translated) const;
  void drop(u64 number);

  Mmu& mmu_;
  const CpuModel& model_;
  Prices prices_;
  std::bitset<kPageSize> stops_;
  u32 stop_register_ = kNoRegister;
  std::vector<Draft> drafts_;
  std::vector<std::unique_ptr<CodePage>> pages_;  ///< by page number
  std::vector<std::unique_ptr<CodePage>> spare_;
  u64 live_ = 0;
  std::map<cpu::CodeKey, std::unique_ptr<CodePage>> units_;
  const TranslationCache* code_ = nullptr;
  u64 code_stamp_ = 0;
};

}  // namespace ringside::x86::fast
