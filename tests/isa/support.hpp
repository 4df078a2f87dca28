// What the tests of the ISA share: assembling with a check, and clang as a second opinion.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "catch.hpp"
#include "isa/zisa/assembler/assembler.hpp"

namespace ringside::test {

/// Assembles; a source with errors fails the test, showing them.
zisa::Assembly assembled(std::string_view source, const zisa::AssemblerOptions& options = {});

/// The words of a section (by default .text).
std::vector<u32> words_of(const zisa::Assembly& assembly, std::string_view section = ".text");
std::vector<u32> words(std::string_view source);

/// Errors of a source, which must have some.
std::vector<zisa::Diagnostic> errors(std::string_view source,
                                     const zisa::AssemblerOptions& options = {});
/// All errors' texts in one.
std::string error_text(std::string_view source, const zisa::AssemblerOptions& options = {});

/// The bytes of a section of an ELF file (32 bits, little-endian) that has it; fails if not.
std::vector<u8> elf_section(const std::vector<u8>& file, std::string_view name);

/// Runs a shell command in a scratch folder of the build; fails where its status is not 0.
void shell(const std::string& command);
/// Files in that folder.
std::string scratch(const std::string& name);
void write_file(const std::string& name, std::string_view text);
std::vector<u8> read_file(const std::string& name);

/// Assembles a source with clang, links it with ld.lld where our assembler put the sections of
/// `ours`, and compares all sections of `ours` that have bytes.
void compare_with_clang(const std::string& name, std::string_view source,
                        const zisa::Assembly& ours);

}  // namespace ringside::test
