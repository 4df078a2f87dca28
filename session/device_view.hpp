// Devices and interrupts of the guest as plain data: which lines ask, what masks them, what comes next, and each device's
// registers. To look costs no cycle and changes nothing: what a read would change is read on a copy.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "session/session.hpp"

namespace ringside::session {

/// A source of interrupts where it enters a controller or the CPU.
struct LineView {
  std::string name;        ///< "IRQ 14", "line 11", "timer"
  std::string source;      ///< "IDE disk"
  std::string controller;  ///< whose line it is: "PIC", "I/O APIC", "CPU"
  bool pending = false;    ///< asks to be served
  bool masked = false;     ///< the guest does not want it
  bool in_service = false;
  std::string vector;      ///< "0x2e", where there is one
};

/// What comes by itself, if the guest does nothing.
struct ComingView {
  std::string what;  ///< "timer", "disk: data are there"
  u64 at = 0;        ///< when, in the guest's time
  bool masked = false;  ///< and will not interrupt, for the guest does not want it
};

struct DeviceRegister {
  std::string name;
  u64 value = 0;
  unsigned digits = 8;  ///< hexadecimal
  std::string words;
};
struct DeviceView {
  std::string name, place;  ///< "disk"; "0x10010000, line 11"
  std::vector<DeviceRegister> registers;
};

struct DevicesView {
  u64 now = 0;                ///< the guest's time
  bool virtual_time = false;  ///< it counts instructions, not cycles
  bool enabled = false;       ///< the CPU lets interrupts in (SR.IE, EFLAGS.IF), as the guest believes
  std::string verdict;        ///< what that comes to, in a sentence
  std::vector<LineView> lines;
  std::vector<ComingView> coming;  ///< by time
  std::vector<DeviceView> devices;
};
/// Of the VM that is on the CPU.
DevicesView device_view(const Session& session);

/// The same as tables for people.
std::string devices_text(const DevicesView& view);

// The two behind device_view().
DevicesView zisa_devices(const Session& session);
DevicesView pc_devices(const Session& session);

}  // namespace ringside::session
