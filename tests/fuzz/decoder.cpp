// Any word at any address: its text assembles back to it.
#include "base/bits.hpp"
#include "isa/zisa/assembler/assembler.hpp"
#include "isa/zisa/decode.hpp"
#include "tests/fuzz/require.hpp"

using namespace ringside;
using fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const u8* data, std::size_t size) {
  if (size < 8) return 0;
  const u32 word = load_le<u32>(data);
  zisa::AssemblerOptions options;
  options.text_address = load_le<u32>(data + 4) & ~3u;
  const auto text = zisa::disassemble(word, options.text_address);
  const auto result = zisa::assemble("fuzz.s", text, options);
  require(result && result->sections[0].bytes.size() == 4);
  require(load_le<u32>(result->sections[0].bytes.data()) == word);
  return 0;
}
