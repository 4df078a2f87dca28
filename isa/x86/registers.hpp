// Registers, flags and vectors of the x86 subset, with the numbers that the instruction encodings
// and the Intel SDM give them (volume 1 chapter 3, volume 3 chapters 2 and 6).
#pragma once

#include <string_view>

#include "base/types.hpp"

namespace ringside::x86 {

/// General registers by number. As bytes, 4 to 7 are AH, CH, DH, BH.
enum Gpr : u8 { kEax, kEcx, kEdx, kEbx, kEsp, kEbp, kEsi, kEdi };
inline constexpr unsigned kGprs = 8;

/// Segment registers by number.
enum class Seg : u8 { kEs, kCs, kSs, kDs, kFs, kGs };
inline constexpr unsigned kSegs = 6;

/// Bits of EFLAGS (SDM volume 1, section 3.4.3).
namespace flag {
inline constexpr u32 kCf = 1u << 0, kOne = 1u << 1, kPf = 1u << 2, kAf = 1u << 4, kZf = 1u << 6,
                     kSf = 1u << 7;
inline constexpr u32 kTf = 1u << 8, kIf = 1u << 9, kDf = 1u << 10, kOf = 1u << 11, kIopl = 3u << 12;
inline constexpr u32 kNt = 1u << 14, kRf = 1u << 16, kVm = 1u << 17, kAc = 1u << 18,
                     kVif = 1u << 19;
inline constexpr u32 kVip = 1u << 20, kId = 1u << 21;
inline constexpr unsigned kIoplShift = 12;
/// Those that arithmetic sets.
inline constexpr u32 kStatus = kCf | kPf | kAf | kZf | kSf | kOf;
/// All that exist.
inline constexpr u32 kAll =
    kStatus | kTf | kIf | kDf | kIopl | kNt | kRf | kVm | kAc | kVif | kVip | kId;
}  // namespace flag

/// Control register bits (SDM volume 3, section 2.5).
namespace cr0 {
inline constexpr u32 kPe = 1u << 0, kMp = 1u << 1, kEm = 1u << 2, kTs = 1u << 3, kEt = 1u << 4,
                     kNe = 1u << 5;
inline constexpr u32 kWp = 1u << 16, kAm = 1u << 18, kNw = 1u << 29, kCd = 1u << 30, kPg = 1u << 31;
inline constexpr u32 kAll = kPe | kMp | kEm | kTs | kEt | kNe | kWp | kAm | kNw | kCd | kPg;
}  // namespace cr0
namespace cr4 {
inline constexpr u32 kVme = 1u << 0, kPvi = 1u << 1, kTsd = 1u << 2, kDe = 1u << 3, kPse = 1u << 4,
                     kMce = 1u << 6;
inline constexpr u32 kPge = 1u << 7, kPce = 1u << 8;
}  // namespace cr4

/// Exceptions (SDM volume 3, section 6.3.1).
enum Vector : u8 {
  kDe = 0,
  kDb = 1,
  kNmi = 2,
  kBp = 3,
  kOf = 4,
  kBr = 5,
  kUd = 6,
  kNm = 7,
  kDf = 8,
  kTs = 10,
  kNp = 11,
  kSs = 12,
  kGp = 13,
  kPf = 14,
  kMf = 16,
  kAc = 17,
  kMc = 18
};

/// Bits of a selector error code (SDM volume 3, section 6.13).
namespace selector_code {
inline constexpr u32 kExternal = 1u << 0, kIdt = 1u << 1;
}  // namespace selector_code

}  // namespace ringside::x86
