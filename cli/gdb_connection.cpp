#include "cli/gdb_connection.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <iostream>

namespace ringside::cli {

namespace {

// Packets that GDB sends ahead are few; one that floods us has to wait.
constexpr std::size_t kMostWaiting = 64;

bool readable(int socket) {
  pollfd waited{socket, POLLIN, 0};
  return poll(&waited, 1, 0) == 1;
}

}  // namespace

GdbConnection::GdbConnection(int socket, session::Debugger& debugger, ConsoleLines& console)
    : socket_(socket),
      debugger_(debugger),
      console_(console),
      stub_(debugger,
            {[this](const std::string& text) { say(text); }, [this] { return between(); }}) {}

GdbConnection::~GdbConnection() {
  close(socket_);
}

GdbStub::State GdbConnection::serve() {
  for (;;) {
    while (const auto input = packets_.next()) {
      answer(*input);
      const bool over = debugger_.history().diverged();
      if (over || stub_.state() != GdbStub::State::kConnected) return stub_.state();
    }
    if (gone_ || !receive()) return GdbStub::State::kDetached;
  }
}

// An interrupt that comes while nothing runs has come too late.
void GdbConnection::answer(const GdbInput& input) {
  using enum GdbInput::Kind;
  if (input.kind == kNak) send(last_);
  if (input.kind == kBadPacket && stub_.acknowledges()) send("-");
  if (input.kind == kPacket) answer_packet(input.payload);
}

void GdbConnection::answer_packet(const std::string& payload) {
  if (stub_.acknowledges()) send("+");
  const auto reply = stub_.handle(payload);
  show_console(true);
  if (reply) send_packet(*reply);
}

// --- the guest's console ---

void GdbConnection::show_console(bool all) {
  std::cout << console_.take(all) << std::flush;
}

bool GdbConnection::between() {
  show_console(false);
  const bool room = packets_.waiting() < kMostWaiting;
  if (room && !gone_ && readable(socket_)) receive();
  return !packets_.take_interrupt() && !gone_;
}

// --- the socket ---

bool GdbConnection::receive() {
  std::array<char, 4096> bytes;
  ssize_t count = 0;
  do count = recv(socket_, bytes.data(), bytes.size(), 0);
  while (count < 0 && errno == EINTR);
  if (count <= 0)
    gone_ = true;
  else
    packets_.feed({bytes.data(), static_cast<std::size_t>(count)});
  return !gone_;
}

void GdbConnection::send(const std::string& bytes) {
  for (std::string_view left = bytes; !left.empty() && !gone_;) {
    const ssize_t count = ::send(socket_, left.data(), left.size(), MSG_NOSIGNAL);
    if (count < 0 && errno != EINTR) gone_ = true;
    if (count > 0) left.remove_prefix(static_cast<std::size_t>(count));
  }
}

void GdbConnection::send_packet(const std::string& payload) {
  last_ = gdb_packet(payload);
  send(last_);
}

// In pieces that GDB has room for.
void GdbConnection::say(const std::string& text) {
  constexpr std::size_t kPiece = kGdbPacketSize / 4;
  for (std::size_t at = 0; at < text.size(); at += kPiece)
    send_packet("O" + to_hex(std::string_view(text).substr(at, kPiece)));
}

}  // namespace ringside::cli
