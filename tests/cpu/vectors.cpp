// Every instruction against its vectors, in both engines.
#include "vectors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "bench.hpp"
#include "catch.hpp"
#include "support/machines.hpp"
#include "vector_reader.hpp"

using namespace ringside;
using namespace ringside::test;

namespace {

std::vector<std::string_view> all_vectors() {
  std::vector<std::string_view> all;
  for (const auto some :
       {computation_vectors(), control_vectors(), memory_vectors(), system_vectors()})
    all.insert(all.end(), some.begin(), some.end());
  return all;
}

Charges charges_of(const cost::Ledger& ledger) {
  Charges charges;
  for (std::size_t a = 0; a < cost::kAccounts; ++a)
    for (const auto& row : cost::kRows) {
      const auto account = static_cast<cost::Account>(a);
      if (const u64 n = ledger.count(account, row.param)) charges[{account, row.param}] = n;
    }
  return charges;
}

std::string text_of(const Charges& charges) {
  std::string text;
  for (const auto& [key, n] : charges)
    text += fmt::format("{}/{}*{} ", cost::account_name(key.first), cost::row(key.second).key(), n);
  return text;
}

/// A bench on which a vector is tried, after an instruction that precedes it (or none).
class Trial {
 public:
  Trial(const MeaningVector& vector, std::optional<u32> preceding)
      : vector_(vector), preceding_(preceding), bench_(vector.isa, vector.timed) {}

  /// Once to fill the TLB and the engine's caches, and once more from the same state.
  void run(bool fast) {
    prepare();
    if (preceding_) bench_.cpu.step();
    bench_.cpu.step();
    prepare();
    const cost::Ledger before = bench_.ledger;
    if (fast) done_fast_ = bench_.fast.run(1000);
    for (u64 done = done_fast_; done < (preceding_ ? 2 : 1); ++done) bench_.cpu.step();
    charges_ = charges_of(bench_.ledger);
    for (const auto& [key, n] : charges_of(before)) charges_[key] -= n;
    std::erase_if(charges_, [](const auto& each) { return each.second == 0; });
    CHECK(bench_.ledger.total() == bench_.ledger.clock());
  }

  void check() const {
    const cpu::ArchState& now = bench_.cpu.state;
    for (u32 i = 0; i < 32; ++i) {
      INFO(zisa::register_name(i));
      CHECK(now.x[i] == vector_.after.x[i]);
    }
    for (u32 i = 0; i < zisa::kCrCount; ++i) {
      INFO(zisa::kCrNames[i]);
      CHECK(now.cr[i] == vector_.after.cr[i]);
    }
    CHECK(now.pc == vector_.after.pc);
    CHECK(now.sr == vector_.after.sr);
    CHECK(now.waiting == vector_.after.waiting);
    CHECK(now.reserved == vector_.after.reserved);
    if (now.reserved) CHECK(now.reservation == vector_.after.reservation);
    check_memory();
    Charges expected = vector_.charges;
    if (preceding_) {
      const auto own =
          vector_.before.sr & 1 ? cost::Account::kGuestKernel : cost::Account::kGuestUser;
      ++expected[{own, cost::Param::kInsn}];
    }
    CHECK(text_of(charges_) == text_of(expected));
  }

  u64 done_fast() const { return done_fast_; }

 private:
  // State and memory as the vector wants them; TLB and caches stay as they are.
  void prepare() {
    bench_.cpu.state = vector_.before;
    if (preceding_) bench_.cpu.state.pc -= 4;
    for (const auto& [address, value] : vector_.memory_after) write(address, 0);
    for (const auto& [address, value] : vector_.memory_before) write(address, value);
    if (preceding_) write(kVectorPc - 4, *preceding_);
    write(kVectorPc, vector_.word);
    bench_.bus.content = 0x5a;
    bench_.clock.instructions = vector_.time;
  }
  void write(u32 address, u32 value) {
    if (bench_.memory.read<u32>({address}) != value) bench_.memory.write({address}, value);
  }

  void check_memory() const {
    for (u32 page = 0; page < bench_.memory.pages(); ++page)
      for (u32 i = 0; i < kPageSize; i += 4) {
        const u32 address = kRam + page * kPageSize + i;
        const auto expected = vector_.memory_after.find(address);
        u32 value = expected == vector_.memory_after.end() ? 0 : expected->second;
        if (address == kVectorPc) value = vector_.word;
        if (address == kVectorPc - 4) value = preceding_.value_or(0);
        if (bench_.memory.read<u32>({address}) == value) continue;
        INFO(fmt::format("memory at {:#x}", address));
        CHECK(bench_.memory.read<u32>({address}) == value);
      }
  }

  const MeaningVector& vector_;
  std::optional<u32> preceding_;
  Bench bench_;
  u64 done_fast_ = 0;
  Charges charges_;
};

// What the fast engine executes itself (the rest it leaves to the exact one).
bool is_fast(const MeaningVector& vector) {
  const zisa::Decoded decoded = zisa::decode(vector.word);
  if (decoded.row == zisa::kIllegalRow || cpu::enabled_pending(vector.before) != 0) return false;
  const auto& row = zisa::kRows[decoded.row];
  if (row.kind == zisa::Kind::kAtomic || row.kind == zisa::Kind::kSystem) return false;
  if (row.form == zisa::Form::kBranch && decoded.operands.imm % 4 != 0) return false;
  const bool into_code = vector.memory_after.count(kVectorPc + 4) != 0;
  const bool plain =
      std::none_of(vector.charges.begin(), vector.charges.end(), [](const auto& each) {
        return each.first.second == cost::Param::kDeviceAccess ||
               each.first.second == cost::Param::kMisaligned ||
               each.first.second == cost::Param::kTrapFault;
      });
  return plain && !into_code;
}

}  // namespace

TEST_CASE("every instruction has a vector of its meaning") {
  std::set<unsigned> seen;
  for (const auto line : all_vectors()) seen.insert(zisa::decode_row(read_vector(line).word));
  for (unsigned row = 0; row < zisa::kRowCount; ++row) {
    INFO("no vector of " << zisa::kRows[row].name << " in tests/cpu/vectors_*.cpp");
    CHECK(seen.count(row) == 1);
  }
}

TEST_CASE("the stepping engine gives every vector's result and charges") {
  for (const auto line : all_vectors()) {
    INFO(line);
    const MeaningVector vector = read_vector(line);
    Trial trial(vector, std::nullopt);
    trial.run(false);
    trial.check();
  }
}

TEST_CASE("the fast engine gives every vector's result and charges") {
  unsigned fast = 0;
  for (const auto line : all_vectors()) {
    INFO(line);
    const MeaningVector vector = read_vector(line);
    if (cpu::enabled_pending(vector.before) != 0) continue;  // run() is not to be called then
    Trial trial(vector, std::nullopt);
    trial.run(true);
    trial.check();
    fast += trial.done_fast() != 0;
    if (is_fast(vector)) CHECK(trial.done_fast() == 1);
  }
  CHECK(fast > 80);
}

// An operand may come straight from the instruction before, by either register.
TEST_CASE("the fast engine gives the same results behind an instruction that makes an operand") {
  for (const auto line : all_vectors()) {
    INFO(line);
    const MeaningVector vector = read_vector(line);
    const zisa::Decoded decoded = zisa::decode(vector.word);
    if (!is_fast(vector)) continue;
    for (const u8 number : {decoded.operands.rs1, decoded.operands.rs2}) {
      const u32 move = word("addi", {.rd = number, .rs1 = number});
      Trial trial(vector, move);
      trial.run(true);
      trial.check();
      CHECK(trial.done_fast() == 2);
    }
  }
}
