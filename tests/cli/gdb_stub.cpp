// What the GDB stub answers, packet by packet, on sessions of zos.
#include "cli/gdb_stub.hpp"

#include <fmt/format.h>
#include <rapidcheck.h>

#include "catch.hpp"
#include "cli/built_program.hpp"
#include "cli/gdb_packet.hpp"
#include "cli/gdb_written.hpp"

namespace ringside::cli {

using cli_test::guest_file;

namespace {

session::Debugger open(const std::string& strategy, const std::string& append = "hello") {
  session::Options options;
  options.guest = guest_file("zos");
  options.isa = strategy == "hvm" ? "zisa-h" : "zisa-v";
  options.strategy = strategy;
  options.append = append;
  options.memory = 4u << 20;
  auto debugger = session::Debugger::open(options);
  if (!debugger) FAIL(debugger.error().text());
  return std::move(*debugger);
}

struct Bench {
  explicit Bench(const std::string& strategy, const std::string& append = "hello")
      : debugger(open(strategy, append)),
        stub(debugger,
             {[this](const std::string& text) { said += text; }, [this] { return !interrupt; }}) {
    ask("qSupported:swbreak+;hwbreak+");
  }

  std::string ask(const std::string& packet) { return stub.handle(packet).value_or("(no reply)"); }
  std::string address(const std::string& symbol) const {
    return fmt::format("{:x}", session::parse_address(debugger.session(), symbol)->v);
  }
  std::string monitor(const std::string& line) {
    said.clear();
    CHECK(ask("qRcmd," + to_hex(line)) == "OK");
    return said;
  }
  u64 step() const { return session::position(debugger.session()).step; }

  std::string said;
  bool interrupt = false;
  session::Debugger debugger;
  GdbStub stub;
};

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("the stub says what it can, and nothing about what it cannot") {
  Bench b("bare");
  const std::string can = b.ask("qSupported:multiprocess+;swbreak+");
  for (const auto* part :
       {"PacketSize=4000", "qXfer:features:read+", "ReverseStep+", "ReverseContinue+",
        "QStartNoAckMode+", "swbreak+", "hwbreak+", "vContSupported+"})
    CHECK(holds(can, part));
  for (const auto* unknown : {"", "vMustReplyEmpty", "vKill;1", "!", "qOffsets",
                              "qSymbol::", "Z3,80000000,4", "Z4,80000000,4", "z3,80000000,4", "b",
                              "bz", "qCRC:0,1", "qXfer:memory-map:read::0,100", "\xff"})
    CHECK(b.ask(unknown) == "");
  CHECK(b.ask("?") == "T05thread:1;");
  CHECK(b.ask("qC") == "QC1");
  CHECK(b.ask("qfThreadInfo") + b.ask("qsThreadInfo") == "m1l");
  CHECK(b.ask("qAttached") == "1");
  CHECK(b.ask("Hg0") + b.ask("Hc-1") + b.ask("T1") == "OKOKOK");
  CHECK(b.ask("Hg2") + b.ask("T2") == "E16E16");
  CHECK(b.ask("vCont?") == "vCont;c;C;s;S");
}

TEST_CASE("the target description names as many registers as there are") {
  Bench b("bare");
  std::string xml;
  for (bool more = true; more;) {
    const auto part = b.ask(fmt::format("qXfer:features:read:target.xml:{:x},100", xml.size()));
    more = part.at(0) == 'm';
    xml += part.substr(1);
  }
  CHECK(holds(xml, "<architecture>riscv:rv32</architecture>"));
  CHECK(holds(xml, "org.gnu.gdb.riscv.cpu"));
  CHECK(holds(xml, "name=\"timecmph\""));
  std::size_t registers = 0;
  for (std::size_t at = 0; (at = xml.find("<reg ", at)) != std::string::npos; ++at) ++registers;
  CHECK(registers == 32 + 1 + 12);
  CHECK(b.ask("g").size() == 8 * registers);
  CHECK(b.ask("p20") == "00000080");
  CHECK(b.ask("g").substr(32 * 8, 8) == b.ask("p20"));
  CHECK(b.ask("p21") == "01000000");
  CHECK(b.ask("qXfer:features:read:target.xml:ffffffff,100") == "l");
  CHECK(b.ask("qXfer:features:read:other.xml:0,100") == "E00");
}

TEST_CASE("steps back undo steps") {
  for (const auto* strategy : {"bare", "trap-emulate"}) {
    CAPTURE(strategy);
    Bench b(strategy);
    b.debugger.go_to_step(20'000);
    const std::string here = b.ask("g");
    for (int i = 0; i < 5; ++i) CHECK(b.ask("vCont;s:1;c") == "T05thread:1;");
    CHECK(b.step() == 20'005);
    CHECK(b.ask("g") != here);
    for (int i = 0; i < 5; ++i) CHECK(b.ask("bs") == "T05thread:1;");
    CHECK(b.ask("g") == here);
  }
}

TEST_CASE("breakpoints stop forwards and backwards, and history begins at the start") {
  Bench b("trap-emulate");
  CHECK(b.ask("bc") == "T05replaylog:begin;thread:1;");
  CHECK(b.ask("bs") == "T05replaylog:begin;thread:1;");
  CHECK(b.ask("Z0," + b.address("trap_entry") + ",4") == "OK");
  CHECK(b.ask("c") == "T05swbreak:;thread:1;");
  const u64 first = b.step();
  const std::string registers = b.ask("g");
  CHECK(b.ask("vCont;c") == "T05swbreak:;thread:1;");
  CHECK(b.step() > first);
  CHECK(b.ask("bc") == "T05swbreak:;thread:1;");
  CHECK(b.step() == first);
  CHECK(b.ask("g") == registers);
  CHECK(b.ask("bc") == "T05replaylog:begin;thread:1;");
  // Both types at one address are one until both are gone.
  CHECK(b.ask("Z1," + b.address("trap_entry") + ",4") == "OK");
  CHECK(b.ask("z0," + b.address("trap_entry") + ",4") == "OK");
  CHECK(b.ask("c") == "T05hwbreak:;thread:1;");
  CHECK(b.step() == first);
  CHECK(b.ask("z1," + b.address("trap_entry") + ",4") == "OK");
  CHECK(b.ask("c") == "T05replaylog:end;thread:1;");
}

TEST_CASE("a GDB that knows no reasons is given none") {
  session::Debugger debugger = open("bare");
  GdbStub stub(debugger, {[](const std::string&) {}, {}});
  const u32 at = session::parse_address(debugger.session(), "trap_entry")->v;
  stub.handle(fmt::format("Z0,{:x},4", at));
  CHECK(stub.handle("c") == "T05thread:1;");
}

TEST_CASE("a watched write stops after it, and backwards before it") {
  for (const auto* strategy : {"bare", "trap-emulate"}) {
    CAPTURE(strategy);
    // De-privileged, a tick costs dozens of exits.
    const bool bare = strategy == std::string("bare");
    Bench b(strategy, bare ? "tick=3000 primes 500" : "tick=60000 primes 500");
    const std::string ticks = b.address("ticks"), read = "m" + ticks + ",4";
    CHECK(b.ask("Z2," + ticks + ",4") == "OK");
    const std::string stop = "T05watch:" + ticks + ";thread:1;";
    while (b.ask(read) != "02000000") REQUIRE(b.ask("c") == stop);
    const u64 after = b.step();
    CHECK(b.ask("bc") == stop);
    CHECK(b.step() == after - 1);
    CHECK(b.ask(read) == "01000000");
    CHECK(b.ask("s") == stop);
    CHECK(b.step() == after);
    CHECK(b.ask("bs") == stop);
    CHECK(b.ask("bc") == stop);
    CHECK(b.ask(read) == "00000000");
    CHECK(b.ask("z2," + ticks + ",4") == "OK");
    CHECK(b.ask("c") == "T05replaylog:end;thread:1;");
  }
}

TEST_CASE("of several watchpoints the one is named that was written") {
  Bench b("bare", "tick=3000 primes 500");
  const std::string ticks = b.address("ticks"), taken = b.address("interrupts_taken");
  CHECK(b.ask("Z2," + b.address("last_pid") + ",4") == "OK");
  CHECK(b.ask("Z2," + ticks + ",4") == "OK");
  std::string stop;
  while (b.ask("m" + ticks + ",4") == "00000000") stop = b.ask("c");
  CHECK(stop == "T05watch:" + ticks + ";thread:1;");
  CHECK(b.ask("Z2," + ticks + ",2").starts_with("E."));
  CHECK(b.ask("Z2,1000,4").starts_with("E."));
  CHECK(b.ask("Z2," + taken + ",0").starts_with("E."));
  CHECK(b.ask("Z2," + taken + ",ffffffff").starts_with("E."));
}

TEST_CASE("a run ends as history does, then for GDB, and can go back from the end") {
  Bench b("trap-emulate", "exit 3");
  CHECK(b.ask("c") == "T05replaylog:end;thread:1;");
  CHECK(holds(b.said, "the guest has ended with code 3"));
  const u64 end = b.step();
  CHECK(b.ask("bs") == "T05thread:1;");
  CHECK(b.step() == end - 1);
  CHECK(b.ask("s") == "T05replaylog:end;thread:1;");
  CHECK(b.stub.state() == GdbStub::State::kConnected);
  CHECK(b.ask("P0a=01000000").starts_with("E."));
  CHECK(b.ask("M" + b.address("ticks") + ",1:00").starts_with("E."));
  CHECK(b.ask("c") == "W03");
  CHECK(b.stub.state() == GdbStub::State::kOver);
}

TEST_CASE("a guest that fails ends by a signal") {
  session::Options options;
  options.guest = guest_file("bad-wait-forever");
  auto debugger = session::Debugger::open(options);
  REQUIRE(debugger);
  GdbStub stub(*debugger, {[](const std::string&) {}, {}});
  CHECK(stub.handle("c") == "T05replaylog:end;thread:1;");
  CHECK(stub.handle("c") == "X06");
}

TEST_CASE("what is written by hand belongs to history") {
  for (const auto* strategy : {"bare", "trap-emulate", "dbt", "hvm"}) {
    CAPTURE(strategy);
    Bench b(strategy);
    b.ask("Z0," + b.address("context_switch") + ",4");
    CHECK(b.ask("c") == "T05swbreak:;thread:1;");
    check_written_by_hand(b, "Pa=78563412", 10 * 8);
  }
}

TEST_CASE("the PC can be written, and the guest goes on from there") {
  for (const auto* strategy : {"bare", "trap-emulate", "dbt", "hvm"}) {
    CAPTURE(strategy);
    Bench b(strategy);
    b.ask("Z0," + b.address("context_switch") + ",4");
    b.ask("c");
    const u32 at = session::parse_address(b.debugger.session(), "print")->v;
    CHECK(b.ask("P20=" + value_hex(at, 4)) == "OK");
    CHECK(b.ask("p20") == value_hex(at, 4));
    b.ask("s");
    CHECK(b.ask("p20") == value_hex(at + 4, 4));
    CHECK(b.ask("P20=" + value_hex(at + 2, 4)).starts_with("E."));
  }
}

TEST_CASE("registers that cannot be written by hand are refused, and G writes what differs") {
  Bench b("bare");
  CHECK(b.ask("P0=01000000").starts_with("E.zero"));
  CHECK(b.ask("P21=00000000").starts_with("E.sr"));
  CHECK(b.ask("P26=00000000").starts_with("E."));
  std::string all = b.ask("g");
  CHECK(b.ask("G" + all) == "OK");
  all.replace(10 * 8, 8, "efbeadde");
  CHECK(b.ask("G" + all) == "OK");
  CHECK(b.ask("g") == all);
  all.replace(33 * 8, 8, "00000000");
  CHECK(b.ask("G" + all).starts_with("E.sr"));
}

TEST_CASE("memory is given as far as it goes") {
  Bench b("bare");
  CHECK(b.ask("m80000000,8").size() == 16);
  CHECK(b.ask("m803ffffc,10").size() == 8);
  CHECK(b.ask("m10000000,1") == "E0e");
  CHECK(b.ask("m80000000,0") == "");
  CHECK(b.ask("m80000000,ffffffff").size() == kGdbPacketSize);
  CHECK(b.ask("M803ffffc,8:0000000000000000").starts_with("E."));
  CHECK(b.ask("mffffffff,8") == "E0e");
}

TEST_CASE("Ctrl+C stops a run in either direction") {
  Bench b("bare", "primes 100000");
  b.interrupt = true;
  CHECK(b.ask("c") == "T02thread:1;");
  CHECK(b.step() > 0);
  b.ask("c"), b.ask("c");
  const u64 here = b.step();
  CHECK(b.ask("bc") == "T02thread:1;");
  CHECK(b.step() > 0);
  CHECK(b.step() <= here);
  CHECK_FALSE(b.debugger.history().diverged());
}

TEST_CASE("the guest is typed at by monitor") {
  Bench b("bare", "");
  CHECK(b.ask("c") == "T05thread:1;");
  CHECK(holds(b.said, "waits for input"));
  b.monitor("type exit 5");
  CHECK(b.ask("c") == "T05replaylog:end;thread:1;");
  CHECK(b.ask("c") == "W05");
}

TEST_CASE("monitor shows what GDB has no command for") {
  Bench b("trap-emulate");
  CHECK(holds(b.monitor("exits"), "no exits yet"));
  b.monitor("goto 300000");
  CHECK(session::position(b.debugger.session()).cycle >= 300000);
  CHECK(holds(b.monitor("exits"), "samples"));
  CHECK(holds(b.monitor("cost"), "vmm"));
  CHECK(holds(b.monitor("belief"), "the guest believes  MODE=1"));
  CHECK(holds(b.monitor("goto e3"), "after the step of event e3"));
  CHECK(holds(b.monitor("help"), "belief"));
  CHECK(holds(b.monitor("who sr"), "sr was"));
  CHECK(holds(b.monitor("goto x"), "is no cycle"));
  CHECK(holds(b.monitor("quit"), "is no command"));
  CHECK(holds(b.monitor(""), "is no command"));
  CHECK(b.ask("qRcmd,6") == "E16");
  CHECK(b.ask("qRcmd") == "E16");
}

TEST_CASE("GDB leaves, or kills the session") {
  session::Debugger debugger = open("bare");
  {
    GdbStub stub(debugger, {[](const std::string&) {}, {}});
    CHECK(stub.acknowledges());
    CHECK(stub.handle("QStartNoAckMode") == "OK");
    CHECK_FALSE(stub.acknowledges());
    stub.handle("Z0,80000004,4");
    stub.handle("Z2,80000100,4");
    CHECK(stub.handle("D") == "OK");
    CHECK(stub.state() == GdbStub::State::kDetached);
  }
  CHECK(debugger.breakpoints().empty());
  CHECK(debugger.history().watchpoints().empty());
  GdbStub stub(debugger, {[](const std::string&) {}, {}});
  CHECK_FALSE(stub.handle("k"));
  CHECK(stub.state() == GdbStub::State::kOver);
}

TEST_CASE("packets that do not hold what they should are errors") {
  Bench b("bare");
  for (const auto* packet : {"p",
                             "p2d",
                             "pffffffffffffffff",
                             "p-1",
                             "P",
                             "P1",
                             "P1=",
                             "P1=00",
                             "P1=0000000000",
                             "P2d=00000000",
                             "P=1",
                             "G",
                             "G00",
                             "Gxx",
                             "m",
                             "m80000000",
                             "m80000000,",
                             "m,4",
                             "m180000000,4",
                             "m80000000,100000000",
                             "M",
                             "M80000000,4:00",
                             "M80000000,1:0",
                             "M80000000,1:zz",
                             "M80000000",
                             "X80000000,4:ab",
                             "X",
                             "H",
                             "Hg",
                             "T",
                             "Tx",
                             "Z",
                             "Z0",
                             "Z0,",
                             "Z0,80000000",
                             "Z0,180000000,4",
                             "Zx,80000000,4",
                             "z0",
                             "vCont;",
                             "vCont;t",
                             "vCont",
                             "qXfer:features:read:target.xml:",
                             "qXfer:features:read:target.xml:0",
                             "qXfer:features:read:"}) {
    CAPTURE(packet);
    CHECK(b.ask(packet).starts_with("E"));
  }
  CHECK(b.step() == 0);
}

TEST_CASE("any packet can come") {
  Bench b("trap-emulate");
  const std::vector<std::string> heads = {
      "",  "g",  "G", "p",      "P",      "m", "M",      "X",          "Z0,", "Z2,", "z2,",
      "s", "bs", "H", "vCont;", "qXfer:", "T", "qRcmd,", "qSupported", "Z1,", "?"};
  const auto piece = rc::gen::elementOf(
      std::vector<std::string>{"0", "80000000", "80007ac0", ",", ":", ";", "=", "4", "ffffffff",
                               "ffffffffffffffffff", "-", "zz", "676f746f2065", "\xff"});
  CHECK(rc::check([&] {
    std::string packet = *rc::gen::elementOf(heads);
    for (const auto& part : *rc::gen::container<std::vector<std::string>>(piece)) packet += part;
    RC_ASSERT(b.stub.handle(packet)->size() <= kGdbPacketSize);
  }));
  CHECK_FALSE(b.debugger.history().diverged());
}

}  // namespace ringside::cli
