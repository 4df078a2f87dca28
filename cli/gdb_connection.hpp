// One GDB at the other end of a socket.
#pragma once

#include <string>

#include "cli/console_lines.hpp"
#include "cli/gdb_packet.hpp"
#include "cli/gdb_stub.hpp"

namespace ringside::cli {

class GdbConnection {
 public:
  /// Takes over the socket; what the guest prints is taken from `console` to stdout.
  GdbConnection(int socket, session::Debugger& debugger, ConsoleLines& console);
  GdbConnection(const GdbConnection&) = delete;
  GdbConnection& operator=(const GdbConnection&) = delete;
  ~GdbConnection();

  /// Answers until GDB leaves; kDetached also where it went without a word.
  GdbStub::State serve();

 private:
  void answer(const GdbInput& input);
  void answer_packet(const std::string& payload);
  void send(const std::string& bytes);
  void send_packet(const std::string& payload);
  void say(const std::string& text);
  bool receive();
  bool between();
  void show_console(bool all);

  int socket_;
  session::Debugger& debugger_;
  ConsoleLines& console_;
  GdbPackets packets_;
  GdbStub stub_;
  std::string last_;  ///< packet, for a GDB that did not understand it
  bool gone_ = false;
};

}  // namespace ringside::cli
