// A stock GDB for x86 against `ringside debug --gdb` with guests for x86.
#include "catch.hpp"
#include "cli/built_program.hpp"
#include "cli/gdb_process.hpp"

namespace ringside::cli_test {

namespace {

const std::string kZos = RINGSIDE_BUILD_DIR "/guests/x86/zos";

std::vector<std::string> zos(const std::string& strategy, const std::string& append = "hello") {
  return {kZos, "--isa", "x86", "--strategy", strategy, "--append", append, "--memory", "8M"};
}

std::string gdb(const GdbServer& server, const std::string& script) {
  return run_gdb("gdb", kZos, server, script);
}

/// Has GDB say where the run is: registers, memory, and what `monitor info` counts.
std::string show(const std::string& label) {
  return "printf \"\\n" + label +
         " %x %x %x %x %x %d\\n\", $eip, $esp, $eax, $edi, $cr3, ticks\nmonitor info\n";
}
std::string place(const std::string& text, const std::string& label) {
  const auto begin = text.find("\n" + label + " ");
  const auto end = text.find(" cycles\n", begin);
  REQUIRE(end != std::string::npos);
  return text.substr(begin + label.size() + 2, end - begin - label.size() - 2);
}

}  // namespace

TEST_CASE("x86: GDB breaks, steps and goes back, and finds the same again") {
  for (const char* strategy : {"bare", "hvm"}) {
    INFO(strategy);
    GdbServer server(zos(strategy));
    const std::string out = gdb(
        server, "break *trap\ncontinue\n" + show("A") + "stepi\nstepi\nstepi\n" + show("B") +
                    "reverse-stepi\nreverse-stepi\nreverse-stepi\n" + show("C") + "continue\n" + show("D") +
                    "reverse-continue\n" + show("E") + "x/2i $pc\nprintf \"\\nbytes %x\\n\", *(unsigned char*)trap\n"
                    "info registers eflags cs cr0\ninfo registers\n"
                    "monitor exits\nmonitor cost\nmonitor belief\nmonitor goto s100\nmonitor who cr0\n"
                    "monitor goto 0\nkill\n");
    INFO(out);
    CHECK(place(out, "B") != place(out, "A"));
    CHECK(place(out, "C") == place(out, "A"));
    CHECK(place(out, "D") != place(out, "A"));
    CHECK(place(out, "E") == place(out, "A"));
    CHECK(holds(out, "Breakpoint 1, "));
    CHECK(holds(out, "<trap>:"));
    CHECK(holds(out, "[ "));  // EFLAGS by names
    CHECK_FALSE(holds(after_label(out, "idtr"), "(no"));
    CHECK(holds(out, strategy == std::string("bare") ? "owns the bare machine" : "NESTED_FAULT hidden"));
    CHECK(holds(out, "guest_kernel"));
    CHECK(holds(out, "the guest believes  CPL 0"));
    CHECK(holds(out, "cr0 was last written"));
    CHECK(server.wait() == 0);
  }
}

TEST_CASE("x86: GDB goes back to the beginning of history") {
  GdbServer server(zos("bare"));
  const std::string out = gdb(server, "break *machine_start\ncontinue\nreverse-continue\n"
                                      "printf \"\\nA %x %x\\n\", $eip, $eax\nkill\n");
  INFO(out);
  CHECK(holds(out, "No more reverse-execution history"));
  CHECK(after_label(out, "A").ends_with(" 2badb002"));
  CHECK(server.wait() == 0);
}

TEST_CASE("x86: GDB watches memory in both directions") {
  for (const char* strategy : {"bare", "hvm"}) {
    INFO(strategy);
    GdbServer server(zos(strategy, "tick=1000 sleep 3; primes 500"));
    const std::string out =
        gdb(server, "break *machine_start\ncontinue\ndelete\nwatch ticks\ncontinue\ncontinue\n" + show("A") +
                        "reverse-continue\n" + show("B") + "reverse-continue\n" + show("C") +
                        "delete\ncontinue\nreverse-stepi\nstepi\ncontinue\n");
    INFO(out);
    CHECK(holds(out, "ardware watchpoint 2: ticks"));
    CHECK(holds(out, "Old value = 0\nNew value = 1"));
    CHECK(holds(out, "Old value = 2\nNew value = 1"));
    CHECK(holds(out, "Old value = 1\nNew value = 0"));
    CHECK(holds(place(out, "A"), " 2\n"));
    CHECK(holds(place(out, "B"), " 1\n"));
    CHECK(holds(place(out, "C"), " 0\n"));
    CHECK(holds(out, "the guest has ended with code 0"));
    CHECK(holds(out, "exited normally"));
    CHECK(holds(server.console(), "primes"));
    CHECK(server.wait() == 0);
  }
}

TEST_CASE("x86: GDB writes registers and memory, and history keeps it") {
  for (const char* strategy : {"bare", "hvm"}) {
    INFO(strategy);
    GdbServer server(zos(strategy));
    const std::string values = " %x %d %d\\n\", $ecx, ticks, $eflags & 1\n";
    const std::string out =
        gdb(server, "break *context_switch\ncontinue\nset var $ecx = 0x1234\nset var ticks = 77\n"
                    "set var $eflags = $eflags | 1\n"
                    "stepi\nreverse-stepi\nprintf \"\\nA" + values + "reverse-stepi\nprintf \"\\nB" + values +
                    "stepi\nprintf \"\\nC" + values + "detach\n");
    INFO(out);
    CHECK(after_label(out, "A") == "1234 77 1");
    CHECK_FALSE(holds(after_label(out, "B"), "77"));
    CHECK(after_label(out, "C") == "1234 77 1");
    // The session stays for the next, where it was left.
    const std::string again = gdb(server, "printf \"\\nD" + values + "kill\n");
    CHECK(after_label(again, "D") == "1234 77 1");
    CHECK(server.wait() == 0);
  }
}

// One iteration is a step: ECX goes down and up again, EIP stays.
TEST_CASE("x86: GDB steps through REP and back") {
  GdbServer server(zos("bare"));
  const std::string here = " %x %x %x\\n\", $eip, $ecx, $edi\n";
  const std::string out = gdb(server,
                              "break *disk_read\ncontinue\n"
                              "while *(unsigned char*)$pc != 0xf3\nstepi\nend\n"
                              "printf \"\\nA" + here + "stepi\nprintf \"\\nB" + here + "stepi\nreverse-stepi\n"
                              "printf \"\\nC" + here + "reverse-stepi\nprintf \"\\nD" + here + "kill\n");
  INFO(out);
  const std::string a = after_label(out, "A"), b = after_label(out, "B");
  CHECK(a != b);
  CHECK(a.substr(0, a.find(' ')) == b.substr(0, b.find(' ')));
  CHECK(after_label(out, "C") == b);
  CHECK(after_label(out, "D") == a);
  CHECK(server.wait() == 0);
}

// A guest that waits for a key and asks again and again.
TEST_CASE("x86: GDB's Ctrl+C stops a run") {
  const std::string keys = RINGSIDE_BUILD_DIR "/guests/x86/show-keys";
  for (const char* strategy : {"bare", "hvm"}) {
    INFO(strategy);
    GdbServer server({keys, "--strategy", strategy});
    const std::string out = run_gdb("gdb", keys, server, "continue\nprintf \"\\nA %x\\n\", $eip\nstepi\nkill\n",
                                    "sleep 3; kill -INT $gdb;");
    INFO(out);
    CHECK(holds(out, "received signal SIGINT"));
    CHECK_FALSE(holds(after_label(out, "A"), "(no"));
    CHECK(server.wait() == 0);
  }
}

}  // namespace ringside::cli_test
