#include "loader/elf_header.hpp"

#include <elf.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

#include "base/bits.hpp"
#include "loader/image.hpp"

namespace ringside::loader {
namespace {

constexpr const char* kTargets =
    "build it for --target=riscv32-unknown-elf or --target=i386-unknown-none-elf";
constexpr const char* kAgain = "the file is truncated or damaged: build or copy it again";

/// A field of the header, by its place in Elf32_Ehdr.
template <class T>
T field(std::span<const u8> bytes, std::size_t offset) {
  return load_le<T>(bytes.data() + offset);
}

std::string machine_name(u16 machine) {
  constexpr std::pair<u16, std::string_view> kNames[] = {
      {EM_386, "the 386"},        {EM_RISCV, "RISC-V"},   {EM_X86_64, "x86-64"},
      {EM_AARCH64, "64-bit Arm"}, {EM_ARM, "32-bit Arm"}, {EM_MIPS, "MIPS"},
      {EM_PPC, "PowerPC"},        {EM_PPC64, "PowerPC"},  {EM_S390, "S/390"},
      {EM_SPARC, "SPARC"},        {EM_68K, "the 68000"}};
  for (const auto& [number, name] : kNames)
    if (number == machine) return std::string(name);
  return fmt::format("machine number {}", machine);
}

struct Complaint {
  std::string cause, remedy;
};

/// What is wrong with the 16 bytes that every ELF file begins with; an empty cause if nothing.
Complaint identification(std::span<const u8> bytes) {
  if (bytes.size() < SELFMAG || std::memcmp(bytes.data(), ELFMAG, SELFMAG) != 0)
    return {"this is no ELF file", "give a guest built as an ELF executable"};
  if (bytes.size() < sizeof(Elf32_Ehdr))
    return {fmt::format("the ELF header ends after {} bytes", bytes.size()), kAgain};
  // The machine stands at the same place in both classes.
  if (bytes[EI_DATA] == ELFDATA2MSB) return {"this ELF file is big-endian", kTargets};
  if (bytes[EI_CLASS] == ELFCLASS64) {
    const u16 machine = field<u16>(bytes, offsetof(Elf64_Ehdr, e_machine));
    return {"this ELF file is of 64 bits, for " + machine_name(machine), kTargets};
  }
  if (bytes[EI_CLASS] != ELFCLASS32 || bytes[EI_DATA] != ELFDATA2LSB ||
      bytes[EI_VERSION] != EV_CURRENT)
    return {"the ELF identification is damaged", kAgain};
  return {};
}

Complaint kind(std::span<const u8> bytes) {
  const u16 machine = field<u16>(bytes, offsetof(Elf32_Ehdr, e_machine));
  const u16 type = field<u16>(bytes, offsetof(Elf32_Ehdr, e_type));
  if (machine != static_cast<u16>(Machine::kRiscv) && machine != static_cast<u16>(Machine::k386))
    return {"this ELF file is for " + machine_name(machine), kTargets};
  if (type == ET_REL) return {"this is an object file", "link it first"};
  if (type == ET_DYN)
    return {"this is a shared or position-independent file", "link it with -static -no-pie"};
  if (type != ET_EXEC) return {"this ELF file is no executable", "give an executable"};
  return {};
}

/// Whether a table of `count` entries at `offset` leaves the file.
bool leaves(u64 offset, u64 count, u64 entry, std::size_t size) {
  return offset > size || count * entry > size - offset;
}

Complaint tables(std::span<const u8> bytes) {
  const u32 phoff = field<u32>(bytes, offsetof(Elf32_Ehdr, e_phoff));
  const u16 phentsize = field<u16>(bytes, offsetof(Elf32_Ehdr, e_phentsize));
  const u16 phnum = field<u16>(bytes, offsetof(Elf32_Ehdr, e_phnum));
  const u32 shoff = field<u32>(bytes, offsetof(Elf32_Ehdr, e_shoff));
  const u16 shentsize = field<u16>(bytes, offsetof(Elf32_Ehdr, e_shentsize));
  const u16 shnum = field<u16>(bytes, offsetof(Elf32_Ehdr, e_shnum));
  if (phnum == 0) return {"there are no segments to load", "link it as an executable"};
  if (phnum == PN_XNUM || phentsize != sizeof(Elf32_Phdr) ||
      leaves(phoff, phnum, sizeof(Elf32_Phdr), bytes.size()))
    return {"the table of segments does not lie in the file", kAgain};
  if (shoff != 0 && shnum != 0 &&
      (shentsize != sizeof(Elf32_Shdr) || leaves(shoff, shnum, sizeof(Elf32_Shdr), bytes.size())))
    return {"the table of sections does not lie in the file", kAgain};
  return {};
}

}  // namespace

Result<void> check_elf_header(std::span<const u8> bytes, const std::string& file) {
  // Each check may read what the ones before it have made sure of.
  for (auto check : {identification, kind, tables})
    if (auto complaint = check(bytes); !complaint.cause.empty())
      return fail({Error::Kind::kBadFile, file, "ELF header", std::move(complaint.cause),
                   std::move(complaint.remedy)});
  return {};
}

}  // namespace ringside::loader
