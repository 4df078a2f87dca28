#include "devices/pc/keyboard.hpp"

#include "base/hash.hpp"

namespace ringside::devices {
namespace {

enum ControllerCommand : u8 {
  kReadCommandByte = 0x20,
  kWriteCommandByte = 0x60,
  kDisableMouse = 0xA7,
  kEnableMouse = 0xA8,
  kTestMouse = 0xA9,
  kSelfTest = 0xAA,
  kTestKeyboard = 0xAB,
  kDisableKeyboard = 0xAD,
  kEnableKeyboard = 0xAE,
  kReadInputPort = 0xC0,
  kReadOutputPort = 0xD0,
  kWriteOutputPort = 0xD1,
  kWriteKeyboardBuffer = 0xD2,
  kWriteMouse = 0xD4,
  kA20Off = 0xDD,
  kA20On = 0xDF,
  kPulse = 0xF0,  // and up: bits 3 to 0 low pulse lines of the output port
};

enum KeyboardCommand : u8 {
  kSetLights = 0xED,
  kEcho = 0xEE,
  kScanSet = 0xF0,
  kIdentify = 0xF2,
  kSetRate = 0xF3,
  kEnable = 0xF4,
  kDefaultsOff = 0xF5,
  kDefaults = 0xF6,
  kReset = 0xFF,
};

constexpr u8 kAck = 0xFA, kResend = 0xFE, kTestPassed = 0xAA, kSelfTestPassed = 0x55;
constexpr u8 kMf2 = 0xAB, kMf2Keyboard = 0x83;  // the identity of a keyboard with 101 keys
constexpr u8 kOutputFull = 0x01, kSystemFlag = 0x04, kWasCommand = 0x08, kUnlocked = 0x10;
constexpr u8 kOfMouse = 0x20, kTimedOut = 0x40;  // status, of the byte in the output buffer
constexpr u8 kInputPort = 0x80;  // the keyboard is not locked

}  // namespace

/// What the controller makes of the keyboard's byte, taken for a code of set 2, on the way to set
/// 1; only for those bytes of the keyboard that are no key and change by it.
u8 Keyboard::translated(u8 value) const {
  if (!(command_byte_ & kTranslate)) return value;
  switch (value) {
    case 1:
      return 0x43;
    case 2:
    case kMf2Keyboard:
      return 0x41;
    case 3:
      return 0x3f;
    default:
      return value;
  }
}

void Keyboard::reply(u8 value) {
  if (replies_.size() < kMostReplies) replies_.push_back(value);
}

u8 Keyboard::read_status() const {
  u8 status = kUnlocked | (command_byte_ & kSystemFlag);
  if (!replies_.empty()) status |= kOutputFull;
  if (timed_out()) status |= kOfMouse | kTimedOut;
  if (command_last_) status |= kWasCommand;
  return status;
}

/// An empty buffer gives the last byte once more.
u8 Keyboard::read_data(u64 now) {
  if (replies_.empty()) return last_;
  last_ = replies_.front();
  replies_.pop_front();
  of_mouse_ = static_cast<u16>(of_mouse_ >> 1);
  if (from_user_) ready_ = now + interval_;
  from_user_ = false;
  return last_;
}

void Keyboard::write_command(u8 value) {
  command_last_ = true;
  controller_next_.reset();
  if (value >= kPulse) {
    if (!(value & 1)) reset_ = true;
    return;
  }
  switch (value) {
    case kReadCommandByte:
      return reply(command_byte_);
    case kSelfTest:
      command_byte_ |= kSystem;
      return reply(kSelfTestPassed);
    case kTestKeyboard:
      return reply(0);
    case kTestMouse:
      return reply(0xff);  // There is none.
    case kDisableKeyboard:
      command_byte_ |= kDisabled;
      return;
    case kEnableKeyboard:
      command_byte_ &= static_cast<u8>(~kDisabled);
      return;
    case kReadInputPort:
      return reply(kInputPort);
    case kReadOutputPort:
      return reply(static_cast<u8>(output_port_ | (replies_.empty() ? 0 : 0x10)));
    case kA20Off:
    case kA20On:
      return set_a20(value == kA20On);
    case kWriteCommandByte:
    case kWriteOutputPort:
    case kWriteKeyboardBuffer:
    case kWriteMouse:
      controller_next_ = value;
      return;
    default:
      return;
  }
}

void Keyboard::write_data(u8 value) {
  command_last_ = false;
  const auto command = controller_next_;
  controller_next_.reset();
  if (!command) return keyboard_command(value);
  if (*command == kWriteCommandByte) command_byte_ = value;
  if (*command == kWriteOutputPort) set_output_port(value);
  if (*command == kWriteKeyboardBuffer) reply(value);
  if (*command == kWriteMouse) time_out();
}

/// Nobody takes what is sent to the second port. The controller gives up and says so, in the buffer and in the status
/// (IBM, "PS/2 Hardware Interface Technical Reference", "Keyboard and Auxiliary Device Controller").
void Keyboard::time_out() {
  if (replies_.size() < kMostReplies) of_mouse_ = static_cast<u16>(of_mouse_ | 1u << replies_.size());
  reply(kResend);
}

void Keyboard::set_output_port(u8 value) {
  output_port_ = value;
  if (!(value & kRunning)) reset_ = true;
}

void Keyboard::keyboard_command(u8 value) {
  if (const auto command = keyboard_next_) {
    keyboard_next_.reset();
    return keyboard_parameter(*command, value);
  }
  command_byte_ &= static_cast<u8>(~kDisabled);  // Talking to the keyboard enables its clock.
  switch (value) {
    case kEcho:
      return reply(kEcho);
    case kSetLights:
    case kScanSet:
    case kSetRate:
      keyboard_next_ = value;
      return reply(kAck);
    case kIdentify:
      reply(kAck);
      reply(kMf2);
      return reply(translated(kMf2Keyboard));
    case kEnable:
    case kDefaults:
    case kDefaultsOff:
      scanning_ = value != kDefaultsOff;
      return reply(kAck);
    case kReset:
      scanning_ = true;
      reply(kAck);
      return reply(kTestPassed);
    default:
      return reply(kResend);
  }
}

void Keyboard::keyboard_parameter(u8 command, u8 value) {
  reply(kAck);
  if (command != kScanSet) return;
  if (value == 0)
    reply(translated(scan_set_));
  else if (value <= 3)
    scan_set_ = value;
}

void Keyboard::type(std::string_view scan_codes, u64 now, u64 interval) {
  typed_ = std::make_shared<const std::string>(typed_->substr(next_) + std::string(scan_codes));
  next_ = 0;
  interval_ = interval;
  if (ready_ < now + interval) ready_ = now + interval;
}

std::optional<u64> Keyboard::due() const {
  const bool listening = scanning_ && !(command_byte_ & kDisabled) && replies_.empty();
  return listening && next_ < typed_->size() ? std::optional(ready_) : std::nullopt;
}

void Keyboard::advance(u64 now) {
  if (!due() || now < *due()) return;
  reply(static_cast<u8>((*typed_)[next_++]));
  from_user_ = true;
}

u64 Keyboard::hash() const {
  u64 hash =
      hash_mix(command_byte_, output_port_ | u64{scan_set_} << 8 | u64{command_last_} << 16 |
                                  u64{scanning_} << 17 | u64{reset_} << 18 | u64{last_} << 24);
  for (u8 byte : replies_) hash = hash_mix(hash, 1 + u64{byte});
  if (of_mouse_ != 0) hash = hash_mix(hash, of_mouse_);
  hash = hash_mix(hash, controller_next_ ? 1 + u64{*controller_next_} : 0);
  return hash_mix(hash, keyboard_next_ ? 1 + u64{*keyboard_next_} : 0);
}

}  // namespace ringside::devices
