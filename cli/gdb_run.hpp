// What GDB may set and ask for of a run: breakpoints, watchpoints, moves forwards and backwards,
// each of which ends in a stop reply (GDB manual, "Stop Reply Packets").
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "session/debugger.hpp"

namespace ringside::cli {

/// What is to be had of the connection.
struct GdbLine {
  std::function<void(const std::string&)> say;  ///< shows a text on GDB's console
  session::Debugger::Between between;           ///< called while the guest runs; false: Ctrl+C came
};

/// "E." and a text: what GDB shows of an error.
std::string gdb_error(const std::string& text);

class GdbRun {
 public:
  GdbRun(session::Debugger& debugger, GdbLine line) : debugger_(debugger), line_(std::move(line)) {}
  GdbRun(const GdbRun&) = delete;
  GdbRun& operator=(const GdbRun&) = delete;
  /// Takes its breakpoints and watchpoints with it.
  ~GdbRun();

  /// GDB knows swbreak and hwbreak as reasons to stop; until it has said so they are not given.
  void name_breakpoints() { names_breakpoints_ = true; }

  /// Types of Z and z packets that there are.
  enum class Type : unsigned { kSoftware = 0, kHardware = 1, kWrite = 2 };

  /// Replies to Z and z. The two types of breakpoints stop alike, before the instruction. A
  /// watchpoint of `bytes` bytes stops after a write into the memory that lies at its address now.
  /// What is there already, or gone already, is fine.
  std::string insert(Type type, Gva address, u32 bytes);
  std::string remove(Type type, Gva address);

  // Each gives the stop reply. A run that comes to its end stops there, as history does; W or X is
  // the answer to who goes forwards from the end.
  std::string forwards(bool one_step);
  /// A watched write that is undone stops before it: there its memory holds another value.
  std::string backwards(bool one_step);

  /// Whether W or X was given: the session is over for GDB.
  bool exited() const { return exited_; }

 private:
  using Bytes = std::vector<std::optional<u8>>;
  std::string stop_reply(const session::Stopped& stopped);
  std::string reason_of(const session::Stopped& stopped);
  std::string end_reply();
  std::string run_backwards();
  std::string step_back();
  std::optional<Gva> undo_step();
  std::vector<Bytes> watched() const;
  u64 here() const { return session::position(debugger_.session()).step; }
  const std::vector<session::History::Watchpoint>& watchpoints() const {
    return debugger_.history().watchpoints();
  }

  session::Debugger& debugger_;
  GdbLine line_;
  std::map<u32, std::set<Type>> breakpoints_;  ///< by address
  bool names_breakpoints_ = false, exited_ = false;
};

}  // namespace ringside::cli
