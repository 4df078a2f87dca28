// The program as an ELF32 executable (System V ABI, chapters 4 and 5; RISC-V ELF psABI).
#include <algorithm>
#include <string>

#include "base/bits.hpp"
#include "isa/zisa/assembler/assembler.hpp"

namespace ringside::zisa {

namespace {

constexpr u32 kHeaderSize = 52, kProgramHeaderSize = 32, kSectionHeaderSize = 40, kSymbolSize = 16;
constexpr u16 kExecutable = 2, kRiscv = 243, kAbsolute = 0xfff1;
constexpr u32 kLoad = 1, kNote = 4;  // segments
constexpr u32 kProgbits = 1, kSymtab = 2, kStrtab = 3, kNoteSection = 7, kNobits = 8;
constexpr u32 kWrite = 1, kAlloc = 2, kExec = 4;  // flags of sections

using Section = Assembly::Section;

struct Segment {
  u32 type = kLoad;
  u32 first = 0, last = 0;  // sections, the last one excluded
  u32 offset = 0;           // in the file
  bool writable = false, executable = false;
};

u32 align_up(u64 n, u32 align) {
  return static_cast<u32>((n + align - 1) / align * align);
}

class Writer {
 public:
  explicit Writer(const Assembly& assembly) : a_(assembly), offsets_(a_.sections.size()) {}

  std::vector<u8> run() {
    find_segments();
    file_.resize(kHeaderSize + segments_.size() * kProgramHeaderSize);
    for (Segment& s : segments_)
      if (s.type == kLoad) write_segment(s);
    for (u32 i = 0; i < a_.sections.size(); ++i)
      if (!a_.sections[i].allocated) offsets_[i] = append(a_.sections[i].bytes);
    const auto symbols = write_symbols();
    write_section_headers(symbols);
    write_header();
    for (u32 i = 0; i < segments_.size(); ++i) write_program_header(i);
    return std::move(file_);
  }

 private:
  template <class T>
  void put(T value) {
    file_.resize(file_.size() + sizeof value);
    store_le(&file_[file_.size() - sizeof value], value);
  }
  // Several numbers of 32 bits, for the headers that consist of nothing else.
  void put_words(std::initializer_list<u32> words) {
    for (const u32 word : words) put(word);
  }
  void set_words(u32 at, std::initializer_list<u32> words) {
    for (const u32 word : words) store_le(&file_[at], word), at += 4;
  }

  u32 append(const std::vector<u8>& bytes) {
    file_.resize(align_up(file_.size(), 4));
    const u32 offset = static_cast<u32>(file_.size());
    file_.insert(file_.end(), bytes.begin(), bytes.end());
    return offset;
  }

  // Neighbours that are used alike are loaded together; notes are announced on their own, too.
  void find_segments() {
    for (u32 i = 0; i < a_.sections.size(); ++i) {
      const Section& s = a_.sections[i];
      if (!s.allocated || s.size == 0) continue;
      Segment* last = segments_.empty() ? nullptr : &segments_.back();
      const bool joins =
          last && last->writable == s.writable && (s.writable || last->executable == s.executable);
      if (!joins) segments_.push_back({kLoad, i, i + 1, 0, s.writable, s.executable});
      segments_.back().last = i + 1;
      segments_.back().executable |= s.executable;
    }
    for (u32 i = 0; i < a_.sections.size(); ++i)
      if (a_.sections[i].note && a_.sections[i].allocated && a_.sections[i].size != 0)
        segments_.push_back({kNote, i, i + 1, 0, false, false});
  }

  // A segment lies in the file as in memory; its place within a page is the same in both.
  void write_segment(Segment& segment) {
    const u32 start = a_.sections[segment.first].address;
    segment.offset = align_up(file_.size(), kPageSize) + (start & kPageMask);
    for (u32 i = segment.first; i < segment.last; ++i) {
      const Section& s = a_.sections[i];
      offsets_[i] = segment.offset + (s.address - start);
      if (s.bytes.empty()) continue;
      file_.resize(offsets_[i]);
      file_.insert(file_.end(), s.bytes.begin(), s.bytes.end());
    }
  }

  struct Tables {
    u32 symbols, symbol_count, locals, names, names_size;
  };

  // ELF wants local symbols before global ones; the first is always empty.
  Tables write_symbols() {
    std::string names(1, '\0');
    std::vector<u8> table(kSymbolSize);
    u32 locals = 1, count = 1;
    for (const bool global : {false, true}) {
      for (const auto& symbol : a_.symbols) {
        if ((symbol.global || symbol.weak) != global) continue;
        write_symbol(table, symbol, static_cast<u32>(names.size()));
        names += symbol.name;
        names += '\0';
        ++count;
        if (!global) ++locals;
      }
    }
    const u32 at = append(table);
    const u32 names_at = append({names.begin(), names.end()});
    return {at, count, locals, names_at, static_cast<u32>(names.size())};
  }

  static void write_symbol(std::vector<u8>& table, const Assembly::Symbol& symbol, u32 name) {
    const std::size_t at = table.size();
    table.resize(at + kSymbolSize);
    const u8 binding = symbol.weak ? 2 : symbol.global ? 1 : 0;
    store_le(&table[at], name);
    store_le(&table[at + 4], symbol.value);
    store_le(&table[at + 8], symbol.size);
    table[at + 12] = static_cast<u8>(binding << 4 | static_cast<u8>(symbol.type));
    const u32 section = symbol.section ? *symbol.section + 1 : kAbsolute;
    store_le(&table[at + 14], static_cast<u16>(section));
  }

  void write_section_headers(const Tables& t) {
    std::string names(1, '\0');
    std::vector<u32> starts;
    const auto name = [&](const std::string& text) {
      starts.push_back(static_cast<u32>(names.size()));
      names += text + '\0';
    };
    for (const Section& s : a_.sections) name(s.name);
    for (const auto* own : {".symtab", ".strtab", ".shstrtab"}) name(own);
    const u32 names_at = append({names.begin(), names.end()});
    file_.resize(align_up(file_.size(), 4));
    section_headers_ = static_cast<u32>(file_.size());
    put_words({0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
    const u32 n = static_cast<u32>(a_.sections.size());
    for (u32 i = 0; i < n; ++i) section_header(i, starts[i]);
    put_words({starts[n], kSymtab, 0, 0, t.symbols, t.symbol_count * kSymbolSize, n + 2, t.locals,
               4, kSymbolSize});
    put_words({starts[n + 1], kStrtab, 0, 0, t.names, t.names_size, 0, 0, 1, 0});
    put_words({starts[n + 2], kStrtab, 0, 0, names_at, static_cast<u32>(names.size()), 0, 0, 1, 0});
  }

  void section_header(u32 i, u32 name) {
    const Section& s = a_.sections[i];
    const u32 type = s.nobits ? kNobits : s.note ? kNoteSection : kProgbits;
    const u32 flags =
        (s.writable ? kWrite : 0) | (s.allocated ? kAlloc : 0) | (s.executable ? kExec : 0);
    put_words({name, type, flags, s.address, offsets_[i], s.size, 0, 0, s.align, 0});
  }

  void write_program_header(u32 number) {
    const Segment& segment = segments_[number];
    const Section& first = a_.sections[segment.first];
    const Section& last = a_.sections[segment.last - 1];
    const u32 offset = segment.type == kLoad ? segment.offset : offsets_[segment.first];
    u32 in_file = 0;
    for (u32 i = segment.first; i < segment.last; ++i)
      if (!a_.sections[i].bytes.empty())
        in_file = a_.sections[i].address + a_.sections[i].size - first.address;
    const u32 flags = 4u | (segment.writable ? 2u : 0u) | (segment.executable ? 1u : 0u);
    set_words(kHeaderSize + number * kProgramHeaderSize,
              {segment.type, offset, first.address, first.address, in_file,
               last.address + last.size - first.address, flags,
               segment.type == kLoad ? kPageSize : first.align});
  }

  void write_header() {
    const u8 ident[16] = {0x7f, 'E', 'L', 'F', 1 /* 32 bits */, 1 /* little-endian */, 1};
    std::copy(std::begin(ident), std::end(ident), file_.begin());
    const auto half = [&](u32 at, u32 value) { store_le(&file_[at], static_cast<u16>(value)); };
    half(16, kExecutable);
    half(18, kRiscv);
    set_words(20, {1, a_.entry, segments_.empty() ? 0 : kHeaderSize, section_headers_, 0});
    half(40, kHeaderSize);
    half(42, kProgramHeaderSize);
    half(44, static_cast<u32>(segments_.size()));
    half(46, kSectionHeaderSize);
    half(48, static_cast<u32>(a_.sections.size()) + 4);
    half(50, static_cast<u32>(a_.sections.size()) + 3);
  }

  const Assembly& a_;
  std::vector<u8> file_;
  std::vector<Segment> segments_;
  std::vector<u32> offsets_;  // of sections in the file
  u32 section_headers_ = 0;
};

}  // namespace

std::vector<u8> Assembly::elf() const {
  return Writer(*this).run();
}

}  // namespace ringside::zisa
