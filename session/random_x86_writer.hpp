// Who writes the kernel of random x86 guests, for session/random_x86_*.cpp alone.
#pragma once

#include "session/random_x86.hpp"
#include "session/x86_writer.hpp"

namespace ringside::session::random_x86 {

using x86::kEax, x86::kEcx, x86::kEdx, x86::kEbx, x86::kEsp, x86::kEbp, x86::kEsi, x86::kEdi;
namespace flag = x86::flag;

inline constexpr u32 kIoApic = 0xfec0'0000;
inline constexpr unsigned kSysenterCall = 0x81;
inline constexpr unsigned kServices = 32;

/// What lies on the stack behind a trap: segment registers, general registers as PUSHA has them, vector, error code, and
/// what the CPU has pushed; ESP and SS only of a trap from ring 3.
namespace frame {
inline constexpr u32 kGs = 0, kFs = 4, kEs = 8, kDs = 12, kEdi = 16, kEcx = 40, kEax = 44, kVector = 48, kEip = 56,
                     kCs = 60, kFlags = 64, kEsp = 68, kSs = 72;
inline constexpr u32 kInner = 68, kOuter = 76;  ///< bytes of one from ring 0, and from ring 3
}  // namespace frame

constexpr u32 variable(u32 offset) { return kBase + kVariables + offset; }

class KernelWriter {
 public:
  explicit KernelWriter(bool looks) : looks_(looks) {}
  Kernel operator()();

 private:
  void header();
  void start();
  void start_newer();
  void start_devices();
  void entry(unsigned vector);
  void entries(Kernel& kernel);
  void trap();
  void exception();
  void interrupt();
  void sysenter_call();
  void interrupted();
  void resume();
  void lost();
  void base();
  void draw();

  // Services (random_x86_services.cpp).
  void services();
  void table();
  void mode();
  void set_pc();
  void entry_edit();
  void directory_edit();
  void paging();
  void flags();
  void look();
  void look_at_holes();
  void wait();
  void disk();
  void rewrite();
  void burst();
  void segments();
  void descriptor();
  void breakpoints();
  void lines();

  void store_apic(u32 reg, u32 value) { w.store_value(at(kApic + reg), value); }
  /// EAX: a random number below `count`, a power of two, times `bytes`, another.
  void draw_index(u32 count, u32 bytes);

  X86Writer w{kBase};
  bool looks_;
};

}  // namespace ringside::session::random_x86
