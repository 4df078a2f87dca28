#include "cli/gdb_server.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "cli/debug_text.hpp"
#include "cli/frame.hpp"
#include "cli/gdb_connection.hpp"

namespace ringside::cli {

namespace {

tl::unexpected<Error> refuse(u16 port, std::string cause) {
  return fail({Error::Kind::kUsage, "", fmt::format("--gdb {}", port), std::move(cause),
               "give another port, or 0 for one that is free"});
}

/// A socket that listens on the loopback address alone.
class Listener {
 public:
  Listener() : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener() {
    if (socket_ >= 0) close(socket_);
  }

  bool listen_on(u16 port) {
    const int yes = 1;
    setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in address = loopback(port);
    return bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
           listen(socket_, 1) == 0;
  }

  u16 port() const {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    return ntohs(address.sin_port);
  }

  /// The socket of the next who connects; negative if nobody can any more.
  int accept_one() const {
    int peer = -1;
    do peer = accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
    while (peer < 0 && (errno == EINTR || errno == ECONNABORTED));
    // Packets are small, and each is waited for.
    const int yes = 1;
    if (peer >= 0) setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    return peer;
  }

 private:
  static sockaddr_in loopback(u16 port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
  }

  int socket_;
};

}  // namespace

Result<int> serve_gdb(session::Debugger& debugger, u16 port) {
  Listener listener;
  if (!listener.listen_on(port))
    return refuse(port,
                  fmt::format("cannot listen on 127.0.0.1:{}: {}", port, std::strerror(errno)));
  say(fmt::format("listening on 127.0.0.1:{}; in GDB: target remote 127.0.0.1:{}", listener.port(),
                  listener.port()));
  ConsoleLines console(debugger);
  for (;;) {
    const int peer = listener.accept_one();
    if (peer < 0) return refuse(port, fmt::format("nobody can connect: {}", std::strerror(errno)));
    const GdbStub::State state = GdbConnection(peer, debugger, console).serve();
    if (debugger.history().diverged()) return fail(replay_diverged());
    if (state == GdbStub::State::kOver) return kOk;
  }
}

}  // namespace ringside::cli
