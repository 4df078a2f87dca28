// `ringside debug --gdb` as a process, and a stock GDB that speaks to it.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace ringside::cli_test {

/// `ringside debug --gdb 0` with these arguments more, as a process beside the test.
class GdbServer {
 public:
  explicit GdbServer(std::vector<std::string> arguments);
  GdbServer(const GdbServer&) = delete;
  GdbServer& operator=(const GdbServer&) = delete;
  ~GdbServer();

  /// Where it listens; waits until it says so.
  int port() const;
  /// Its exit status, once it has ended by itself.
  int wait();
  /// What the guest has printed.
  std::string console() const;

 private:
  std::string out_, err_;
  pid_t process_ = 0;
};

/// What a GDB (`gdb` or `gdb-multiarch`) that has read `file` prints while it carries out a script, its first command
/// being to connect. `beside`: commands of a shell that run meanwhile, $gdb being GDB's process.
std::string run_gdb(const std::string& program, const std::string& file, const GdbServer& server,
                    const std::string& script, const std::string& beside = "");

/// What stands behind `label` on its line.
std::string after_label(const std::string& text, const std::string& label);

bool holds(const std::string& text, const std::string& part);

}  // namespace ringside::cli_test
