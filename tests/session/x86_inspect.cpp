// x86 under the lens: registers, segments, code, page walks.
#include "session/inspect.hpp"

#include <nlohmann/json.hpp>

#include "loader/image.hpp"
#include "session/x86_support.hpp"

namespace ringside::test {

namespace {

session::Session at_user_code(const Way& way) {
  auto session = open_pc("zos", way);
  x86::Machine& m = session.pc();
  while (m.vm().guest_state().cpl != 3) REQUIRE(m.step());
  return session;
}

const session::SegmentRegister& segment(const session::Registers& r, std::string_view name) {
  for (const auto& each : r.segments)
    if (each.name == name) return each;
  FAIL("no segment register " << name);
  return r.segments.front();
}

}  // namespace

TEST_CASE("x86: registers as the guest has them, with segments and bits in words") {
  for (const Way& way : pc_ways()) {
    INFO(name_of(way));
    auto session = at_user_code(way);
    const x86::State guest = session.pc().vm().guest_state();
    const auto r = session::registers(session);
    REQUIRE(r.general.size() == 8);
    CHECK(r.general[4].name == "esp");
    CHECK(r.general[4].value == guest.r[x86::kEsp]);
    CHECK(r.pc == guest.eip);
    CHECK_FALSE(r.deprivileged);
    REQUIRE(r.privileged.size() == 5);
    CHECK(r.privileged[0].name == "eflags");
    CHECK(r.privileged[0].belief == guest.eflags);
    CHECK(r.privileged[3].name == "cr3");
    CHECK(r.privileged[3].belief == guest.cr3);
    for (const auto& each : r.privileged) CHECK(each.belief == each.bare_metal);
    CHECK(r.believed_status.starts_with("CPL 3, EFLAGS "));
    CHECK(r.believed_status.find("CR0 PE") != std::string::npos);
    CHECK(segment(r, "cs").belief.rights == "32-bit code, readable, DPL 3");
    CHECK(segment(r, "ss").belief.rights == "32-bit data, writable, DPL 3");
    CHECK(segment(r, "tr").belief.rights == "TSS, busy, DPL 0");
    CHECK_FALSE(segment(r, "gdtr").belief.selector);
    CHECK(segment(r, "gdtr").belief.base == guest.gdtr.base);
    const auto p = session::position(session);
    CHECK(p.believed_mode == "CPL 3");
    CHECK(p.next.here);
    const auto json = to_json(r);
    CHECK(json["segments"].size() == 10);
    CHECK(json["registers"]["esp"] == guest.r[x86::kEsp]);
    CHECK(json["status"]["belief"] == r.believed_status);
  }
}

TEST_CASE("x86: code with symbols, bytes and marks") {
  auto session = at_user_code({"x86", "bare", false, "hello"});
  const auto address = session.image().symbols.address("trap_return");
  REQUIRE(address);
  const auto lines = session::code(session, {*address}, 9);
  REQUIRE(lines.size() == 9);
  CHECK(lines[0].symbol == "trap_return");
  CHECK(lines[0].text == "pop gs");
  CHECK(lines[0].bytes == std::vector<u8>{0x0f, 0xa9});
  CHECK(lines[0].code == "0f a9");
  CHECK_FALSE(lines[0].word);
  CHECK(lines[0].hole);
  CHECK(lines[1].address == lines[0].address + 2);
  CHECK(lines[2].bytes == std::vector<u8>{0x07});
  // Where nothing is mapped.
  const auto none = session::code(session, {0xf0000000}, 2);
  CHECK(none[0].bytes.empty());
  CHECK(none[1].address == 0xf0000001);
  // Across the end of the address space.
  CHECK(session::code(session, {0xffffffff}, 2)[1].address == 0);
}

TEST_CASE("x86: page walks, in one dimension and in two") {
  for (const Way& way : pc_ways()) {
    INFO(name_of(way));
    auto session = at_user_code(way);
    const x86::State guest = session.pc().vm().guest_state();
    const auto user = session::page_walk(session, {guest.eip});
    CHECK(user.paging);
    REQUIRE(user.guest_physical);
    const auto& first = user.walks.front();
    CHECK(first.root_name == "CR3");
    CHECK(first.root == guest.cr3);
    REQUIRE(first.references.size() == 2);
    CHECK(first.address == user.guest_physical);
    CHECK(first.outcome.find("user may r") != std::string::npos);
    // The kernel is seen by pages of 4 MiB or of 4 KiB; either way where it was loaded.
    const auto kernel = session::page_walk(session, {*session.image().symbols.address("trap_return")});
    CHECK(kernel.guest_physical == *session.image().symbols.address("trap_return") - 0x80000000);
    CHECK(kernel.walks.front().outcome.find("user may ---") != std::string::npos);
    const auto nothing = session::page_walk(session, {0x30000000});
    CHECK_FALSE(nothing.guest_physical);
    CHECK(nothing.walks.front().outcome.find("not present") != std::string::npos);
    REQUIRE(user.walks.size() == (way.strategy == "hvm" ? 2u : 1u));
    if (way.strategy != "hvm") continue;
    // Bhargava and others 2008: (2 + 1)(4 + 1) - 1.
    const auto& both = user.walks[1];
    CHECK(both.references.size() == 14);
    REQUIRE(both.address);
    const x86::Vm& vm = session.pc().vm();
    CHECK(*both.address == vm.host_of({*user.guest_physical}).v);
    CHECK(both.references[4].entry == first.references[0].entry);
    CHECK(both.references[9].entry == first.references[1].entry);
  }
}

// To look changes nothing.
TEST_CASE("x86: looking around disturbs no run") {
  for (const Way& way : pc_ways()) {
    INFO(name_of(way));
    auto session = at_user_code(way);
    const Digest here = digest(session.pc());
    for (const u32 address : {0u, 0xb8000u, 0x80100000u, 0xfee00000u, 0xffffffffu}) {
      session::code(session, {address}, 5);
      session::memory(session, {address}, 40);
      session::page_walk(session, {address});
    }
    session::registers(session);
    session::position(session);
    CHECK(digest(session.pc()) == here);
  }
}

}  // namespace ringside::test
