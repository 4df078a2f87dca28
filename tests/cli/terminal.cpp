// ringside run in a terminal: typing, leaving, and the terminal as it was before.
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <array>

#include "catch.hpp"
#include "cli/built_program.hpp"

namespace {

/// A terminal with `ringside run zos` in it.
class Terminal {
 public:
  Terminal() {
    child_ = forkpty(&terminal_, nullptr, nullptr, nullptr);
    REQUIRE(child_ >= 0);
    if (child_ != 0) return;
    execl(RINGSIDE_BUILD_DIR "/ringside", "ringside", "run", "guests/zisa/zos", nullptr);
    _exit(127);
  }
  ~Terminal() { close(terminal_); }

  /// Reads until the text has come; false after ten seconds of silence.
  bool sees(const std::string& text) {
    std::array<char, 4096> piece;
    while (output_.find(text) == std::string::npos) {
      pollfd watched{terminal_, POLLIN, 0};
      if (poll(&watched, 1, 10'000) <= 0) return false;
      const ssize_t got = read(terminal_, piece.data(), piece.size());
      if (got <= 0) return false;
      output_.append(piece.data(), static_cast<std::size_t>(got));
    }
    output_.erase(0, output_.find(text) + text.size());
    return true;
  }

  void type(const std::string& keys) {
    REQUIRE(write(terminal_, keys.data(), keys.size()) == static_cast<ssize_t>(keys.size()));
  }

  void send(int signal_number) { kill(child_, signal_number); }

  /// Echo and lines, as a shell wants them.
  bool is_as_before() const {
    termios now{};
    tcgetattr(terminal_, &now);
    return (now.c_lflag & (ICANON | ECHO | ISIG)) == (ICANON | ECHO | ISIG);
  }

  /// The status that waitpid gives once the program has ended.
  int wait() {
    sees("a text that never comes");  // until the terminal is closed
    int status = 0;
    waitpid(child_, &status, 0);
    return status;
  }

 private:
  int terminal_ = -1;
  pid_t child_ = 0;
  std::string output_;
};

}  // namespace

TEST_CASE("what is typed goes to the guest, which echoes it") {
  Terminal terminal;
  REQUIRE(terminal.sees("$ "));
  CHECK(!terminal.is_as_before());
  terminal.type("primes 100\n");
  CHECK(terminal.sees("primes 100\r\n"));
  CHECK(terminal.sees("primes: 25 primes below 100"));
  terminal.type("exit 3\n");
  const int status = terminal.wait();
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 3);
  CHECK(terminal.is_as_before());
}

TEST_CASE("the user may leave at any time, and has the terminal back") {
  for (const std::string keys : {"\x03", "\x01x"}) {
    Terminal terminal;
    REQUIRE(terminal.sees("$ "));
    terminal.type(keys);
    const int status = terminal.wait();
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 67);
    CHECK(terminal.is_as_before());
  }
}

TEST_CASE("a signal that ends the program leaves the terminal as it was") {
  Terminal terminal;
  REQUIRE(terminal.sees("$ "));
  terminal.send(SIGTERM);
  const int status = terminal.wait();
  CHECK(WIFSIGNALED(status));
  CHECK(terminal.is_as_before());
}
