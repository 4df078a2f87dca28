// The stock GDB against `ringside debug --gdb`.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "catch.hpp"
#include "cli/built_program.hpp"
#include "cli/gdb_packet.hpp"
#include "cli/gdb_process.hpp"

namespace ringside::cli_test {

namespace {

/// What GDB for RISC-V says of zos.
std::string gdb(const GdbServer& server, const std::string& script) {
  return run_gdb("gdb-multiarch", guest_file("zos"), server, script);
}

/// Has GDB say where the run is: some registers and memory, instructions and cycles.
std::string show(const std::string& label) {
  return "printf \"\\n" + label +
         " %x %x %x %x %d %x\\n\", $pc, $sp, $a0, $ra, ticks, $epc\nmonitor info\n";
}
std::string place(const std::string& text, const std::string& label) {
  const auto begin = text.find("\n" + label + " ");
  const auto end = text.find(" cycles\n", begin);
  REQUIRE(end != std::string::npos);
  return text.substr(begin + label.size() + 2, end - begin - label.size() - 2);
}

/// A client that GDB is not.
class Client {
 public:
  explicit Client(int port) : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  }
  ~Client() { close(socket_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void send(const std::string& bytes) const {
    REQUIRE(::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(bytes.size()));
  }
  /// All that comes until it ends so.
  std::string until(const std::string& end) const {
    std::string text;
    for (char byte = 0; !text.ends_with(end) && recv(socket_, &byte, 1, 0) == 1;) text += byte;
    return text;
  }

 private:
  int socket_;
};

}  // namespace

TEST_CASE("GDB breaks, steps and goes back, and finds the same again") {
  GdbServer server(
      {guest_file("zos"), "--isa", "zisa-v", "--strategy", "trap-emulate", "--append", "hello"});
  const std::string out = gdb(
      server, "break trap_entry\ncontinue\n" + show("A") + "stepi\nstepi\nstepi\n" + show("B") +
                  "reverse-stepi\nreverse-stepi\nreverse-stepi\n" + show("C") + "continue\n" +
                  show("D") + "reverse-continue\n" + show("E") + "reverse-continue\n" + show("F") +
                  "monitor exits\nmonitor cost\nmonitor belief\ninfo registers sr\nkill\n");
  INFO(out);
  CHECK(place(out, "B") != place(out, "A"));
  CHECK(place(out, "C") == place(out, "A"));
  CHECK(place(out, "D") != place(out, "A"));
  CHECK(place(out, "E") == place(out, "A"));
  CHECK(after_label(out, "F").starts_with("80000000 0 "));
  CHECK(holds(out, "Breakpoint 1, "));
  CHECK(holds(out, "No more reverse-execution history"));
  CHECK(holds(out, "no exits yet"));
  CHECK(holds(out, "the guest believes  MODE=1 (S)"));
  CHECK(holds(out, "[ MODE"));
  CHECK(server.wait() == 0);
}

TEST_CASE("GDB watches memory in both directions") {
  GdbServer server({guest_file("zos"), "--append", "tick=3000 primes 500"});
  const std::string out =
      gdb(server, "watch ticks\ncontinue\ncontinue\n" + show("A") + "reverse-continue\n" +
                      show("B") + "reverse-continue\n" + show("C") +
                      "delete\ncontinue\nreverse-stepi\n" + show("D") + "stepi\ncontinue\n");
  INFO(out);
  CHECK(holds(out, "Hardware watchpoint 1: ticks"));
  CHECK(holds(out, "Old value = 0\nNew value = 1"));
  CHECK(holds(out, "Old value = 2\nNew value = 1"));
  CHECK(holds(out, "Old value = 1\nNew value = 0"));
  CHECK(holds(after_label(out, "A"), " 2 "));
  CHECK(holds(after_label(out, "B"), " 1 "));
  CHECK(holds(after_label(out, "C"), " 0 "));
  CHECK_FALSE(holds(after_label(out, "D"), "(no"));
  CHECK(holds(out, "the guest has ended with code 0"));
  CHECK(holds(out, "exited normally"));
  CHECK(holds(server.console(), "primes"));
  CHECK(server.wait() == 0);
}

TEST_CASE("GDB writes registers and memory, and history keeps it") {
  GdbServer server({guest_file("zos"), "--append", "hello"});
  const std::string out =
      gdb(server,
          "break context_switch\ncontinue\nset var $a1 = 0x1234\nset var ticks = 77\n"
          "stepi\nreverse-stepi\n" +
              std::string("printf \"\\nA %x %d\\n\", $a1, ticks\n") + "reverse-stepi\n" +
              "printf \"\\nB %x %d\\n\", $a1, ticks\n"
              "stepi\n"
              "printf \"\\nC %x %d\\n\", $a1, ticks\n"
              "detach\n");
  INFO(out);
  CHECK(after_label(out, "A") == "1234 77");
  CHECK_FALSE(holds(after_label(out, "B"), "77"));
  CHECK(after_label(out, "C") == "1234 77");
  // The session stays for the next, where it was left.
  const std::string again = gdb(server, "printf \"\\nD %x %d\\n\", $a1, ticks\nkill\n");
  CHECK(after_label(again, "D") == "1234 77");
  CHECK(server.wait() == 0);
}

TEST_CASE("Ctrl+C, bad packets and a client that hangs up are no end of the session") {
  GdbServer server({guest_file("bad-loop-long")});
  {
    const Client client(server.port());
    client.send("$g#00");
    CHECK(client.until("-") == "-");
    client.send("$QStartNoAckMode#b0");
    CHECK(client.until("#9a") == "+$OK#9a");
    client.send(cli::gdb_packet("c"));
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    client.send("\x03");
    CHECK(client.until("#").starts_with("$T02"));
    client.send(cli::gdb_packet("c"));
  }
  const Client client(server.port());
  client.send(std::string(100'000, '$') + "\x03#" + std::string(50, '-'));
  client.send(cli::gdb_packet("qC"));
  CHECK(client.until("$QC1#c5").ends_with("$QC1#c5"));
  client.send(cli::gdb_packet("k"));
  CHECK(server.wait() == 0);
}

TEST_CASE("a port that is taken, or is none, is refused in one line") {
  const GdbServer server({guest_file("zos")});
  const std::string taken = std::to_string(server.port());
  const Outcome second = call({"debug", guest_file("zos"), "--gdb", taken});
  CHECK(second.status == 64);
  CHECK(is_one_line(second.err,
                    {"--gdb " + taken, "Address already in use", "0 for one that is free"}));
  for (const auto* none : {"", "x", "-1", "65536", "1 2"}) {
    CAPTURE(none);
    const Outcome outcome = call({"debug", guest_file("zos"), "--gdb", none});
    CHECK(outcome.status == 64);
    CHECK(is_one_line(outcome.err, {"--gdb", "0 to 65535"}));
  }
  CHECK(is_one_line(call({"debug", guest_file("zos"), "--gdb", "0", "--json"}).err, {"--json"}));
}

}  // namespace ringside::cli_test
