// ringside debug and disasm with guests for x86.
#include <cstdint>
#include <sstream>

#include "catch.hpp"
#include "cli/built_program.hpp"

namespace ringside::cli_test {

using nlohmann::json;

namespace {

using Words = std::vector<std::string>;

Words zos(const std::string& strategy) {
  return {"debug", "guests/x86/zos", "--strategy", strategy, "--append", "tick=1000 sleep 3; hello", "--memory", "8M"};
}

std::vector<json> answers(const std::string& script, Words arguments) {
  arguments.emplace_back("--json");
  const Outcome outcome = call(arguments, script);
  INFO(outcome.err);
  std::vector<json> all;
  std::istringstream lines(outcome.out);
  for (std::string line; std::getline(lines, line);) all.push_back(json::parse(line));
  return all;
}

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("x86: debug steps, breaks, goes to and comes back, bare and under hvm") {
  for (const char* strategy : {"bare", "hvm"}) {
    INFO(strategy);
    const auto all = answers(
        "step 40\nbreak trap\nc\nstep 500\nback 500\ngoto 900000\ngoto s100\ngoto 900000\nrc\n"
        "delete trap\nuntil context_switch\ngoto e3\nc\n",
        zos(strategy));
    REQUIRE(all.size() == 13);
    CHECK(all[2]["stop"]["kind"] == "breakpoint");
    CHECK(all[2]["position"]["next"]["symbol"] == "trap");
    CHECK(all[2]["position"]["mode"]["belief"] == "CPL 0");
    CHECK(all[2]["position"]["next"]["word"].is_null());
    CHECK_FALSE(all[2]["position"]["next"]["bytes"].empty());
    CHECK(all[4]["position"] == all[2]["position"]);
    CHECK(all[5]["position"] == all[7]["position"]);
    CHECK(all[8]["position"]["next"]["symbol"] == "trap");
    CHECK(all[10]["position"]["next"]["symbol"] == "context_switch");
    CHECK(all[11]["position"]["events"] >= 4);
    CHECK(all[12]["stop"]["kind"] == "end");
    CHECK(all[12]["position"]["ending"]["exit_code"] == 0);
    CHECK(holds(all[12]["console"], "hello, world"));
  }
}

TEST_CASE("x86: debug watches memory forwards and backwards, and names its writer") {
  for (const char* strategy : {"bare", "hvm"}) {
    INFO(strategy);
    const auto all = answers("step 40\nwatch ticks\nc\nwho ticks\nc\nrc\nmem ticks 4\n", zos(strategy));
    REQUIRE(all.size() == 7);
    CHECK(all[2]["stop"]["kind"] == "watchpoint");
    CHECK(all[3]["writer"]["step"].get<std::uint64_t>() + 1 == all[2]["position"]["step"].get<std::uint64_t>());
    CHECK(all[4]["stop"]["kind"] == "watchpoint");
    CHECK(all[5]["position"] == all[2]["position"]);
    CHECK(all[6]["bytes"].size() == 4);
  }
}

TEST_CASE("x86: debug shows registers, code, walks, exits and what happened") {
  for (const char* strategy : {"bare", "hvm"}) {
    INFO(strategy);
    const auto all = answers("until trap\nregs\ndisas trap_return 6\nwalk esp\nexits\nevents 2\nwho eflags\nwho cr3\n"
                             "who es\ninfo\n",
                             zos(strategy));
    REQUIRE(all.size() == 10);
    CHECK(holds(all[0]["happened"].dump(), "IDT"));
    const json& registers = all[1]["registers"];
    CHECK(registers["registers"].contains("edi"));
    CHECK(registers["privileged"][0]["name"] == "eflags");
    CHECK(registers["segments"][1]["name"] == "cs");
    CHECK(registers["segments"][1]["belief"]["limit"] == 0xffffffff);
    CHECK(registers["segments"][8]["belief"]["selector"].is_null());
    CHECK(holds(registers["status"]["belief"], "CPL 0"));
    CHECK(all[2]["code"][0]["instruction"] == "pop gs");
    CHECK(all[2]["code"][0]["bytes"] == json::array({0x0f, 0xa9}));
    CHECK(all[3]["walk"]["walks"][0]["root_register"] == "CR3");
    CHECK(all[3]["walk"]["walks"].size() == (strategy == std::string("hvm") ? 2u : 1u));
    CHECK(all[4]["exits"].empty() == (strategy == std::string("bare")));
    CHECK(all[5]["events"].size() == 2);
    CHECK_FALSE(all[6]["writer"].is_null());
    CHECK(holds(all[7]["writer"]["what"], "mov cr3"));
    CHECK_FALSE(all[8]["writer"].is_null());
    CHECK(all[9]["isa"] == "x86");
  }
}

TEST_CASE("x86: debug goes to the first lie of a hole, and back to the instruction that told it") {
  const auto all = answers("until hole\nback\nregs\nwalk esp\nwho cr3\n", zos("trap-emulate"));
  REQUIRE(all.size() == 5);
  const json& happened = all[0]["happened"];
  REQUIRE(happened.size() == 1);
  CHECK(happened[0]["kind"] == "hole");
  CHECK(holds(happened[0]["text"], "PUSHF at "));
  CHECK(holds(happened[0]["text"], "returned IF=1; on the bare machine it would have returned IF=0"));
  CHECK(all[1]["position"]["next"]["hole"] == true);
  CHECK(all[1]["position"]["mode"]["belief"] == "CPL 0");
  CHECK(all[1]["position"]["mode"]["truth"] == "CPL 1");
  const json& registers = all[2]["registers"];
  CHECK(registers["deprivileged"] == true);
  CHECK(registers["segments"][1]["belief"]["selector"] == 8);
  CHECK(registers["segments"][1]["truth"]["selector"] == 9);
  CHECK(all[3]["walk"]["walks"].size() == 2);
  CHECK(holds(all[4]["writer"]["what"], "emulated by the VMM"));
  const Outcome words = call(zos("trap-emulate"), "until hole\nback\n");
  CHECK(holds(words.out, "mode CPL 0 (really CPL 1)"));
  CHECK(holds(words.out, "[hole: runs in an outer ring without a trap]"));
}

TEST_CASE("x86: debug in words") {
  const Outcome outcome = call(zos("bare"), "step 2\ndisas pc 2\nregs\nwalk eip\nwalk pc\nback\n");
  CHECK(outcome.status == 64);  // eip is no word for the linear address
  CHECK(is_one_line(outcome.err, {"eip", "such as a0 or eax"}));
  for (const auto* part :
       {"mode CPL 0", "the guest believes  CPL 0, EFLAGS", "CR0 PE", "selector", "32-bit code, readable, DPL 0",
        "The guest has paging off", "back 1 step"})
    CHECK(holds(outcome.out, part));
}

TEST_CASE("x86: debug types at the guest") {
  for (const char* strategy : {"bare", "hvm"}) {
    INFO(strategy);
    const auto all = answers("c\ntype echo one  two\nc\ngoto s1000\nc\ntype exit 4\nc\n",
                             {"debug", "guests/x86/zos", "--strategy", strategy, "--memory", "8M"});
    REQUIRE(all.size() == 7);
    CHECK(all[0]["stop"]["kind"] == "input");
    CHECK(holds(all[2]["console"], "one"));
    CHECK(all[4]["position"] == all[2]["position"]);
    CHECK(all[6]["position"]["ending"]["exit_code"] == 4);
  }
}

TEST_CASE("x86: debug refuses in one line and survives hostile lines") {
  for (const auto* line : {"break nowhere", "mem 0x1ffffffff", "watch 0xf0000000", "who pc", "who sr", "until exit",
                           "until hole", "who 0xf0000000", "disas a0"}) {
    CAPTURE(line);
    const Outcome outcome = call(zos("bare"), "step 100\n" + std::string(line) + "\ninfo\n");
    CHECK(outcome.status == 64);
    CHECK(is_one_line(outcome.err, {"; "}));
    CHECK(holds(outcome.out, "history:"));
  }
  const Outcome outcome = call(zos("hvm"),
                               "mem 0xffffffff 64\nwalk 0xffffffff\ndisas 0xfffffffc 8\nwatch 0xffffffff 64\n"
                               "break 0xffffffff\nc\nunits\nunit trap\nquit\n");
  CHECK(outcome.status == 64);
}

// --- disasm ---

TEST_CASE("x86: disasm lists a guest, the sensitive instructions marked") {
  const Outcome outcome = call({"disasm", "guests/x86/zos"});
  CHECK(outcome.status == 0);
  CHECK(holds(outcome.out, "\ntrap_return:\n"));
  CHECK(holds(outcome.out, "iret"));
  CHECK(holds(outcome.out, "call 0x80"));
  const json all = document_of({"disasm", "guests/x86/zos"});
  CHECK(all["schema"] == "ringside/disasm/1");
  for (const json& line : all["lines"]) {
    REQUIRE_FALSE(line["bytes"].empty());
    REQUIRE(line["word"].is_null());
  }
  const json sensitive = document_of({"disasm", "--sensitive", "guests/x86/zos"});
  CHECK(sensitive["lines"].size() > 10);
  CHECK(sensitive["lines"].size() < all["lines"].size() / 10);
  bool pushf = false;
  for (const json& line : sensitive["lines"]) {
    CHECK_FALSE(line["mark"].get<std::string>().empty());
    pushf = pushf || (line["text"] == "pushfd" && holds(line["mark"], "!"));
  }
  CHECK(pushf);
}

TEST_CASE("x86: the instruction table is printed, for both ISAs") {
  const Outcome table = call({"disasm", "--isa", "x86", "--table"});
  CHECK(table.status == 0);
  CHECK(holds(table.out, "| `pushf` | system | i486 | runs: a hole |"));
  CHECK(holds(table.out, "| `cpuid` | system | pentium |"));
  const json rows = document_of({"disasm", "--isa", "x86", "--table"});
  CHECK(rows["schema"] == "ringside/instructions/1");
  CHECK(rows["instructions"].size() > 150);
  CHECK(rows["instructions"][0].contains("since"));
  CHECK(call({"disasm", "--table"}).out == call({"disasm", "--isa", "zisa", "--table"}).out);
  const Outcome other = call({"disasm", "--isa", "vax", "--table"});
  CHECK(other.status == 64);
  CHECK(is_one_line(other.err, {"--isa vax", "zisa or x86"}));
}

}  // namespace ringside::cli_test
