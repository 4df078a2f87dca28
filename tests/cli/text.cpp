// Numbers, tables and reports as text.
#include "catch.hpp"
#include "cli/compare_text.hpp"
#include "cli/numbers.hpp"
#include "cli/remedies.hpp"
#include "cli/report_text.hpp"
#include "cli/table.hpp"

using namespace ringside;
using namespace ringside::cli;

TEST_CASE("numbers and sizes of the command line") {
  CHECK(parse_number("0") == 0u);
  CHECK(parse_number("18446744073709551615") == ~u64{0});
  for (const auto* bad : {"", "-1", "+1", "1.5", "0x10", "18446744073709551616", "12 "})
    CHECK(!parse_number(bad));
  CHECK(parse_size("16M") == 16u << 20);
  CHECK(parse_size("2k") == 2048u);
  CHECK(parse_size("1G") == 1u << 30);
  CHECK(parse_size("4096") == 4096u);
  for (const auto* bad : {"", "M", "1T", "18446744073709551615K"}) CHECK(!parse_size(bad));
}

TEST_CASE("numbers in reports") {
  CHECK(grouped(0) == "0");
  CHECK(grouped(999) == "999");
  CHECK(grouped(1000) == "1 000");
  CHECK(grouped(16069335) == "16 069 335");
  CHECK(percent(1, 8) == "12.5");
  CHECK(percent(1, 0) == "0.0");
}

TEST_CASE("tables align numbers right and words left, counting characters, not bytes") {
  Table table({{"name", false}, {"n"}});
  table.add({"≠", "1"});
  table.add({"ab", "1 000"});
  CHECK(table.width() == 11);
  CHECK(table.text({}) == "name      n\n-----------\n≠         1\nab    1 000\n");
}

TEST_CASE("no line of a table ends in blanks") {
  Table table({{"name", false}, {"n"}, {"", false}});
  table.add({"a", "1", ""});
  table.add({"longer", "", ""});
  table.add({"b", "2", "remark"});
  const std::string text = table.text({});
  CHECK(text.find(" \n") == std::string::npos);
  CHECK(text.find("remark\n") != std::string::npos);
}

TEST_CASE("long sentences are wrapped between words") {
  CHECK(wrap("one two three", 7, 2) == "one two\n  three");
  CHECK(wrap("", 7, 2).empty());
  CHECK(wrap("unbreakable", 3, 0) == "unbreakable");
}

TEST_CASE("without colour nothing but text is written") {
  const Style plain;
  CHECK(paint(plain, Ink::kBad, "failed") == "failed");
  CHECK(paint({true, false, 80}, Ink::kBad, "failed") != "failed");
}

namespace {

session::Report sample(const std::string& strategy) {
  session::Report r;
  r.guest = "kernel";
  r.isa = "zisa-v";
  r.strategy = strategy;
  r.paging = "shadow";
  r.cost_model = "textbook";
  r.outcome = "exited";
  r.direct = 1000;
  r.cycles = 4000;
  r.accounts = {{"guest_kernel", 1000}, {"vmm", 3000}};
  r.exits = {{"PRIVILEGED_INSN read_sr", 5, 3000, 600, 600}};
  return r;
}

std::size_t widest(const std::string& text) {
  std::size_t most = 0, start = 0;
  while (start < text.size()) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    most = std::max(most, columns(std::string_view(text).substr(start, end - start)));
    start = end + 1;
  }
  return most;
}

}  // namespace

TEST_CASE("a comparison fits the terminal and says the dearest exit at any width") {
  const std::vector<study::Compared> runs = {{sample("bare"), true, true, 1.0},
                                             {sample("trap-emulate"), true, true, 2.5}};
  for (const unsigned width : {80u, 100u, 120u})
    for (const bool unicode : {false, true}) {
      const std::string text =
          compare_text("kernel", "script", runs, {false, unicode, width}, false);
      CHECK(widest(text) <= width);
      CHECK(text.find("PRIVILEGED_INSN read_sr 75.0 %") != std::string::npos);
      CHECK(text.find("2.50x") != std::string::npos);
    }
}

TEST_CASE("a report holds the layout of exits and fits the terminal") {
  const std::string text = report_text(sample("trap-emulate"), {false, true, 80}, false);
  for (const auto* word : {"Samples", "Samples%", "Time%", "Min", "Max", "Mean", "75.0 %"})
    CHECK(text.find(word) != std::string::npos);
  CHECK(widest(text) <= 80);
}

TEST_CASE("simulated time is given in a unit that shows it") {
  session::Report r = sample("bare");
  r.frequency_khz = 1000000;
  r.cycles = 1500;
  CHECK(report_text(r, {false, true, 80}, false).find("(1.500 µs at 1 GHz)") != std::string::npos);
  CHECK(report_text(r, {false, false, 80}, false).find("(1.500 us at 1 GHz)") != std::string::npos);
  r.cycles = 2500000;
  CHECK(report_text(r, {false, true, 80}, false).find("(2.500 ms at 1 GHz)") != std::string::npos);
}

TEST_CASE("the reason names the hole to blame in a sentence") {
  session::Report r = sample("trap-emulate");
  CHECK(!reason_line(r));
  r.outcome = "failed";
  r.reason = "it ended with code 42 after holes lied to it";
  r.holes = {{"read_sr", 3, 0x80000010, "trap+0x10", 0x18, 0x1, true, ""}};
  const std::string line = *reason_line(r);
  CHECK(line.find("cause: READ_SR at trap+0x10") != std::string::npos);
  CHECK(line.find("run it on zisa-v") != std::string::npos);
  CHECK(exit_status(r) == 66);
}
