// The register that ends a run, as on QEMU's virt machine ("sifive test").
#pragma once

#include "devices/device.hpp"

namespace ringside::devices {

/// A 32-bit write of 0x5555 ends the run with code 0, of code << 16 | 0x3333 with that code.
class ExitRegister final : public Device {
 public:
  std::optional<u32> read(u32 offset, unsigned size) override {
    return is_word(offset, size) ? std::optional<u32>(0) : std::nullopt;
  }

  bool write(u32 offset, u32 value, unsigned size) override {
    if (!is_word(offset, size)) return false;
    // The first code stands: nothing may run behind it.
    if (!code_ && (value & 0xffff) == kPass) code_ = 0;
    if (!code_ && (value & 0xffff) == kFail) code_ = value >> 16;
    return true;
  }

  u64 hash() const override { return code_ ? u64{1} + *code_ : 0; }

  /// The guest's exit code, once it has written one.
  std::optional<u32> code() const { return code_; }

 private:
  static constexpr u32 kPass = 0x5555, kFail = 0x3333;
  std::optional<u32> code_;
};

}  // namespace ringside::devices
