// What an instruction or an interrupt does instead of completing, and how two of them meet.
#pragma once

#include <array>
#include <optional>

#include "isa/x86/registers.hpp"

namespace ringside::x86 {

/// An exception or interrupt on its way to a handler.
struct Trap {
  enum class Kind : u8 {
    kException,
    kSoftware,   ///< INT n, INT3 and INTO: the return address is behind the instruction
    kInterrupt,  ///< maskable, from the interrupt controller
    kNmi,
    kPrivileged,   ///< INT1: the return address is behind it too, and its gate's level is not asked
    kNestedFault,  ///< not architectural: how a fault of the second dimension travels from the MMU to a VM exit
  };
  u8 vector = 0;
  bool has_code = false;
  u32 code = 0;     ///< error code that is pushed
  u32 address = 0;  ///< of a page fault: what CR2 gets
  Kind kind = Kind::kException;
  u8 length = 0;  ///< of the instruction of a software interrupt or INT1, in bytes
  /// A debug trap of the instruction before: no instruction raised it in place of completing.
  bool between = false;

  /// Whether its cause lies outside of the instruction that it meets: what fails in its delivery
  /// has the EXT bit in its error code (SDM volume 3, section 6.13, which takes INT1 for such).
  bool external() const { return kind != Kind::kSoftware; }
  /// Whether it is what an instruction is for: the return address is behind that.
  bool asked_for() const { return kind == Kind::kSoftware || kind == Kind::kPrivileged; }
  /// Whether an instruction raised it, which then counts as one of the guest's.
  bool by_instruction() const { return asked_for() || (kind == Kind::kException && !between); }
  /// As a handler sees them.
  bool operator==(const Trap& other) const {
    return vector == other.vector && has_code == other.has_code && code == other.code && address == other.address &&
           kind == other.kind && length == other.length;
  }
};

/// Events that a delivery tries before the CPU shuts down: any chain that ends is shorter.
inline constexpr unsigned kLongestDelivery = 8;

/// A trap, and behind it what came up in the delivery of each in turn: of a triple fault all that led to it. The double
/// fault, which combined() makes of two, is not among them.
struct Undelivered {
  std::array<Trap, kLongestDelivery + 1> faults;
  u8 count = 0;
  void add(const Trap& fault) { faults[count++] = fault; }
};

/// How the delivery of a trap ended.
struct Delivery {
  enum End : u8 {
    kEntered,
    kShutDown,  ///< a triple fault
    kLeft,      ///< a fault in it is a VMM's: the state is as before
  } end;
  Trap event;               ///< the trap, or the double fault that came of it
  Undelivered chain = {};  ///< where the CPU shut down
};

/// What a feature is called that this subset leaves out; whatever would need it raises #UD, and the
/// environment is told, so that the report can say why a guest stopped.
enum class LeftOut : u8 { kTaskSwitch, kVirtual8086 };

constexpr std::string_view name_of(LeftOut what) {
  switch (what) {
    case LeftOut::kTaskSwitch:
      return "task switch";
    case LeftOut::kVirtual8086:
      return "virtual-8086 mode";
  }
  return "";
}

/// Whether an exception has the error code that a handler finds on its stack (SDM volume 3, table
/// 6-1).
constexpr bool has_error_code(u8 vector) {
  return vector == kDf || (vector >= kTs && vector <= kPf) || vector == kAc;
}

/// Faults restart their instruction and set RF in the saved EFLAGS (SDM volume 3, sections 6.5
/// and 17.3.1.1); #DB is judged by who raises it, #BP and #OF are traps, #DF and #MC aborts.
constexpr bool is_fault(u8 vector) {
  return vector != kDb && vector != kNmi && vector != kBp && vector != kOf && vector != kDf &&
         vector != kMc;
}

/// What is delivered when `second` comes up while `first` is being delivered (SDM volume 3, table
/// 6-5); nothing if the CPU shuts down: a triple fault.
inline std::optional<Trap> combined(const Trap& first, const Trap& second) {
  const auto contributory = [](u8 vector) {
    return vector == kDe || (vector >= kTs && vector <= kGp);
  };
  const bool exception = first.kind == Trap::Kind::kException;
  if (exception && first.vector == kDf) return std::nullopt;
  const bool serious = contributory(second.vector) || second.vector == kPf;
  const bool doubled =
      exception && ((contributory(first.vector) && contributory(second.vector)) ||
                    (first.vector == kPf && serious));
  if (!doubled) return second;
  Trap fault;
  fault.vector = kDf;
  fault.has_code = true;
  return fault;
}

}  // namespace ringside::x86
