// The event log as Chrome trace events, which Perfetto (https://ui.perfetto.dev) opens.
//
// Format: Trace Event Format, JSON object form. Time stamps are microseconds of simulated time,
// from cycles and the machine's frequency.
#pragma once

#include <iosfwd>
#include <string>

#include "session/session.hpp"

namespace ringside::session {

/// Writes while the session runs, so that the file grows with it and memory does not. The session
/// must have been opened with keep_events.
class TraceWriter {
 public:
  TraceWriter(std::ostream& out, Session& session);
  /// Writes the events that came since the last call, and lets the session forget them.
  void write_new();
  /// The same, and closes what is open: nothing may be written after it.
  void finish();

 private:
  void write(const vmm::Event& event);
  void leave_guest(Cycles until);
  void exit_done(const vmm::Event& entry);
  void slice(int track, const std::string& name, Cycles from, Cycles to,
             const std::string& arguments);
  void instant(int track, const std::string& name, Cycles at, const std::string& arguments);
  void line(const std::string& json);
  std::string place(u32 pc) const;
  double microseconds(Cycles cycles) const;

  std::ostream& out_;
  Session& session_;
  bool first_line_ = true;
  Cycles guest_since_ = 0;  ///< the guest runs since then
  vmm::Event exit_{};       ///< the exit that is being handled
};

}  // namespace ringside::session
