// What the GDB stub answers about guests for x86, packet by packet.
#include <fmt/format.h>

#include "catch.hpp"
#include "cli/built_program.hpp"
#include "cli/gdb_packet.hpp"
#include "cli/gdb_process.hpp"
#include "cli/gdb_stub.hpp"
#include "cli/gdb_written.hpp"

namespace ringside::cli {

using cli_test::holds;

namespace {

session::Debugger open(const std::string& strategy, const std::string& append) {
  session::Options options;
  options.guest = RINGSIDE_BUILD_DIR "/guests/x86/zos";
  options.strategy = strategy;
  options.append = append;
  options.memory = 4u << 20;
  auto debugger = session::Debugger::open(options);
  if (!debugger) FAIL(debugger.error().text());
  return std::move(*debugger);
}

struct Bench {
  explicit Bench(const std::string& strategy, const std::string& append = "hello")
      : debugger(open(strategy, append)), stub(debugger, {[](const std::string&) {}, [] { return true; }}) {
    ask("qSupported:swbreak+;hwbreak+");
  }
  std::string ask(const std::string& packet) { return stub.handle(packet).value_or("(no reply)"); }
  std::string address(const std::string& symbol) const {
    return fmt::format("{:x}", session::parse_address(debugger.session(), symbol)->v);
  }
  std::string at_switch() {
    ask("Z0," + address("context_switch") + ",1");
    return ask("c");
  }

  session::Debugger debugger;
  GdbStub stub;
};

// By the order of the features.
constexpr unsigned kEcx = 1, kEip = 8, kEflags = 9, kCs = 10, kFirstX87 = 16, kCr3 = 34;
std::string packet(const char* kind, unsigned number) {
  return fmt::format("{}{:x}", kind, number);
}

}  // namespace

TEST_CASE("x86: the target description names as many registers as there are") {
  Bench b("bare");
  std::string xml;
  for (bool more = true; more;) {
    const auto part = b.ask(fmt::format("qXfer:features:read:target.xml:{:x},400", xml.size()));
    more = part.at(0) == 'm';
    xml += part.substr(1);
  }
  CHECK(holds(xml, "<architecture>i386</architecture>"));
  CHECK(holds(xml, "org.gnu.gdb.i386.core"));
  CHECK(holds(xml, "name=\"gdtr\""));
  std::size_t registers = 0;
  for (std::size_t at = 0; (at = xml.find("<reg ", at)) != std::string::npos; ++at) ++registers;
  CHECK(registers == 40);
  // Eight of them have 80 bits.
  CHECK(b.ask("g").size() == 2 * (32 * 4 + 8 * 10));
  CHECK(b.ask("p0") == "02b0ad2b");
  CHECK(b.ask(packet("p", kEflags)) == "02000000");
  CHECK(b.ask(packet("p", kCs)) == "08000000");
  CHECK(b.ask(packet("p", kFirstX87)) == std::string(20, '0'));
  CHECK(b.ask(packet("p", kCr3)) == "00000000");
  CHECK(b.ask("p28").starts_with("E"));
}

TEST_CASE("x86: what is written by hand belongs to history") {
  for (const auto* strategy : {"bare", "hvm"}) {
    CAPTURE(strategy);
    Bench b(strategy);
    CHECK(b.at_switch() == "T05swbreak:;thread:1;");
    check_written_by_hand(b, packet("P", kEcx) + "=78563412", 8);
  }
}

TEST_CASE("x86: EIP and the status flags can be written, what is privileged cannot") {
  for (const auto* strategy : {"bare", "hvm"}) {
    CAPTURE(strategy);
    Bench b(strategy);
    b.at_switch();
    const u32 at = session::parse_address(b.debugger.session(), "trap_common")->v;
    CHECK(b.ask(packet("P", kEip) + "=" + value_hex(at, 4)) == "OK");
    CHECK(b.ask(packet("p", kEip)) == value_hex(at, 4));
    b.ask("s");
    CHECK(b.ask(packet("p", kEip)) == value_hex(at + 1, 4));  // PUSHAD
    CHECK(b.ask(packet("P", kEflags) + "=" + value_hex(0x47, 4)) == "OK");
    CHECK(b.ask(packet("p", kEflags)) == value_hex(0x47, 4));
    CHECK(b.ask(packet("P", kEflags) + "=" + value_hex(0x247, 4)).starts_with("E.eflags"));
    CHECK(b.ask(packet("P", kCs) + "=1b000000").starts_with("E.cs"));
    CHECK(b.ask(packet("P", kCr3) + "=00000000").starts_with("E.cr3"));
    CHECK(b.ask(packet("P", kFirstX87) + "=00000000000000000000").starts_with("E"));
    std::string all = b.ask("g");
    CHECK(b.ask("G" + all) == "OK");
    all.replace(8 * kEcx, 8, "efbeadde");
    CHECK(b.ask("G" + all) == "OK");
    CHECK(b.ask("g") == all);
    CHECK_FALSE(b.debugger.history().diverged());
  }
}

TEST_CASE("x86: memory is given as far as it goes, and code may begin anywhere") {
  Bench b("bare");
  CHECK(b.ask("m100000,8").size() == 16);
  CHECK(b.ask("m3ffffc,10").size() == 8);
  CHECK(b.ask("mfee00000,1") == "E0e");
  CHECK(b.ask("mffffffff,8") == "E0e");
  CHECK(b.ask("M3ffffc,8:0000000000000000").starts_with("E."));
  CHECK(b.ask("Z0,100001,1") == "OK");
  CHECK(b.ask("Z1,ffffffff,1") == "OK");
}

}  // namespace ringside::cli
