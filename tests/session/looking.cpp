// What the window looks at: code around a place, beliefs in words, an overview. Each is held to what inspect and report say.
#include <algorithm>

#include "catch.hpp"
#include "session/opened.hpp"
#include "session/beliefs.hpp"
#include "session/code_view.hpp"
#include "session/overview.hpp"

using namespace ringside;
using namespace ringside::session;

namespace {

using test::open;

const Belief& find(const std::vector<Belief>& all, const std::string& name) {
  const auto found = std::ranges::find(all, name, &Belief::name);
  REQUIRE(found != all.end());
  return *found;
}

}  // namespace

TEST_CASE("code around an address is that from its first line on, and holds the address") {
  for (const auto& [strategy, isa, guest] : {std::tuple{"bare", "zisa", "guests/zisa/zos"}, {"hvm", "x86", "guests/x86/zos"}}) {
    Debugger d = open(strategy, isa, guest);
    d.step(5000);
    for (int i = 0; i < 50; ++i) {
      const u32 here = d.step(37).position.next.address;
      const auto lines = code_around(d.session(), {here}, 20, 30);
      const auto at = std::ranges::find(lines, here, &CodeLine::address);
      REQUIRE(at != lines.end());
      CHECK(at->here);
      CHECK(at - lines.begin() == 20);
      const auto plain = code(d.session(), {lines.front().address}, static_cast<u32>(lines.size()));
      for (std::size_t k = 0; k < lines.size(); ++k) CHECK(lines[k].text == plain[k].text);
    }
  }
}

TEST_CASE("code at the beginning of memory has nothing before it, and none where nothing is mapped") {
  Debugger d = open("bare", "zisa");
  const auto lines = code_around(d.session(), {0x80000000}, 20, 3);
  CHECK(lines.front().address == 0x80000000);
  CHECK(lines.size() == 4);
  CHECK(code_around(d.session(), {0}, 20, 3).size() == 1);
  CHECK(code_around(d.session(), {0xffffffff}, 20, 3).size() == 1);
}

TEST_CASE("beliefs tell in words what the registers hold") {
  Debugger d = open("trap-emulate", "zisa-v");
  REQUIRE(d.run_to_event("exit"));
  const Beliefs all = beliefs(d.session());
  CHECK(all.deprivileged);
  const Belief& mode = find(all.state, "mode");
  CHECK(mode.believed == "S (supervisor)");
  CHECK(mode.true_value == "U (user)");
  CHECK(mode.differs());
  CHECK_FALSE(mode.deceived());
  CHECK(explain_belief(mode) == "The guest believes mode = S (supervisor); the machine holds U (user).");
  const Registers r = registers(d.session());
  for (const auto& each : r.privileged) CHECK(find(all.registers, each.name).differs() == (each.belief != each.truth));
  for (const Belief& each : all.registers) CHECK_FALSE(each.meaning.empty());
}

TEST_CASE("a hole that lied shows in the beliefs, and only then") {
  Debugger d = open("trap-emulate", "zisa");
  const auto deceived = [&] {
    const Beliefs all = beliefs(d.session());
    return std::ranges::any_of(all.state, &Belief::deceived) || std::ranges::any_of(all.registers, &Belief::deceived);
  };
  CHECK_FALSE(deceived());
  d.run();
  REQUIRE_FALSE(d.session().report().holes.empty());
  CHECK(deceived());
}

TEST_CASE("on the bare machine, and in non-root mode, nothing deceives") {
  for (const auto& [strategy, isa, guest] :
       {std::tuple{"bare", "zisa", "guests/zisa/zos"}, {"hvm", "zisa-h", "guests/zisa/zos"}, {"hvm", "x86", "guests/x86/zos"}}) {
    INFO(guest << " " << strategy);
    Debugger d = open(strategy, isa, guest);
    d.step(20'000);
    const Beliefs all = beliefs(d.session());
    CHECK(all.virtualized == (std::string(strategy) == "hvm"));
    CHECK_FALSE(std::ranges::any_of(all.state, &Belief::deceived));
    CHECK_FALSE(std::ranges::any_of(all.registers, &Belief::deceived));
    if (!all.virtualized) CHECK_FALSE(std::ranges::any_of(all.registers, &Belief::differs));
  }
}

TEST_CASE("an overview says what the report says") {
  for (const auto& [strategy, isa, guest] : {std::tuple{"dbt", "zisa", "guests/zisa/zos"}, {"trap-emulate", "x86", "guests/x86/zos"}}) {
    Debugger d = open(strategy, isa, guest);
    d.run();
    const Overview o = overview(d.session());
    const Report r = d.session().report();
    CHECK(o.isa == r.isa);
    CHECK(o.strategy == r.strategy);
    CHECK(o.paging == r.paging);
    CHECK(o.cycles == r.cycles);
    CHECK(o.instructions == r.guest_instructions());
    CHECK(o.translated == r.translated);
    REQUIRE(o.exits.size() == r.exits.size());
    for (std::size_t i = 0; i < o.exits.size(); ++i) {
      CHECK(o.exits[i].reason == r.exits[i].reason);
      CHECK(o.exits[i].cycles == r.exits[i].cycles);
      CHECK(o.exits[i].count == r.exits[i].count);
    }
    for (std::size_t i = 0; i < o.accounts.size(); ++i) CHECK(o.accounts[i].cycles == r.accounts[i].cycles);
  }
}
