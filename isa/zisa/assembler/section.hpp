// Sections while they are being filled. Most bytes are known at once; what depends on addresses
// that are not known yet is left open: a Fixup is a field whose value comes later, a Stretch is a
// place whose *size* comes later.
#pragma once

#include <string>
#include <vector>

#include "isa/zisa/assembler/lines.hpp"
#include "isa/zisa/instruction.hpp"

namespace ringside::zisa::assembler {

/// Number of an expression in Unit::nodes.
using NodeId = u32;
inline constexpr NodeId kNoNode = ~u32{0};

/// A place in a section: `offset` bytes that are known, plus the first `stretch` stretches.
struct Location {
  u32 section = 0;
  u32 offset = 0;
  u32 stretch = 0;
};

/// A gap between known bytes whose size follows from the layout.
struct Stretch {
  enum class Kind : u8 {
    kAlign,   ///< padding up to a multiple of `amount`
    kBranch,  ///< a conditional branch: 4 bytes, or 8 where its target is far
    kSpace,   ///< as many bytes as `node` says
    kOrigin,  ///< up to the address or offset that `node` says
  };
  Kind kind;
  u32 offset;         ///< of the known bytes before it
  u32 word = 0;       ///< the branch; for the others the byte to fill with
  u32 amount = 0;     ///< alignment in bytes; of kOrigin: 1 where `node` is an offset
  u32 at_most = ~0u;  ///< an alignment that needs more padding is left out
  bool code = false;  ///< padding is made of nops
  NodeId node = kNoNode;
  Place place;
  u32 size = 0;    ///< at present
  u32 before = 0;  ///< sizes of the stretches before it, added up
};

/// What an operand says to take of a value.
enum class Modifier : u8 {
  kNone,
  kHi,        ///< %hi: the upper 20 bits, so that adding %lo gives the value
  kLo,        ///< %lo: the lower 12 bits, signed
  kPcrelHi,   ///< %pcrel_hi: %hi of the distance from here
  kPcrelLo,   ///< %pcrel_lo(label): %lo of the distance whose %pcrel_hi stands at the label
  kLoBefore,  ///< the same for the %pcrel_hi one instruction before; only in our own templates
};

/// A field to be filled when all addresses are known.
struct Fixup {
  Location at;
  NodeId node;
  Place place;
  u8 width = 0;  ///< of a plain number in bytes; 0 where the field is an instruction's
  Form form = Form::kNone;
  Modifier modifier = Modifier::kNone;
};

/// Where an instruction comes from.
struct LineMark {
  Location at;
  Place place;
};

struct Section {
  std::string name;
  bool allocated = false, writable = false, executable = false, nobits = false, note = false;
  u32 align = 1;
  u32 size = 0;           ///< known bytes
  std::vector<u8> bytes;  ///< they; empty where nobits
  std::vector<Stretch> stretches;
  std::vector<Fixup> fixups;
  std::vector<LineMark> lines;
  u32 address = 0;  ///< from layout

  /// Bytes that the first `stretch` stretches take at present.
  u32 shift(u32 stretch) const {
    return stretch == 0 ? 0 : stretches[stretch - 1].before + stretches[stretch - 1].size;
  }
  u32 full_size() const { return size + shift(static_cast<u32>(stretches.size())); }
  u32 address_of(const Location& at) const { return address + at.offset + shift(at.stretch); }
};

}  // namespace ringside::zisa::assembler
