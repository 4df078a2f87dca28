// The keyboard controller and the keyboard (Intel data sheet "8042"; IBM, "PC AT Technical
// Reference", section "Keyboard Controller").
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/types.hpp"

namespace ringside::devices {

/// Ports 60h and 64h, with a keyboard and no mouse. Scan codes are of set 1, as the controller's
/// translation makes them. What was typed waits at the user until the guest has read what came
/// before, and comes not faster than the owner's interval; nothing is lost.
class Keyboard {
 public:
  u8 read_data(u64 now);
  u8 read_status() const;
  void write_data(u8 value);
  void write_command(u8 value);

  /// `scan_codes` of set 1 that the user makes from now on, one each `interval` or slower.
  void type(std::string_view scan_codes, u64 now, u64 interval);

  /// When the next byte of the user's arrives, if it can.
  std::optional<u64> due() const;
  void advance(u64 now);

  /// IRQ 1: a byte of the keyboard's waits and the command byte enables the interrupt.
  bool interrupt() const { return (command_byte_ & kInterruptEnable) && !replies_.empty() && !timed_out(); }

  /// IRQ 12: what would be the mouse's waits, the controller's own word that there is none, and the command byte
  /// enables that interrupt.
  bool mouse_interrupt() const { return (command_byte_ & kMouseInterruptEnable) && timed_out(); }

  /// Whether the guest has read all that was typed.
  bool input_used_up() const { return next_ == typed_->size() && !from_user_; }

  bool a20() const { return output_port_ & kA20; }
  void set_a20(bool on) {
    output_port_ = static_cast<u8>(on ? output_port_ | kA20 : output_port_ & ~kA20);
  }

  /// Whether the guest has pulsed the CPU's reset line.
  bool reset() const { return reset_; }

  u8 command_byte() const { return command_byte_; }
  u64 hash() const;

 private:
  static constexpr u8 kInterruptEnable = 0x01, kMouseInterruptEnable = 0x02, kSystem = 0x04, kDisabled = 0x10, kTranslate = 0x40;
  static constexpr u8 kA20 = 0x02, kRunning = 0x01;  ///< output port; bit 0 low resets
  static constexpr std::size_t kMostReplies = 16;

  void reply(u8 value);
  u8 translated(u8 value) const;
  void keyboard_command(u8 value);
  void keyboard_parameter(u8 command, u8 value);
  void set_output_port(u8 value);
  void time_out();
  bool timed_out() const { return of_mouse_ & 1; }

  std::deque<u8> replies_;  ///< what port 60h gives next; the first is in the output buffer
  u8 command_byte_ = kInterruptEnable | kSystem | kTranslate;
  u8 output_port_ = 0xcc | kA20 | kRunning;
  u8 last_ = 0;                        ///< read last from the output buffer
  u8 scan_set_ = 2;                    ///< what the keyboard says it sends; translated to set 1
  std::optional<u8> controller_next_;  ///< command of the controller that wants a byte
  std::optional<u8> keyboard_next_;    ///< command of the keyboard that wants one
  bool command_last_ = false;          ///< status bit 3
  bool scanning_ = true, reset_ = false;
  bool from_user_ = false;  ///< the output buffer holds a byte that was typed
  u16 of_mouse_ = 0;        ///< a bit for each reply, from bit 0: it is the second port's
  std::shared_ptr<const std::string> typed_ = std::make_shared<const std::string>();
  std::size_t next_ = 0;
  u64 ready_ = 0, interval_ = 0;
};

/// The scan codes, set 1, of the keys of a US keyboard that give a text: make and break, with shift
/// or control where needed. Characters that no key gives are left out.
std::string scan_codes(std::string_view text);

}  // namespace ringside::devices
