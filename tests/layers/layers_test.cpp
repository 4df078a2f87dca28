// Holds every source file to the floors, and the check itself to planted violations.
#include <filesystem>
#include <fstream>
#include <iterator>

#include "catch.hpp"
#include "layers/floors.hpp"

using namespace ringside::layers;
namespace fs = std::filesystem;

namespace {

bool is_source(const fs::path& file) {
  static const std::vector<std::string> kEndings = {".hpp", ".cpp", ".h", ".c", ".inc", ".S"};
  return std::find(kEndings.begin(), kEndings.end(), file.extension()) != kEndings.end();
}

/// Build folders and what is hidden.
bool is_foreign(const fs::path& folder) {
  const auto name = folder.filename().string();
  return name.starts_with(".") || name == "build" || name.starts_with("build-");
}

std::string text_of(const fs::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<fs::path> sources() {
  std::vector<fs::path> found;
  const fs::path root = RINGSIDE_SOURCE_DIR;
  for (auto entry = fs::recursive_directory_iterator(root); entry != fs::end(entry); ++entry) {
    if (entry->is_directory() && is_foreign(entry->path())) entry.disable_recursion_pending();
    if (entry->is_regular_file() && is_source(entry->path()))
      found.push_back(entry->path().lexically_relative(root));
  }
  return found;
}

template <class Check>
void hold_all(const Check& check) {
  for (const auto& file : sources())
    for (const auto& violation :
         check(file.generic_string(), text_of(fs::path(RINGSIDE_SOURCE_DIR) / file)))
      FAIL_CHECK(violation);
}

bool allowed(std::string_view path, std::string_view line) {
  return include_violations(path, line).empty();
}

bool free_of_host(std::string_view path, std::string_view line) {
  return host_violations(path, line).empty();
}

}  // namespace

TEST_CASE("every include line keeps to the floors") {
  REQUIRE(sources().size() > 10);
  hold_all(include_violations);
}

TEST_CASE("the host is reached from cli, grade and gui alone") {
  hold_all(host_violations);
}

TEST_CASE("a planted include of a higher floor is found, with its place") {
  const auto found =
      include_violations("mmu/tlb.hpp", "#pragma once\n\n#include \"cpu/cpu.hpp\"\n");
  REQUIRE(found.size() == 1);
  CHECK(found[0].starts_with("mmu/tlb.hpp:3: mmu may not include \"cpu/cpu.hpp\""));
}

TEST_CASE("planted includes are told apart") {
  CHECK(allowed("mmu/tlb.hpp", "#include \"base/types.hpp\""));
  CHECK(allowed("mmu/tlb.hpp", "#include \"mmu/ram.hpp\""));
  CHECK(allowed("mmu/tlb.hpp", "#include <vector>"));
  CHECK(allowed("cpu/cpu.hpp", "#include \"isa/zisa/decode.hpp\""));
  CHECK(allowed("session/catalogue.cpp", "#include \"strategies/bare/bare.hpp\""));
  CHECK(allowed("cost/presets.cpp", "#include \"embedded/presets.hpp\""));
  CHECK(allowed("tests/cpu/x.cpp", "#include \"gui/panel.hpp\""));
  CHECK(allowed("guests/zisa/zos/main.c", "#include \"zos.h\""));

  CHECK_FALSE(allowed("base/types.hpp", "#include \"cost/ledger.hpp\""));
  CHECK_FALSE(allowed("isa/zisa/table.hpp", "#include \"isa/x86/table.hpp\""));
  CHECK_FALSE(allowed("devices/disk.cpp", "#include \"mmu/dma.hpp\""));
  CHECK_FALSE(allowed("cli/run.cpp", "#include \"vmm/vm.hpp\""));
  CHECK_FALSE(allowed("study/compare.cpp", "#include \"cpu/cpu.hpp\""));
  CHECK_FALSE(allowed("strategies/dbt/dbt.cpp", "#include \"strategies/bare/bare.hpp\""));
  CHECK_FALSE(allowed("strategies/dbt/dbt.cpp", "#include \"devices/disk.hpp\""));
  CHECK_FALSE(allowed("guests/zisa/zos/main.c", "#include \"base/types.hpp\""));
}

TEST_CASE("ways around the floors are found") {
  CHECK_FALSE(allowed("mmu/tlb.hpp", "  #  include  <cpu/cpu.hpp>"));
  CHECK_FALSE(allowed("mmu/tlb.hpp", "#include \"mmu/../cpu/cpu.hpp\""));
  CHECK_FALSE(allowed("mmu/tlb.hpp", "#include \"../cpu/cpu.hpp\""));
  CHECK_FALSE(allowed("mmu/tlb.hpp", "#include \"ram.hpp\""));
  CHECK_FALSE(allowed("mmu/tlb.hpp", "#include CPU_HEADER"));
  CHECK_FALSE(allowed("mmu/tlb.hpp", "#include \"tests/catch.hpp\""));
  CHECK_FALSE(allowed("attic/old.cpp", "int x;"));
}

TEST_CASE("planted uses of the host are found") {
  CHECK(free_of_host("cli/terminal.cpp", "#include <unistd.h>"));
  CHECK(free_of_host("grade/sandbox.cpp", "#include <sys/wait.h>"));
  CHECK(free_of_host("cpu/cpu.cpp", "#include <vector>"));
  CHECK(free_of_host("cpu/cpu.cpp", "operand(x);  // no rand() here"));
  CHECK(free_of_host("mmu/tlb.cpp", "#include <system_error>"));

  for (auto header : {"unistd.h", "sys/mman.h", "windows.h", "thread", "chrono", "ctime"})
    CHECK_FALSE(free_of_host("cpu/cpu.cpp", "#include <" + std::string(header) + ">"));
  CHECK_FALSE(free_of_host("session/open.cpp", "std::random_device seed;"));
  CHECK_FALSE(free_of_host("vmm/vm.cpp", "auto t = std::chrono::steady_clock::now();"));
  CHECK_FALSE(free_of_host("vmm/vm.cpp", "if (std::getenv(\"HOME\")) return;"));
}
