#include "support.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/bits.hpp"

namespace ringside::test {

using namespace zisa;

namespace {

std::string all_texts(const std::vector<Diagnostic>& diagnostics) {
  std::string text;
  for (const auto& d : diagnostics) text += d.text();
  return text;
}

constexpr std::string_view kClang =
    "clang --target=riscv32-unknown-elf -march=rv32ima -mabi=ilp32 -mno-relax -Werror";

// Every section of ours under its own name, where we put it.
std::string linker_script(const Assembly& ours) {
  std::string script = "SECTIONS {\n";
  for (const auto& s : ours.sections)
    if (s.allocated)
      script += fmt::format("{} {:#x} : {{ *({}) {} }}\n", s.name, s.address, s.name,
                            s.nobits ? "*(COMMON)" : "");
  return script + "}\n";
}

}  // namespace

Assembly assembled(std::string_view source, const AssemblerOptions& options) {
  auto result = assemble("test.s", source, options);
  if (!result) FAIL(all_texts(result.error()));
  return std::move(*result);
}

std::vector<u32> words_of(const Assembly& assembly, std::string_view section) {
  std::vector<u32> words;
  for (const auto& s : assembly.sections)
    for (std::size_t i = 0; s.name == section && i + 4 <= s.bytes.size(); i += 4)
      words.push_back(load_le<u32>(&s.bytes[i]));
  return words;
}

std::vector<u32> words(std::string_view source) {
  return words_of(assembled(source));
}

std::vector<Diagnostic> errors(std::string_view source, const AssemblerOptions& options) {
  auto result = assemble("test.s", source, options);
  if (result) FAIL("assembled without an error: " << source.substr(0, 200));
  REQUIRE_FALSE(result.error().empty());
  return result.error();
}

std::string error_text(std::string_view source, const AssemblerOptions& options) {
  return all_texts(errors(source, options));
}

std::vector<u8> elf_section(const std::vector<u8>& file, std::string_view name) {
  const auto word = [&](u32 at) { return load_le<u32>(&file.at(at)); };
  const u32 headers = word(32), count = load_le<u16>(&file.at(48));
  const u32 names = word(headers + 40 * load_le<u16>(&file.at(50)) + 16);
  for (u32 i = 0; i < count; ++i) {
    const u32 header = headers + 40 * i;
    if (name != reinterpret_cast<const char*>(&file.at(names + word(header)))) continue;
    const auto begin = file.begin() + word(header + 16);
    return {begin, begin + word(header + 20)};
  }
  FAIL("no section " << name);
  return {};
}

// A folder for each process, since tests run side by side.
std::string scratch(const std::string& name) {
  static const auto folder =
      std::filesystem::path(RINGSIDE_BUILD_DIR) / fmt::format("scratch-isa-{}", getpid());
  std::filesystem::create_directories(folder);
  static const struct Remover {
    ~Remover() {
      std::error_code ignored;
      std::filesystem::remove_all(folder, ignored);
    }
  } remover;
  return (folder / name).string();
}

void shell(const std::string& command) {
  const std::string log = scratch("log");
  const int status = std::system(fmt::format("{} >{} 2>&1", command, log).c_str());
  const auto output = read_file("log");
  INFO(command << "\n" << std::string(output.begin(), output.end()));
  INFO("these tests need clang and ld.lld, as the guests do");
  REQUIRE(status == 0);
}

void write_file(const std::string& name, std::string_view text) {
  std::ofstream(scratch(name), std::ios::binary) << text;
}

std::vector<u8> read_file(const std::string& name) {
  std::ifstream file(scratch(name), std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void compare_with_clang(const std::string& name, std::string_view source, const Assembly& ours) {
  write_file(name + ".s", source);
  const std::string object = scratch(name + ".o"), program = scratch(name + ".elf");
  shell(fmt::format("{} -c {} -o {}", kClang, scratch(name + ".s"), object));
  write_file(name + ".ld", linker_script(ours));
  // -O0: without merging equal strings, which is the linker's doing.
  shell(fmt::format("ld.lld -m elf32lriscv --no-relax -O0 -e 0 -T {} {} -o {}",
                    scratch(name + ".ld"), object, program));
  const auto file = read_file(name + ".elf");
  for (const auto& s : ours.sections) {
    if (s.bytes.empty()) continue;
    const auto theirs = elf_section(file, s.name);
    INFO("section " << s.name);
    REQUIRE(s.bytes.size() == theirs.size());
    for (std::size_t i = 0; i < theirs.size(); ++i) {
      INFO(fmt::format("at {:#x}: we have {:#04x}, clang {:#04x}", s.address + i, s.bytes[i],
                       theirs[i]));
      if (s.bytes[i] != theirs[i]) FAIL("bytes differ");
    }
  }
}

}  // namespace ringside::test
