// Hardware assistance on x86: the bundled guests are, in virtual time, the same under hvm as on the bare machine, with
// EPT and with shadow tables.
#include "vmm/x86/arch.hpp"
#include "vmm/snapshot.hpp"
#include "x86_guests.hpp"

using namespace ringside;

namespace {

constexpr const char* kPagings[] = {"nested", "shadow"};

session::Options hvm_options(const std::string& guest, const char* paging = "nested") {
  auto options = x86_options(guest, "hvm");
  options.paging = paging;
  return options;
}

session::Report report_of(const session::Options& options) { return run_x86(options).report(); }

}  // namespace

TEST_CASE("x86 hvm: every small guest ends as on the bare machine") {
  unsigned guests = 0;
  for (const char* prefix : {"micro-", "hole-"})
    for (const std::string& name : x86_guests_called(prefix)) {
      CAPTURE(name);
      const auto bare = report_of(x86_options(name, "bare"));
      for (const char* paging : kPagings) check_same(bare, report_of(hvm_options(name, paging)));
      ++guests;
    }
  CHECK(guests > 20);
}

TEST_CASE("x86 hvm: pctest passes, and its devices are emulated") {
  const auto bare = report_of(x86_options("pctest", "bare"));
  for (const char* paging : kPagings) {
    CAPTURE(paging);
    const auto hvm = report_of(hvm_options("pctest", paging));
    check_same(bare, hvm);
    CHECK(hvm.exit_code == 0);
    CHECK(hvm.paging == paging);
    CHECK(exits(hvm, "PORT_IO") > 100);
    CHECK(exits(hvm, "HALT") > 0);
    CHECK(hvm.emulated < hvm.direct);
  }
}

TEST_CASE("x86 hvm: with EPT devices fault there, with shadow tables pages and control registers exit") {
  const auto nested = report_of(hvm_options("pctest", "nested")), shadow = report_of(hvm_options("pctest", "shadow"));
  CHECK(exits(nested, "NESTED_FAULT device") > 10);
  CHECK(exits(nested, "PAGE_FAULT") == 0);
  CHECK(exits(nested, "PRIVILEGED_INSN mov_to_cr") == 0);
  CHECK(exits(shadow, "NESTED_FAULT") == 0);
  CHECK(exits(shadow, "PAGE_FAULT device") > 10);
  CHECK(exits(shadow, "PAGE_FAULT hidden") > 10);
  CHECK(exits(shadow, "PAGE_FAULT true") > 5);
  CHECK(exits(shadow, "PAGE_FAULT traced write") > 5);
  CHECK(exits(shadow, "PRIVILEGED_INSN mov_to_cr") > 1);
  CHECK(exits(shadow, "PRIVILEGED_INSN invlpg") > 0);
}

TEST_CASE("x86 hvm: a kernel that nobody fitted to it") {
  auto bare = x86_options("zos", "bare"), hvm = hvm_options("zos"), shadow = hvm_options("zos", "shadow");
  bare.append = hvm.append = shadow.append = "tick=3000 hello; forkwait 3; primes 100; churn 1";
  const auto expected = report_of(bare);
  check_same(expected, report_of(hvm));
  check_same(expected, report_of(shadow));
  CHECK(expected.console.size() > 10);
  hvm.vm_identifiers = shadow.vm_identifiers = false;
  check_same(expected, report_of(hvm));
  check_same(expected, report_of(shadow));
  hvm.vm_identifiers = true, hvm.walk_cache = 16, hvm.nested_tlb = 16;
  const auto cached = report_of(hvm);
  check_same(expected, cached);
  CHECK(cached.walk_cache_hits > 0);
}

TEST_CASE("x86 hvm: both engines agree, in cycles too") {
  for (const unsigned way : {0u, 1u, 2u, 3u}) {
    auto options = hvm_options("pctest", kPagings[way / 2]);
    options.virtual_time = way % 2;
    check_engines_agree(options);
  }
}

TEST_CASE("x86 hvm: a snapshot holds all that changes") {
  for (const char* paging : kPagings) {
    CAPTURE(paging);
    check_snapshot(hvm_options("pctest", paging));
  }
}

TEST_CASE("x86 hvm: two guests on one machine compute what each computes alone") {
  for (const char* paging : kPagings) {
    auto options = hvm_options("zos", paging);
    options.append = "tick=3000 hello; primes 100";
    const auto alone = report_of(options);
    auto other = options;
    other.append = "tick=2000 forkwait 2";
    const auto other_alone = report_of(other);
    options.neighbours.push_back({.guest = other.guest, .append = other.append});
    auto opened = session::Session::open(options);
    REQUIRE(opened.has_value());
    opened->run();
    check_same(alone, opened->report(0));
    check_same(other_alone, opened->report(1));
    CHECK(opened->machine_report().world_switches > 0);
  }
}

TEST_CASE("x86: several guests do not share the bare machine") {
  auto options = x86_options("zos", "bare");
  options.neighbours.push_back({.guest = options.guest, .append = ""});
  const auto opened = session::Session::open(options);
  REQUIRE_FALSE(opened.has_value());
  CHECK(opened.error().text().find("--strategy bare") != std::string::npos);
}
