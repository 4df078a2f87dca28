// Any text as a source: a program with an ELF file, or errors that a person can read.
#include "isa/zisa/assembler/assembler.hpp"

#include "tests/fuzz/require.hpp"

using namespace ringside;
using fuzz::require;

namespace {

// The rest of the source stands for every file that it may include, so that inclusion is tried
// too. The limits are low: the search shall try many sources, not wait for large ones.
zisa::AssemblerOptions options_for(std::string_view source) {
  zisa::AssemblerOptions options;
  options.max_bytes = 1u << 20;
  options.max_lines = 1u << 14;
  options.read_file = [source](std::string_view name) -> std::optional<std::string> {
    if (name.size() > source.size()) return std::nullopt;
    return std::string(source.substr(name.size()));
  };
  return options;
}

void check(const zisa::Assembly& assembly) {
  u64 end = 0;
  for (const auto& s : assembly.sections) {
    require(s.nobits ? s.bytes.empty() : s.bytes.size() == s.size);
    if (!s.allocated || s.size == 0) continue;
    require(s.address >= end);
    end = u64{s.address} + s.size;
  }
  require(end <= u64{1} << 32);
  require(assembly.elf().size() >= 52);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const u8* data, std::size_t size) {
  const std::string_view source(reinterpret_cast<const char*>(data), size);
  const auto result = zisa::assemble("fuzz.s", source, options_for(source));
  if (result) return check(*result), 0;
  require(!result.error().empty() && result.error().size() <= 20);
  for (const auto& d : result.error())
    require(!d.file.empty() && d.line != 0 && d.column != 0 && !d.message.empty());
  return 0;
}
