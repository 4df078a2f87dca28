#include "loader/elf_bytes.hpp"

#include <cstring>

namespace ringside::loader_test {
namespace {

template <class T>
void append(std::vector<u8>& bytes, const T& value) {
  const auto* from = reinterpret_cast<const u8*>(&value);
  bytes.insert(bytes.end(), from, from + sizeof value);
}

void append(std::vector<u8>& bytes, const std::string& text) {
  bytes.insert(bytes.end(), text.begin(), text.end());
}

}  // namespace

ElfBytes::ElfBytes() {
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS32;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_ident[EI_VERSION] = EV_CURRENT;
  header.e_type = ET_EXEC;
  header.e_machine = EM_RISCV;
  header.e_version = EV_CURRENT;
  header.e_entry = 0x8000'0000;
  header.e_phoff = sizeof(Elf32_Ehdr);
  header.e_ehsize = sizeof(Elf32_Ehdr);
  header.e_phentsize = sizeof(Elf32_Phdr);
  header.e_shentsize = sizeof(Elf32_Shdr);
}

void ElfBytes::load(u32 address, std::vector<u8> content, u32 memory_size) {
  Elf32_Phdr segment{};
  segment.p_type = PT_LOAD;
  segment.p_vaddr = segment.p_paddr = address;
  segment.p_filesz = static_cast<u32>(content.size());
  segment.p_memsz = memory_size != 0 ? memory_size : segment.p_filesz;
  segments.push_back(segment);
  contents.push_back(std::move(content));
}

void ElfBytes::note(const std::string& owner, u32 type, const std::string& text) {
  std::vector<u8> content;
  for (u32 word : {static_cast<u32>(owner.size() + 1), static_cast<u32>(text.size() + 1), type})
    append(content, word);
  append(content, owner);
  content.resize((content.size() + 1 + 3) / 4 * 4);
  append(content, text);
  content.resize((content.size() + 1 + 3) / 4 * 4);
  Elf32_Phdr segment{};
  segment.p_type = PT_NOTE;
  segment.p_filesz = static_cast<u32>(content.size());
  segment.p_align = 4;
  segments.push_back(segment);
  contents.push_back(std::move(content));
}

void ElfBytes::symbol(const std::string& name, u32 address, u32 size, int type, int binding,
                      u16 section) {
  Elf32_Sym symbol{};
  symbol.st_name = static_cast<u32>(strings.size());
  symbol.st_value = address;
  symbol.st_size = size;
  symbol.st_info = ELF32_ST_INFO(binding, type);
  symbol.st_shndx = section;
  symbols.push_back(symbol);
  strings += name + '\0';
}

std::vector<u8> ElfBytes::bytes() const {
  std::vector<u8> body;
  std::vector<Elf32_Phdr> placed = segments;
  const u32 start = static_cast<u32>(sizeof(Elf32_Ehdr) + placed.size() * sizeof(Elf32_Phdr));
  for (std::size_t i = 0; i < placed.size(); ++i) {
    // A test that wants a strange offset has set it already.
    if (placed[i].p_offset == 0) placed[i].p_offset = start + static_cast<u32>(body.size());
    body.insert(body.end(), contents[i].begin(), contents[i].end());
    body.resize((body.size() + 3) / 4 * 4);
  }
  Elf32_Ehdr head = header;
  if (head.e_phnum == 0) head.e_phnum = static_cast<u16>(placed.size());

  std::vector<Elf32_Shdr> sections;
  if (!symbols.empty()) {
    sections.resize(3);
    sections[1].sh_type = SHT_SYMTAB;
    sections[1].sh_offset = start + static_cast<u32>(body.size());
    sections[1].sh_size = static_cast<u32>((symbols.size() + 1) * sizeof(Elf32_Sym));
    sections[1].sh_entsize = sizeof(Elf32_Sym);
    sections[1].sh_link = 2;
    append(body, Elf32_Sym{});
    for (const auto& symbol : symbols) append(body, symbol);
    sections[2].sh_type = SHT_STRTAB;
    sections[2].sh_offset = start + static_cast<u32>(body.size());
    sections[2].sh_size = static_cast<u32>(strings.size());
    append(body, strings);
    body.resize((body.size() + 3) / 4 * 4);
    head.e_shoff = start + static_cast<u32>(body.size());
    head.e_shnum = 3;
    for (const auto& section : sections) append(body, section);
  }

  std::vector<u8> bytes;
  append(bytes, head);
  for (const auto& segment : placed) append(bytes, segment);
  bytes.insert(bytes.end(), body.begin(), body.end());
  return bytes;
}

}  // namespace ringside::loader_test
