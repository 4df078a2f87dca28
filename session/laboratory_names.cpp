// The names that the laboratory gives to what is in its states.
#include "isa/zisa/registers.hpp"
#include "mmu/paging.hpp"
#include "session/laboratory.hpp"

namespace ringside::session {

static_assert(kLabControls == zisa::kCrCount && kLabPtbr == static_cast<u32>(zisa::Cr::kPtbr));
static_assert(kLabModeBit == zisa::sr::kMode && kLabPagingBit == zisa::sr::kPg);
static_assert(kLabRead == mmu::pte::kR && kLabWrite == mmu::pte::kW &&
              kLabExecute == mmu::pte::kX && kLabUser == mmu::pte::kU);

const std::vector<LabStatusBit>& lab_status_bits() {
  using namespace zisa::sr;
  static const std::vector<LabStatusBit> all = {
      {"MODE", kMode, false}, {"IE", kIe, false},    {"PMODE", kPmode, false},
      {"PIE", kPie, false},   {"PG", kPg, false},    {"TSD", kTsd, false},
      {"F0", 1u << 8, true},  {"F1", 1u << 9, true}, {"F2", 1u << 10, true},
      {"F3", 1u << 11, true},
  };
  return all;
}

const std::vector<LabField>& lab_controls() {
  static const std::vector<LabField> all = [] {
    std::vector<LabField> fields;
    for (const std::string_view name : zisa::kCrNames) fields.push_back({name, ~u32{0}});
    const auto limit = [&](zisa::Cr which, u32 bits) {
      fields[static_cast<u32>(which)].bits = bits;
    };
    constexpr u32 kMostCpus = 8;
    limit(zisa::Cr::kTvec, ~u32{3});
    limit(zisa::Cr::kIpend, zisa::kInterruptBits);
    limit(zisa::Cr::kIenable, zisa::kInterruptBits);
    limit(zisa::Cr::kCpuid, kMostCpus - 1);
    return fields;
  }();
  return all;
}

std::string_view lab_register_name(u32 number) {
  return zisa::register_name(number);
}

std::string_view lab_cause_name(u32 cause) {
  return zisa::cause_name(static_cast<zisa::Cause>(cause));
}

bool lab_address_fault(u32 cause) {
  switch (static_cast<zisa::Cause>(cause)) {
    case zisa::Cause::kMisalignedJump:
    case zisa::Cause::kFetchAccess:
    case zisa::Cause::kLoadMisaligned:
    case zisa::Cause::kLoadAccess:
    case zisa::Cause::kStoreMisaligned:
    case zisa::Cause::kStoreAccess:
    case zisa::Cause::kFetchPage:
    case zisa::Cause::kLoadPage:
    case zisa::Cause::kStorePage:
      return true;
    default:
      return false;
  }
}

}  // namespace ringside::session
