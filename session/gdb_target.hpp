// What GDB has to know of an ISA: the registers in its order, and how they are read and written
// where a session stands. One class for each ISA; the protocol itself (cli/gdb_stub.hpp) knows
// none.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "session/debugger.hpp"

namespace ringside::session {

/// A register as a target description has it (GDB manual, appendix "Target Descriptions").
struct GdbRegister {
  std::string name;
  std::string type = "int";  ///< of GDB, or one of the feature's own
  std::string group = "";    ///< "general" or "system"; empty: GDB decides
  unsigned bits = 32;        ///< a multiple of 8
};

/// Registers that belong together. Those of names that GDB knows must have the order it asks for.
struct GdbFeature {
  std::string name;
  std::string types;  ///< elements that define types of its own; may be empty
  std::vector<GdbRegister> registers;
};

/// The registers of one ISA, numbered from 0 on through all features.
class GdbTarget {
 public:
  virtual ~GdbTarget() = default;

  const std::vector<GdbRegister>& registers() const { return registers_; }
  /// The target description, as XML.
  const std::string& description() const { return description_; }

  /// What each register holds for the guest; nothing for one that this machine does not have.
  virtual std::vector<std::optional<u32>> values() const = 0;
  /// Writes a register beside the run: going back and forth does it again. Errors: the run has
  /// ended, no such register, or one that cannot be written by hand.
  virtual Result<void> write(std::size_t number, u32 value) = 0;

 protected:
  /// `architecture` by BFD's name.
  GdbTarget(const std::string& architecture, const std::vector<GdbFeature>& features);

 private:
  std::vector<GdbRegister> registers_;
  std::string description_;
};

/// The one for the ISA of the session's machine. The debugger must outlive it.
std::unique_ptr<GdbTarget> gdb_target(Debugger& debugger);

/// Writes the guest's memory beside the run, as write() does, and as the guest's tables map it
/// here. Nothing is written unless all is. Errors: the run has ended, a page is not mapped to RAM.
Result<void> write_memory(Debugger& debugger, Gva address, std::span<const u8> bytes);

}  // namespace ringside::session
