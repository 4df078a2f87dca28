// Several VMs on one machine: each gets its share, and none hurts another.
#include <fmt/format.h>

#include "catch.hpp"
#include "support/machines.hpp"

using namespace ringside;
using namespace ringside::test;

namespace {

struct Way {
  const char *strategy = "trap-emulate", *isa = "zisa-v", *paging = "";
};
constexpr Way kWays[] = {{}, {"dbt", "zisa"}, {"hvm", "zisa-h", "nested"}, {"hvm", "zisa-h", "shadow"}};

session::Options beside(const std::vector<session::Neighbour>& neighbours, bool virtual_time, const Way& way = {}) {
  auto options = guest("zos", way.isa, way.strategy, "hello; primes 300");
  options.paging = way.paging;
  options.neighbours = neighbours;
  options.virtual_time = virtual_time;
  options.max_instructions = 20'000'000;
  return options;
}

session::Session ended(const session::Options& options) {
  auto session = open_guest(options);
  session.run();
  return session;
}

}  // namespace

TEST_CASE("two kernels on one machine print what each prints alone") {
  const auto alone = ended(beside({}, false));
  const auto both = ended(beside({{"zos", "hello; primes 300"}}, false));
  REQUIRE(both.guests() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(both.report(i).outcome == "exited");
    CHECK(both.report(i).exit_code == 0);
    CHECK(both.console(0, i) == alone.console());
  }
  CHECK(both.machine_report().world_switches > 0);
}

TEST_CASE("what the guests spent adds up to what the machine spent, account by account") {
  const auto session = ended(beside({{"zos", "primes 500"}, {"micro-syscall", "200"}}, false));
  const auto all = session.machine_report();
  u64 cycles = 0;
  for (const auto& each : all.guests) cycles += each.cycles;
  CHECK(cycles == all.cycles);
  for (std::size_t a = 0; a < all.accounts.size(); ++a) {
    u64 sum = 0;
    for (const auto& each : all.guests) sum += each.accounts[a].cycles;
    CHECK(sum == all.accounts[a].cycles);
  }
}

namespace {

void check_unharmed(const Way& way) {
  const auto alone = ended(beside({}, true, way)).report();
  REQUIRE(alone.outcome == "exited");
  for (const char* attack : {"", "loop", "write", "tables", "dma", "crash", "dma write tables loop"}) {
    INFO(attack << " under " << way.strategy << " " << way.paging);
    const auto session = ended(beside({{"hostile", attack}}, true, way));
    const auto beside_it = session.report(0);
    CHECK(beside_it.outcome == "exited");
    CHECK(beside_it.state_hash == alone.state_hash);
    CHECK(beside_it.guest_instructions() == alone.guest_instructions());
    CHECK(beside_it.console == alone.console);
    const bool endless = std::string_view(attack).find("loop") != std::string_view::npos;
    const std::string dead = attack == std::string_view("crash") ? "failed" : "exited";
    CHECK(session.report(1).outcome == (endless ? "limit" : dead));
  }
}

}  // namespace

TEST_CASE("a neighbour that loops, crashes or attacks leaves the others bit-identical") {
  for (const Way& way : kWays) check_unharmed(way);
}

TEST_CASE("paravirtual kernels on one machine print what each prints alone") {
  const auto with = [](bool two, bool virtual_time) {
    auto options = guest("zos-pv", "zisa", "paravirt", "tick=200000 forkwait 3; primes 300");
    if (two) options.neighbours = {{"zos-pv", "tick=200000 churn 2; hello; primes 2000"}, {"zos-pv", "crash"}};
    options.virtual_time = virtual_time;
    options.max_instructions = 40'000'000;
    return ended(options);
  };
  for (const bool virtual_time : {false, true}) {
    const auto alone = with(false, virtual_time), both = with(true, virtual_time);
    REQUIRE(both.guests() == 3);
    CHECK(both.machine_report().world_switches > 0);
    for (std::size_t i = 0; i < 3; ++i) CHECK(both.report(i).outcome == "exited");
    CHECK(both.console() == alone.console());
    if (virtual_time) CHECK(both.report(0).state_hash == alone.report().state_hash);
  }
}

TEST_CASE("the same machine with the same guests runs the same way again") {
  const auto options = beside({{"zos", "churn 2"}, {"hostile", "tables"}}, false);
  const auto one = ended(options).machine_report(), two = ended(options).machine_report();
  CHECK(one.cycles == two.cycles);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(one.guests[i].state_hash == two.guests[i].state_hash);
    CHECK(one.guests[i].trace_hash == two.guests[i].trace_hash);
  }
}

TEST_CASE("a guest that owns the machine has no neighbour") {
  auto options = beside({{"zos", ""}}, false);
  options.strategy = "bare";
  options.folders = {RINGSIDE_BUILD_DIR "/guests/zisa"};
  const auto refused = session::Session::open(options);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().text().find("--strategy bare") != std::string::npos);
}

namespace {

struct TooMuch {
  const char *isa, *strategy, *paging;
  std::size_t most;  ///< guests of 1 GiB
};

Result<session::Session> open_many(const TooMuch& way, std::size_t guests) {
  session::Options options;
  const bool pc = way.isa[0] == 0, ported = std::string_view(way.strategy) == "paravirt";
  options.folders = {RINGSIDE_BUILD_DIR "/guests/"};
  options.guest = std::string(pc ? "x86" : "zisa") + (ported ? "/zos-pv" : "/zos");
  options.isa = way.isa, options.strategy = way.strategy, options.paging = way.paging;
  options.memory = u64{1} << 30;
  for (std::size_t i = 1; i < guests; ++i) options.neighbours.push_back({options.guest, ""});
  return session::Session::open(options);
}

}  // namespace

// Frames of 22 bits from 8000_0000h on, and 32 bits of address on x86; the VMM takes an eighth beside each guest.
TEST_CASE("guests whose memory page tables cannot address are refused before they start") {
  for (const TooMuch& way : {TooMuch{"zisa-h", "hvm", "nested", 12}, TooMuch{"zisa-h", "hvm", "shadow", 12},
                             TooMuch{"zisa-v", "trap-emulate", "", 12}, TooMuch{"zisa", "dbt", "", 12},
                             TooMuch{"zisa", "paravirt", "", 12}, TooMuch{"", "hvm", "shadow", 3},
                             TooMuch{"", "trap-emulate", "", 3}, TooMuch{"", "dbt", "", 3}, TooMuch{"", "paravirt", "", 3}}) {
    INFO(way.isa << " " << way.strategy << " " << way.paging);
    const auto refused = open_many(way, way.most + 1);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == Error::Kind::kUsage);
    CHECK(refused.error().text().find(fmt::format("name {} guests at the most", way.most)) != std::string::npos);
  }
}

// Three of 1 GiB end at 3.4 GiB; the EPT of hvm reach beyond 4.
TEST_CASE("x86: guests whose memory page tables can address are not refused") {
  CHECK(open_many({"", "trap-emulate", "", 3}, 3));
  CHECK(open_many({"", "hvm", "nested", 16}, 4));
}
