#include "isa/zisa/manual.hpp"

#include <fstream>
#include <iterator>

#include "isa/zisa/table.hpp"
#include "support.hpp"

using namespace ringside;
using namespace ringside::zisa;

TEST_CASE("docs/zisa.md holds the table as it is generated") {
  std::ifstream file(RINGSIDE_SOURCE_DIR "/docs/zisa.md");
  const std::string manual{std::istreambuf_iterator<char>(file), {}};
  const auto begin = manual.find(kManualBegin), end = manual.find(kManualEnd);
  REQUIRE(begin != std::string::npos);
  REQUIRE(end != std::string::npos);
  const auto start = begin + kManualBegin.size();
  INFO("print the table anew: ringside disasm --table");
  CHECK(manual.substr(start, end - start) == manual_tables());
}

TEST_CASE("the table names every instruction") {
  const auto tables = manual_tables();
  for (const auto& row : kRows)
    CHECK(tables.find("| `" + std::string(row.name)) != std::string::npos);
  CHECK(tables.find("| `lw rd, imm(rs1)` | `iiiiiii iiiii sssss 010 ddddd 0000011` | load | runs | "
                    "innocuous |") != std::string::npos);
  CHECK(tables.find("| `read_sr rd` | `0000000 00000 00000 000 ddddd 0001011` | system | **runs** "
                    "(a hole) | mode |") != std::string::npos);
  for (const auto* trap : {"ecall", "ebreak", "hcall"}) {
    const auto line = tables.substr(tables.find("| `" + std::string(trap)));
    CHECK(line.substr(0, line.find('\n')).ends_with("| system | traps, as in S | innocuous |"));
  }
}
