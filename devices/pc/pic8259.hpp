// The interrupt controllers of the PC (Intel data sheet 231468, "8259A").
#pragma once

#include <array>
#include <optional>

#include "base/types.hpp"

namespace ringside::devices {

/// One 8259A in 8086 mode, with ICW1 to ICW4, OCW1 to OCW3 and the edge/level register that the
/// 82371SB (PIIX3) adds.
///
/// An edge is remembered until it is served even if its line falls before, as QEMU has it; the
/// data sheet makes that a spurious request.
class Pic8259 {
 public:
  /// `levels` says which bits of the edge/level register can be set.
  explicit Pic8259(bool master, u8 levels) : master_(master), may_level_(levels) {}

  void set_line(unsigned line, bool level);

  /// The line that INT asks for, if it asks.
  std::optional<unsigned> request() const;

  /// The INTA cycles: the vector. Line 7's, with nothing in service, if nothing asks any more.
  u8 acknowledge();

  /// The vector of a line.
  u8 vector(unsigned line) const { return static_cast<u8>(base_ | line); }

  /// Port 0 is the one for ICW1, OCW2 and OCW3; port 1 for the rest.
  u8 read(unsigned port);
  void write(unsigned port, u8 value);

  u8 edge_level() const { return levels_; }
  void set_edge_level(u8 value);

  u8 requests() const { return edges_ | (lines_ & level_lines()); }  ///< IRR
  u8 in_service() const { return in_service_; }                      ///< ISR
  u8 mask() const { return mask_; }                                  ///< IMR
  u64 hash() const;

 private:
  u8 level_lines() const { return level_mode_ ? 0xff : levels_; }
  std::optional<unsigned> first(u8 lines) const;
  unsigned rank(unsigned line) const { return (line + 7 - lowest_) & 7; }
  void serve(unsigned line);
  void initialise(u8 icw1);
  void initialise_further(u8 value);
  void command2(u8 ocw2);
  void command3(u8 ocw3);
  void end_of_interrupt(std::optional<unsigned> line, bool rotate);
  u8 poll();

  bool master_;
  u8 may_level_;
  u8 lines_ = 0;  ///< inputs as they are now
  u8 edges_ = 0;  ///< rising edges not yet served
  u8 in_service_ = 0, mask_ = 0, levels_ = 0;
  u8 base_ = 0;          ///< ICW2: vector of line 0
  u8 lowest_ = 7;        ///< line with the lowest priority
  unsigned expect_ = 0;  ///< number of the ICW that port 1 takes next, 0 if none
  bool single_ = false, needs_icw4_ = false, level_mode_ = false;
  bool auto_eoi_ = false, rotate_auto_ = false, special_nested_ = false;
  bool special_mask_ = false, read_in_service_ = false, poll_ = false;
};

/// Master and slave, the slave's INT on the master's line 2.
class PicPair {
 public:
  PicPair();

  /// Lines 0 to 15.
  void set_line(unsigned irq, bool level);

  /// The vector that INTR would deliver, if INTR is up.
  std::optional<u8> pending() const;
  u8 acknowledge();

  /// The chip behind ports 20h and 21h (0), or A0h and A1h (1).
  u8 read(unsigned chip, unsigned port);
  void write(unsigned chip, unsigned port, u8 value);

  /// Ports 4D0h and 4D1h.
  u8 edge_level(unsigned chip) const { return chips_[chip].edge_level(); }
  void set_edge_level(unsigned chip, u8 value);

  const Pic8259& chip(unsigned n) const { return chips_[n]; }
  u64 hash() const;

 private:
  static constexpr unsigned kCascade = 2;
  void update();
  std::array<Pic8259, 2> chips_;
};

}  // namespace ringside::devices
