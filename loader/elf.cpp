#include "loader/elf.hpp"

#include <fmt/format.h>
#include <gelf.h>
#include <libelf.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "loader/elf_header.hpp"

namespace ringside::loader {
namespace {

constexpr const char* kDamaged = "the file is truncated or damaged: build or copy it again";

/// A name out of a file as a report can print it.
std::string printable(std::string_view name) {
  std::string kept(name);
  for (char& c : kept)
    if (c < ' ' || c > '~') c = '?';
  return kept;
}

/// The beginning of a string in the file: many symbols may share a name of megabytes.
std::string_view start_of(const char* name) {
  constexpr std::size_t kMost = 200;
  const void* end = std::memchr(name, '\0', kMost);
  return {name, end ? static_cast<std::size_t>(static_cast<const char*>(end) - name) : kMost};
}

/// Reads one file whose header was checked. Each step fills its part of the image. It asks libelf
/// for copies of headers (gelf_*): in a hostile file the originals may not be aligned.
class Reader {
 public:
  explicit Reader(Image& image) : image_(image) {
    elf_version(EV_CURRENT);
    // libelf reads the memory that it is given here, it does not write to it.
    elf_.reset(elf_memory(reinterpret_cast<char*>(image.bytes.data()), image.bytes.size()));
  }

  Result<void> read() {
    GElf_Ehdr header;
    if (!elf_ || !gelf_getehdr(elf_.get(), &header))
      return error("ELF header", "it cannot be read", kDamaged);
    image_.machine = static_cast<Machine>(header.e_machine);
    image_.entry = entry_ = static_cast<u32>(header.e_entry);
    if (auto done = program_headers(); !done) return done;
    if (auto done = check_overlap(); !done) return done;
    image_.entry = entry_;
    if (auto done = check_entry(); !done) return done;
    return sections();
  }

 private:
  Result<void> error(std::string place, std::string cause, std::string remedy) const {
    return fail({Error::Kind::kBadFile, image_.file, std::move(place), std::move(cause),
                 std::move(remedy)});
  }

  Result<void> program_headers() {
    std::size_t count = 0;
    if (elf_getphdrnum(elf_.get(), &count) != 0) count = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const std::string place = fmt::format("segment {}", i);
      GElf_Phdr header;
      if (!gelf_getphdr(elf_.get(), static_cast<int>(i), &header))
        return error(place, "its header cannot be read", kDamaged);
      if (header.p_type == PT_LOAD)
        if (auto done = segment(header, place); !done) return done;
      if (header.p_type == PT_NOTE)
        if (auto done = notes(header, place); !done) return done;
    }
    if (image_.segments.empty())
      return error("ELF header", "there are no segments to load", "link it as an executable");
    return {};
  }

  Result<void> segment(const GElf_Phdr& header, const std::string& place) {
    Segment segment;
    segment.address = static_cast<u32>(header.p_paddr);
    segment.memory_size = static_cast<u32>(header.p_memsz);
    segment.file_size = static_cast<u32>(header.p_filesz);
    segment.executable = header.p_flags & PF_X;
    // Of a segment of zeros the offset means nothing.
    segment.file_offset = segment.file_size != 0 ? static_cast<u32>(header.p_offset) : 0;
    if (u64{segment.file_offset} + segment.file_size > image_.bytes.size())
      return error(place,
                   fmt::format("its bytes reach to {} of a file of {}",
                               u64{segment.file_offset} + segment.file_size, image_.bytes.size()),
                   kDamaged);
    if (segment.file_size > segment.memory_size)
      return error(place, "it is smaller in memory than in the file", kDamaged);
    if (segment.end() > u64{1} << 32)
      return error(place, fmt::format("it ends at {:#x}, above 4 GiB", segment.end()),
                   "link the guest lower");
    if (segment.memory_size != 0) image_.segments.push_back(segment);
    take_virtual_addresses(header, segment);
    return {};
  }

  /// Where a segment runs elsewhere than it is loaded, symbols and often the entry are virtual: such an
  /// entry is made physical, as QEMU does.
  void take_virtual_addresses(const GElf_Phdr& header, const Segment& segment) {
    symbols_end_ = std::max({symbols_end_, segment.end(), header.p_vaddr + header.p_memsz});
    const u64 into = u64{image_.entry} - header.p_vaddr;
    if (segment.executable && into < segment.file_size && entry_ == image_.entry)
      entry_ = static_cast<u32>(segment.address + into);
    if (segment.executable) add_code(executable_, header.p_vaddr, header.p_offset, header.p_filesz);
  }

  /// What does not lie in the file or in the space of addresses is no code; nor are all ranges together longer
  /// than the file.
  void add_code(std::vector<CodeRange>& all, u64 address, u64 offset, u64 size) const {
    const u64 length = image_.bytes.size();
    u64 total = size;
    for (const CodeRange& each : all) total += each.size;
    if (size == 0 || offset > length || size > length - offset || total > length) return;
    if (address + size > u64{1} << 32) return;
    all.push_back({static_cast<u32>(address), static_cast<u32>(size), static_cast<u32>(offset)});
  }

  /// Looks for the note in which a guest says what it is built for.
  Result<void> notes(const GElf_Phdr& header, const std::string& place) {
    Elf_Data* data = elf_getdata_rawchunk(elf_.get(), header.p_offset, header.p_filesz, ELF_T_NHDR);
    if (!data) return error(place, "the notes do not lie in the file", kDamaged);
    GElf_Nhdr note;
    std::size_t next = 0, name = 0, text = 0;
    for (std::size_t at = 0; (next = gelf_getnote(data, at, &note, &name, &text)) > 0; at = next) {
      const char* bytes = static_cast<const char*>(data->d_buf);
      const std::string_view owner(bytes + name, note.n_namesz);
      if (owner != std::string_view("Ringside", 9) || note.n_type != 1) continue;
      if (auto done = take_note({bytes + text, note.n_descsz}, place); !done) return done;
    }
    return {};
  }

  Result<void> take_note(std::string_view text, const std::string& place) {
    text = text.substr(0, text.find('\0'));
    constexpr std::size_t kMost = 64;
    if (text.empty() || text.size() > kMost || printable(text) != text)
      return error(place, "the Ringside note does not hold the name of an ISA variant",
                   "write it with the macro of guests/zisa/include/zisa.h");
    image_.note = text;
    return {};
  }

  Result<void> check_overlap() {
    auto& all = image_.segments;
    std::sort(all.begin(), all.end(), [](const Segment& a, const Segment& b) {
      return std::pair(a.address, a.end()) < std::pair(b.address, b.end());
    });
    for (std::size_t i = 1; i < all.size(); ++i)
      if (all[i].address < all[i - 1].end())
        return error(fmt::format("segment at {:#x}", all[i].address),
                     fmt::format("it overlaps the one at {:#x}..{:#x}", all[i - 1].address,
                                 all[i - 1].end()),
                     "correct the linker script");
    return {};
  }

  Result<void> check_entry() const {
    const u32 entry = image_.entry;
    const bool inside =
        std::any_of(image_.segments.begin(), image_.segments.end(),
                    [&](const Segment& s) { return entry >= s.address && entry < s.end(); });
    if (!inside)
      return error("ELF header", fmt::format("the entry {:#x} lies in no segment", entry),
                   "name the start symbol in the linker script (ENTRY), at its physical address");
    if (image_.machine == Machine::kRiscv && entry % 4 != 0)
      return error("ELF header", fmt::format("the entry {:#x} is not aligned to 4 bytes", entry),
                   "align the start symbol");
    return {};
  }

  /// A stripped file has no table of symbols; a table that cannot be read is an error.
  Result<void> sections() {
    constexpr u64 kCode = SHF_ALLOC | SHF_EXECINSTR;
    std::vector<Symbol> found;
    for (Elf_Scn* section = nullptr; (section = elf_nextscn(elf_.get(), section));) {
      GElf_Shdr header;
      if (!gelf_getshdr(section, &header))
        return error("ELF header", "the table of sections cannot be read", kDamaged);
      if (header.sh_type == SHT_SYMTAB && !table(section, header, found))
        return error("symbol table", "it does not lie in the file", kDamaged);
      if (header.sh_type == SHT_PROGBITS && (header.sh_flags & kCode) == kCode)
        add_code(image_.code, header.sh_addr, header.sh_offset, header.sh_size);
    }
    if (image_.code.empty()) image_.code = std::move(executable_);
    image_.symbols = SymbolTable(std::move(found), symbols_end_);
    return {};
  }

  bool table(Elf_Scn* section, const GElf_Shdr& header, std::vector<Symbol>& found) {
    Elf_Data* data = elf_getdata(section, nullptr);
    if (!data) return false;
    GElf_Sym symbol;
    for (int i = 0; gelf_getsym(data, i, &symbol); ++i)
      if (auto named = symbol_of(symbol, elf_strptr(elf_.get(), header.sh_link, symbol.st_name)))
        found.push_back(std::move(*named));
    return true;
  }

  /// Keeps what names a place in the program: no files, no sections, no constants, none of the
  /// marks by which tools tell code from data ($x) or number their own labels (.L1).
  static std::optional<Symbol> symbol_of(const GElf_Sym& symbol, const char* name) {
    const int type = GELF_ST_TYPE(symbol.st_info);
    const bool place = type == STT_NOTYPE || type == STT_OBJECT || type == STT_FUNC;
    const bool defined = symbol.st_shndx != SHN_UNDEF && symbol.st_shndx < SHN_LORESERVE;
    if (!place || !defined || !name || *name == '\0' || *name == '$') return std::nullopt;
    if (std::strncmp(name, ".L", 2) == 0) return std::nullopt;
    return Symbol{static_cast<u32>(symbol.st_value), static_cast<u32>(symbol.st_size),
                  printable(start_of(name)), type == STT_FUNC,
                  GELF_ST_BIND(symbol.st_info) == STB_GLOBAL};
  }

  Image& image_;
  u32 entry_ = 0;        // physical
  u64 symbols_end_ = 0;  // physical or virtual, whichever is higher
  std::vector<CodeRange> executable_;  // segments
  std::unique_ptr<Elf, int (*)(Elf*)> elf_{nullptr, elf_end};
};

}  // namespace

Result<Image> load_elf(std::vector<u8> bytes, const std::string& file) {
  if (auto header = check_elf_header(bytes, file); !header) return fail(header.error());
  Image image;
  image.file = file;
  image.bytes = std::move(bytes);
  if (auto read = Reader(image).read(); !read) return fail(read.error());
  return image;
}

}  // namespace ringside::loader
