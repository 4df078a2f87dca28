#include "cli/terminal.hpp"

#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "cli/frame.hpp"
#include "session/files.hpp"

namespace ringside::cli {

namespace {

constexpr int kSilenceMs = 2000;

// What a signal handler needs to know.
termios before_raw;
volatile std::sig_atomic_t is_raw = 0;
volatile std::sig_atomic_t interrupts = 0;

void restore_terminal() {
  if (is_raw) tcsetattr(STDIN_FILENO, TCSANOW, &before_raw);
  is_raw = 0;
}

// The terminal is as it was, and the signal does what it would have done.
void restore_and_die(int number) {
  restore_terminal();
  std::signal(number, SIG_DFL);
  std::raise(number);
}

void count_interrupt(int number) {
  interrupts = interrupts + 1;
  if (interrupts >= 3) restore_and_die(number);
}

constexpr std::array kDeadly = {SIGTERM, SIGHUP, SIGQUIT, SIGABRT, SIGSEGV,
                                SIGBUS,  SIGFPE, SIGILL,  SIGPIPE};

bool readable(int wait_ms) {
  pollfd watched{STDIN_FILENO, POLLIN, 0};
  return poll(&watched, 1, wait_ms) > 0;
}

tl::unexpected<Error> refuse(std::string cause, std::string remedy) {
  return fail({Error::Kind::kBadFile, "standard input", "", std::move(cause), std::move(remedy)});
}

}  // namespace

bool stdin_is_terminal() {
  return isatty(STDIN_FILENO) != 0;
}
bool stderr_is_terminal() {
  return isatty(STDERR_FILENO) != 0;
}

Result<std::string> read_piped_input() {
  std::string text;
  std::array<char, 1 << 16> piece;
  bool told = false;
  for (;;) {
    if (!told && !readable(kSilenceMs)) {
      say("reading what the guest is to be typed from standard input, until it ends; without "
          "input, add </dev/null");
      told = true;
    }
    const ssize_t got = read(STDIN_FILENO, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EBADF) return text;  // closed: nothing will come
    if (got < 0)
      return refuse(std::string("cannot be read (") + std::strerror(errno) + ")", "add </dev/null");
    if (got == 0) return text;
    text.append(piece.data(), static_cast<std::size_t>(got));
    if (text.size() > session::kLongestInput) return refuse("is longer than 64 MiB", "give less input");
  }
}

RawTerminal::RawTerminal() {
  if (tcgetattr(STDIN_FILENO, &before_raw) != 0) return;
  for (const int number : kDeadly) std::signal(number, restore_and_die);
  termios raw = before_raw;
  raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | ISIG | IEXTEN);
  raw.c_iflag &= ~static_cast<tcflag_t>(IXON);
  raw.c_cc[VMIN] = 1;
  raw.c_cc[VTIME] = 0;
  is_raw = 1;
  tcsetattr(STDIN_FILENO, TCSANOW, &raw);
}

RawTerminal::~RawTerminal() {
  restore_terminal();
  for (const int number : kDeadly) std::signal(number, SIG_DFL);
}

std::optional<std::string> RawTerminal::keys(int wait_ms) {
  if (!readable(wait_ms)) return "";
  std::array<char, 256> piece;
  const ssize_t got = read(STDIN_FILENO, piece.data(), piece.size());
  if (got < 0 && errno == EINTR) return "";
  if (got <= 0) return std::nullopt;
  return std::string(piece.data(), static_cast<std::size_t>(got));
}

InterruptWatch::InterruptWatch() {
  interrupts = 0;
  std::signal(SIGINT, count_interrupt);
}
InterruptWatch::~InterruptWatch() {
  std::signal(SIGINT, SIG_DFL);
}
bool InterruptWatch::interrupted() {
  return interrupts != 0;
}

}  // namespace ringside::cli
