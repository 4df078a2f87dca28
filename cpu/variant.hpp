// ISA variants: for each system instruction the answer to one question, does it trap in U mode?
#pragma once

#include <bitset>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "isa/zisa/table.hpp"

namespace ringside::cpu {

class Variant {
 public:
  /// `zisa`: the holes run in U mode.
  Variant();

  /// Variant called zisa, zisa-v or zisa-h; nothing for another name.
  static std::optional<Variant> named(std::string_view name);
  /// From JSON: {"name": "mine", "base": "zisa", "traps_in_user": {"read_sr": true}}. `file` is for
  /// messages. Errors: no JSON, unknown keys, names that are no system instruction, wrong types.
  static Result<Variant> parse(std::string_view json, const std::string& file);

  /// Whether the row's instruction traps in U mode given SR.
  bool traps_in_user(unsigned row, u32 status) const {
    return traps_.test(row) || (timed_.test(row) && status & zisa::sr::kTsd);
  }
  /// Closes a hole, or opens one.
  void set_trap(unsigned row, bool traps) {
    traps_.set(row, traps);
    timed_.reset(row);
  }

  std::string name;
  /// Whether there is non-root mode (zisa-h).
  bool hardware_assistance = false;

  bool operator==(const Variant&) const = default;

 private:
  std::bitset<zisa::kRowCount> traps_;
  std::bitset<zisa::kRowCount> timed_;  ///< traps where SR.TSD is set
};

/// Row of a system instruction whose behaviour in U mode a variant may choose.
bool may_vary(unsigned row);

}  // namespace ringside::cpu
