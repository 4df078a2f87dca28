// The decode cache: predecoded operations, an array for each physical page that was executed. (Not the
// translation cache of the dbt strategy: this one is how we run, not what we teach. Translated units are
// predecoded in here too, in pages of their own.)
#pragma once

#include <array>
#include <bitset>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "cpu/dispatch.hpp"
#include "cpu/state.hpp"
#include "cpu/translation.hpp"
#include "mmu/mmu.hpp"

namespace ringside::cpu::fast {

inline constexpr u32 kOpsPerPage = kPageSize / 4;

/// One predecoded instruction, 16 bytes. Registers are byte offsets into ArchState::x; a write to x0 goes to
/// the slot behind x31.
struct Op {
  Handler handler;
  u8 rd, rs1, rs2;
  u8 row;   ///< number in the instruction table
  i32 imm;  ///< immediate; of a jump within the page, the distance between operations in bytes
};
static_assert(sizeof(Op) == 16);

/// What a block costs from one operation to its end, charged when it is entered there; a block that
/// stops early gives back the charge of the operation that it stopped at.
struct Charge {
  u64 counts = 0;   ///< instructions, data accesses, multiplies, divides, indirect jumps: 12 bits each
  i32 time = 0;     ///< cycles, or instructions in virtual time
  u32 forward = 0;  ///< register (byte offset) whose value the operation expects in `last`
};
static_assert(sizeof(Charge) == 16);

/// Fields of Charge::counts.
enum Field : unsigned { kInsns = 0, kData = 12, kMultiplies = 24, kDivides = 36, kIndirects = 48 };
constexpr u64 field(u64 counts, Field which) { return (counts >> which) & 0xfff; }
/// No field can overflow while a slice is no longer than this, since an instruction takes a unit at least.
inline constexpr i64 kLongestSlice = 0xfff;

/// The operations of a page, and one more that goes on to the next page.
struct CodePage {
  std::array<Op, kOpsPerPage + 1> ops;
  std::array<Charge, kOpsPerPage + 1> charges;
  u64 number;  ///< of the page in physical memory
  Hpa base;
  bool translated = false;  ///< made from translated units: `key` says whose, `stamp` which version of them
  CodeKey key;
  u64 stamp = 0;
};

/// The charge that belongs to an operation: it lies at a fixed distance.
inline const Charge& charge_of(const Op* op) {
  const auto* bytes = reinterpret_cast<const u8*>(op);
  return *reinterpret_cast<const Charge*>(bytes + sizeof(CodePage::ops));
}
static_assert(offsetof(CodePage, charges) == sizeof(CodePage::ops));

/// Prices of what blocks are made of, in time units.
struct Prices {
  i32 insn, data, multiply, divide, indirect;
  i32 hash;  ///< beside `indirect`, in translated code
};

/// All code pages of a machine; drops one when its code is written.
class DecodeCache final : public mmu::CodeWatcher {
 public:
  DecodeCache(mmu::Mmu& mmu, const Prices& prices);
  ~DecodeCache();

  /// The operations of the physical page at `base`, made if there are none yet.
  CodePage& page(Hpa base);
  /// Predecodes from an operation on to the end of its block.
  void decode(CodePage& page, u32 index);

  /// From now on translated code comes from this cache: what changed in it since is decoded anew.
  void use_units(const TranslationCache& code);
  /// The operations of a page of the units in use, made if there are none yet.
  CodePage& units_page(const CodeKey& key);
  /// Forgets what was made from units.
  void drop_units();

  void code_written(u64 page, u32 offset, u32 bytes) override;
  void drop_all();
  /// Instructions at the page offsets of these addresses are left to the exact engine.
  void set_stops(const std::vector<u32>& addresses);
  /// So are those that write this register (1 to 31); 0 for none.
  void set_stop_register(u32 number);

 private:
  void drop(u64 number);
  Charge price(const Op& op, bool translated) const;
  std::optional<u32> word_at(const CodePage& page, const TcPage* units, u32 index) const;

  mmu::Mmu& mmu_;
  Prices prices_;
  std::bitset<kOpsPerPage> stops_;
  u32 stop_register_ = 0;
  std::vector<std::unique_ptr<CodePage>> pages_;  ///< by page number
  std::vector<std::unique_ptr<CodePage>> spare_;
  u64 live_ = 0;
  std::map<CodeKey, std::unique_ptr<CodePage>> units_;
  const TranslationCache* code_ = nullptr;
  u64 code_stamp_ = 0;
};

/// The handler that decodes an operation when it is first reached; handlers by row, see cpu/fast.cpp.
Handler undecoded_handler();
Handler next_page_handler();
/// The predecoded form of `word` at `index` of its page. `before` is the register (byte offset) that the word
/// before it writes, kNoRegister if it writes none.
Op predecode(u32 word, u32 index, u32 before);
inline constexpr u32 kNoRegister = 32 * 4;
/// An operation that is left to the exact engine.
Op for_exact_engine();
/// The register that a word writes for the next one to take over, kNoRegister if none.
u32 register_written(u32 word);
/// Whether a block ends with this row's operation.
bool ends_block(unsigned row);

}  // namespace ringside::cpu::fast
