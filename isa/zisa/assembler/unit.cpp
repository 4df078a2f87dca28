#include "isa/zisa/assembler/unit.hpp"

#include <fmt/format.h>

#include <array>

namespace ringside::zisa::assembler {

namespace {

// What a section of a usual name holds, where its directive does not say: the first row whose
// name begins the section's.
struct Usual {
  std::string_view name;
  bool allocated, writable, executable, nobits, note;
};
constexpr std::array kUsual = {
    Usual{".text", true, false, true, false, false},
    Usual{".rodata", true, false, false, false, false},
    Usual{".srodata", true, false, false, false, false},
    Usual{".data", true, true, false, false, false},
    Usual{".sdata", true, true, false, false, false},
    Usual{".bss", true, true, false, true, false},
    Usual{".sbss", true, true, false, true, false},
    Usual{".note", true, false, false, false, true},
};

// No name in a source can hold a colon.
std::string local_name(i64 n, u32 count) {
  return fmt::format("{}:{}", n, count);
}

}  // namespace

u32 Unit::symbol(std::string_view name) {
  const auto [entry, is_new] =
      symbol_numbers_.try_emplace(std::string(name), static_cast<u32>(symbols.size()));
  if (is_new) {
    Symbol fresh;
    fresh.name = name;
    fresh.hidden = name.starts_with(".L");
    symbols.push_back(std::move(fresh));
  }
  return entry->second;
}

std::optional<u32> Unit::find_symbol(std::string_view name) const {
  const auto found = symbol_numbers_.find(std::string(name));
  if (found == symbol_numbers_.end()) return std::nullopt;
  return found->second;
}

u32 Unit::local_symbol(i64 n, bool forward) {
  const auto found = local_counts_.find(n);
  const u32 count = found == local_counts_.end() ? 0 : found->second;
  const u32 number = symbol(local_name(n, count + forward));
  symbols[number].hidden = true;
  return number;
}

u32 Unit::next_local_symbol(i64 n) {
  const u32 number = symbol(local_name(n, ++local_counts_[n]));
  symbols[number].hidden = true;
  return number;
}

void Unit::define_label(std::string_view name, Place place) {
  Symbol& s = symbols[symbol(name)];
  if (s.kind != Symbol::Kind::kUndefined) {
    const Line& first = *s.defined.line;
    return error(
        place, fmt::format("'{}' is already defined", name.substr(0, 60)),
        fmt::format("the first definition is at {}:{}", files[first.file].name, first.number));
  }
  s.kind = Symbol::Kind::kLabel;
  s.location = here();
  s.defined = place;
}

void Unit::define_local_label(i64 n, Place place) {
  Symbol& s = symbols[next_local_symbol(n)];
  s.kind = Symbol::Kind::kLabel;
  s.location = here();
  s.defined = place;
}

u32 Unit::section_called(std::string_view name) {
  const auto [entry, is_new] =
      section_numbers_.try_emplace(std::string(name), static_cast<u32>(sections.size()));
  if (!is_new) return entry->second;
  Section fresh;
  fresh.name = name;
  for (const auto& usual : kUsual) {
    if (!name.starts_with(usual.name)) continue;
    fresh.allocated = usual.allocated, fresh.writable = usual.writable;
    fresh.executable = usual.executable, fresh.nobits = usual.nobits, fresh.note = usual.note;
    break;
  }
  if (fresh.executable) fresh.align = 4;
  sections.push_back(std::move(fresh));
  return entry->second;
}

void Unit::switch_to(u32 section) {
  previous = current;
  current = section;
}

bool Unit::room_for(u64 count, Place place) {
  const u64 used = section().nobits ? section().size : bytes;
  const u64 limit = section().nobits ? kMaxNobits : options.max_bytes;
  if (count <= limit && used + count <= limit) return true;
  error(place, fmt::format("more than {} bytes of output", limit),
        "check the counts of .space, .fill, .org and .rept");
  return false;
}

bool Unit::append(const u8* data, std::size_t size, Place place) {
  if (!room_for(size, place)) return false;
  Section& s = section();
  if (s.nobits) {
    for (std::size_t i = 0; i < size; ++i) {
      if (data[i] == 0) continue;
      error(place, fmt::format("section {} holds only zeros", s.name), "put this into .data");
      return false;
    }
  } else {
    s.bytes.insert(s.bytes.end(), data, data + size);
    bytes += size;
  }
  s.size += static_cast<u32>(size);
  return true;
}

bool Unit::append_fill(u64 count, u8 value, Place place) {
  if (!room_for(count, place)) return false;
  Section& s = section();
  if (s.nobits && value != 0) return append(&value, 1, place);
  if (!s.nobits) {
    s.bytes.insert(s.bytes.end(), static_cast<std::size_t>(count), value);
    bytes += count;
  }
  s.size += static_cast<u32>(count);
  return true;
}

bool Unit::append_word(u32 word, Place place) {
  std::array<u8, 4> data{};
  store_le(data.data(), word);
  return append(data.data(), data.size(), place);
}

bool Unit::append_stretch(Stretch stretch) {
  Section& s = section();
  if (s.nobits && (stretch.kind == Stretch::Kind::kBranch || stretch.word != 0)) {
    error(stretch.place, fmt::format("section {} holds only zeros", s.name), "put this into .data");
    return false;
  }
  stretch.offset = s.size;
  stretch.before = s.shift(static_cast<u32>(s.stretches.size()));
  s.stretches.push_back(stretch);
  return true;
}

}  // namespace ringside::zisa::assembler
