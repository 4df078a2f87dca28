// The stub of GDB's remote protocol over a session that goes forwards and backwards: a payload in,
// a payload out. No sockets; what each packet means stands in the GDB manual, appendix "Remote
// Protocol".
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "cli/gdb_run.hpp"
#include "session/gdb_target.hpp"

namespace ringside::cli {

class GdbStub {
 public:
  /// The debugger must outlive it.
  GdbStub(session::Debugger& debugger, GdbLine line);

  /// What to answer to a packet: empty for one that is not known here, nothing where none is to be
  /// sent. Packets that do not hold what they should are answered with an error.
  std::optional<std::string> handle(std::string_view packet);

  enum class State {
    kConnected,
    kDetached,  ///< GDB has left the session as it is
    kOver,      ///< GDB has killed it, or was told how it ended
  };
  State state() const { return run_.exited() ? State::kOver : state_; }
  /// Whether packets are still to be acknowledged.
  bool acknowledges() const { return acknowledges_; }

 private:
  using Text = std::string_view;
  struct Packet {
    Text name;
    std::string (GdbStub::*answer)(Text rest);
  };
  static const std::vector<Packet>& packets();

  std::string supported(Text rest);
  std::string transfer(Text rest);
  std::string start_no_ack(Text);
  std::string attached(Text) { return "1"; }
  std::string first_threads(Text) { return "m1"; }
  std::string more_threads(Text) { return "l"; }
  std::string thread(Text) { return "QC1"; }
  std::string choose_thread(Text rest);
  std::string is_thread_alive(Text rest);
  std::string why_stopped(Text) { return "T05thread:1;"; }
  std::string read_registers(Text);
  std::string write_registers(Text rest);
  std::string read_register(Text rest);
  std::string write_register(Text rest);
  std::string read_memory(Text rest);
  std::string write_memory_hex(Text rest);
  std::string write_memory_raw(Text rest);
  std::string go_on(Text) { return run_.forwards(false); }
  std::string step(Text) { return run_.forwards(true); }
  std::string go_on_backwards(Text) { return run_.backwards(false); }
  std::string step_backwards(Text) { return run_.backwards(true); }
  std::string resume_kinds(Text) { return "vCont;c;C;s;S"; }
  std::string resume(Text rest);
  std::string insert_stop(Text rest);
  std::string remove_stop(Text rest);
  std::string command(Text rest);
  std::string detach(Text);
  std::string kill(Text);

  std::string register_text(std::size_t number, std::optional<u32> value) const;
  std::string store(Gva address, const std::string& bytes);

  session::Debugger& debugger_;
  GdbLine line_;
  std::unique_ptr<session::GdbTarget> target_;
  GdbRun run_;
  State state_ = State::kConnected;
  bool acknowledges_ = true;
};

}  // namespace ringside::cli
