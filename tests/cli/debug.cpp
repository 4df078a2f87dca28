// ringside debug, by scripts on standard input.
#include <cstdint>
#include <sstream>

#include "catch.hpp"
#include "cli/built_program.hpp"

namespace ringside::cli_test {

using nlohmann::json;

namespace {

std::vector<std::string> zos() {
  return {"debug",      guest_file("zos"), "--isa",    "zisa-v",
          "--strategy", "trap-emulate",    "--append", "hello"};
}

std::vector<std::string> with(std::vector<std::string> arguments,
                              const std::vector<std::string>& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

// One document per command.
std::vector<json> answers(const std::string& script,
                          const std::vector<std::string>& arguments = zos()) {
  const Outcome outcome = call(with(arguments, {"--json"}), script);
  std::vector<json> all;
  std::istringstream lines(outcome.out);
  for (std::string line; std::getline(lines, line);) {
    all.push_back(json::parse(line));
    CHECK(all.back()["schema"] == "ringside/debug/1");
  }
  return all;
}

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("debug runs the script of the issue") {
  const Outcome outcome = call(zos(), "until exit\nback\nwho sr\ngoto 100000\nregs\n");
  CHECK(outcome.status == 0);
  CHECK(outcome.err.empty());
  for (const auto* part :
       {"> until exit", "an exit came in the step before", "back 1 step", "sr was",
        "the first boundary at or past that cycle", "the guest believes", "the hardware holds"})
    CHECK(holds(outcome.out, part));
}

TEST_CASE("debug goes back to the same place") {
  const auto all = answers(
      "until trap\nstep 500\nback 500\nstep 500\ngoto 300000\ngoto s100\ngoto 300000\ninfo\n");
  REQUIRE(all.size() == 8);
  CHECK(all[0]["position"] == all[2]["position"]);
  CHECK(all[1]["position"] == all[3]["position"]);
  CHECK(all[4]["position"] == all[6]["position"]);
  CHECK(all[4]["position"]["cycle"] >= 300000);
  CHECK(all[7]["state_hash"].get<std::string>().size() == 16);
}

TEST_CASE("debug stops where it is asked to and comes back to it") {
  const auto all =
      answers("break trap_entry\nc\nc\nrc\nrc\ndelete trap_entry\nuntil context_switch\nc\n");
  REQUIRE(all.size() == 8);
  CHECK(all[1]["stop"]["kind"] == "breakpoint");
  CHECK(all[1]["position"]["next"]["symbol"] == "trap_entry");
  CHECK(all[3]["position"] == all[1]["position"]);
  CHECK(all[4]["stop"]["kind"] == "start");
  CHECK(all[6]["position"]["next"]["symbol"] == "context_switch");
  CHECK(all[7]["stop"]["kind"] == "end");
  CHECK(all[7]["position"]["ending"]["exit_code"] == 0);
  CHECK(holds(all[7]["console"], "hello, world"));
}

TEST_CASE("debug says in words what happened in a step") {
  std::vector<std::string> arguments = zos();
  arguments[3] = "zisa";
  const auto all = answers("until hole\nback\nuntil exit\n", arguments);
  REQUIRE(all.size() == 3);
  const json& happened = all[0]["happened"];
  REQUIRE(happened.size() == 1);
  CHECK(happened[0]["kind"] == "hole");
  CHECK(holds(happened[0]["text"], "ran in U mode without a trap"));
  CHECK(holds(happened[0]["text"], "on the bare machine it would have"));
  CHECK(all[1]["position"]["next"]["hole"] == true);
  CHECK(all[1]["position"]["mode"]["belief"] == "S");
  CHECK(all[1]["position"]["mode"]["truth"] == "U");
}

TEST_CASE("debug shows the guest's belief beside the truth") {
  const auto all =
      answers("goto 300000\nregs\nwalk sp\nmem sp 8\ndisas trap_entry 3\nexits\nevents 4\n");
  REQUIRE(all.size() == 7);
  const json& sr = all[1]["registers"]["privileged"][0];
  CHECK(sr["name"] == "sr");
  CHECK((sr["belief"].get<unsigned>() & 1) == 1);
  CHECK((sr["truth"].get<unsigned>() & 1) == 0);
  CHECK(sr["belief"] == sr["bare_metal"]);
  const json& walks = all[2]["walk"]["walks"];
  REQUIRE(walks.size() == 2);
  CHECK(walks[0]["references"].size() == 2);
  CHECK(walks[0]["address"] == all[2]["walk"]["guest_physical"]);
  CHECK(walks[1]["address"].get<std::uint64_t>() > walks[0]["address"].get<std::uint64_t>());
  CHECK(all[3]["bytes"].size() == 8);
  CHECK(all[4]["code"][0]["symbol"] == "trap_entry");
  CHECK(all[4]["code"][0]["sensitive"] == true);
  CHECK(all[4]["code"][0]["hole"] == false);
  CHECK_FALSE(all[5]["exits"].empty());
  CHECK(all[6]["events"].size() == 4);
}

// The hardware walks them, so that there is no other walk, and what they lead to is host-physical too.
TEST_CASE("debug shows the tables of a paravirtual guest with host addresses throughout") {
  const std::string script = "goto 300000\nwalk sp\n";
  const auto all = answers(script, {"debug", guest_file("zos-pv"), "--isa", "zisa", "--strategy",
                                    "paravirt", "--append", "hello"});
  REQUIRE(all.size() == 2);
  const json& walk = all[1]["walk"];
  REQUIRE(walk["walks"].size() == 1);
  const json& guest = walk["walks"][0];
  CHECK(guest["references"].back()["frame"] == guest["address"].get<std::uint64_t>() >> 12);
  CHECK(guest["address"] > walk["guest_physical"]);
}

TEST_CASE("debug names the last writer") {
  const auto all = answers("until trap\nwho pc\nwho sr\nwho epc\nback\nwho a0\n");
  REQUIRE(all.size() == 6);
  CHECK(all[1].contains("error"));
  for (const int i : {2, 3}) {
    CHECK(all[i]["writer"]["step"].get<std::uint64_t>() + 1 ==
          all[0]["position"]["step"].get<std::uint64_t>());
    CHECK(holds(all[i]["writer"]["what"], "delivered by the VMM"));
  }
  CHECK_FALSE(all[5]["writer"]["what"].get<std::string>().empty());
}

TEST_CASE("debug types at the guest") {
  const auto all = answers("c\ntype echo one  two\nc\ngoto s1000\nc\ntype exit 4\nc\n",
                           {"debug", guest_file("zos")});
  REQUIRE(all.size() == 7);
  CHECK(all[0]["stop"]["kind"] == "input");
  CHECK(holds(all[2]["console"], "one"));
  CHECK(all[4]["position"] == all[2]["position"]);
  CHECK(all[6]["position"]["ending"]["exit_code"] == 4);
}

TEST_CASE("debug says what kind of exit came, and that there were none yet") {
  const auto all = answers("until exit\nuntil trap\n");
  REQUIRE(all.size() == 2);
  CHECK(holds(all[0]["stop"]["why"], "an exit came in the step before: P"));
  CHECK(holds(call(zos(), "exits\n").out, "no exits yet"));
  CHECK(holds(call({"debug", guest_file("zos")}, "exits\n").out, "owns the bare machine"));
}

TEST_CASE("debug says that the run has ended, and how to go back") {
  const auto all = answers("c\nc\nstep\ntype hello\nback\n");
  REQUIRE(all.size() == 5);
  for (const int i : {0, 1, 2}) {
    CHECK(all[i]["stop"]["kind"] == "end");
    CHECK(holds(all[i]["stop"]["why"], "the guest has ended with code 0; `back`"));
  }
  CHECK(holds(all[3]["error"], "has ended"));
  CHECK(all[4]["stop"]["kind"] == "moved");
  CHECK(all[4]["position"]["ending"].is_null());
}

TEST_CASE("debug keeps the last events only, and brings the others back") {
  std::vector<std::string> many = with(zos(), {"--history", "1M"});
  many[7] = "syscalls 20000";
  const auto all = answers(
      "goto e70000\nevents 5\ngoto e100\nevents 5\ngoto e70000\nevents 5\nevents 4096\n"
      "goto e140000\ninfo\n",
      many);
  REQUIRE(all.size() == 9);
  CHECK(all[1]["events"].back()["number"] >= 70000);
  CHECK(all[1]["kept_from"] > 0);
  CHECK(all[3]["events"].back()["number"] >= 100);
  CHECK(all[3]["events"].back()["number"] < 110);
  CHECK(all[4]["position"] == all[0]["position"]);
  CHECK(all[4]["happened"] == all[0]["happened"]);
  CHECK(all[5]["events"].back() == all[1]["events"].back());
}

TEST_CASE("debug refuses in one line and goes on") {
  for (const auto* line :
       {"nonsense", "step x", "goto", "goto e", "goto sx", "break 3", "break nowhere",
        "mem 0x1ffffffff", "mem sp 100000", "watch 0x1000", "delete trap_entry", "who pc",
        "who 0x1000", "until", "help me", "step 1 2", "disas a0 0", "who trap_entry+x"}) {
    CAPTURE(line);
    const Outcome outcome = call(zos(), std::string(line) + "\ninfo\n");
    CHECK(outcome.status == 64);
    CHECK(is_one_line(outcome.err, {"; "}));
    CHECK(holds(outcome.out, "history:"));
  }
  const Outcome bare = call({"debug", guest_file("zos")}, "until exit\n");
  CHECK(is_one_line(bare.err, {"trap-emulate"}));
}

TEST_CASE("debug survives hostile lines") {
  std::string script;
  for (int i = 0; i < 256; ++i)
    script += std::string(1, static_cast<char>(i)) + " " +
              std::string(300, static_cast<char>(255 - i)) + "\n";
  script +=
      "step 18446744073709551615\nback 18446744073709551615\ngoto 18446744073709551615\ngoto "
      "s18446744073709551615\n"
      "goto e18446744073709551615\nmem 0xffffffff 64\nwalk 0xffffffff\ndisas 0xfffffffc 8\nwatch "
      "0xffffffff 64\n"
      "who 0xffffffff\nbreak 0xfffffffc\nc\nquit\nnonsense\n";
  const Outcome outcome = call(zos(), script);
  CHECK(outcome.status == 64);
  CHECK_FALSE(holds(outcome.out, "> nonsense"));
}

TEST_CASE("debug refuses what it cannot do") {
  CHECK(call({"debug", "no-such-guest"}).status == 65);
}

TEST_CASE("debug stops at a limit and can go back from it") {
  const Outcome outcome =
      call({"debug", guest_file("bad-loop-long"), "--max-instructions", "5000000"},
           "c\nback\nc\ninfo\n");
  CHECK(outcome.status == 0);
  CHECK(holds(outcome.out, "--max-instructions"));
  CHECK(holds(outcome.out, "5 000 000 instructions"));
}

}  // namespace ringside::cli_test
