#include "isa/x86_change.hpp"

#include <fmt/format.h>

#include <sstream>

#include "base/bits.hpp"

namespace ringside::test {
namespace {

constexpr std::string_view kNames[] = {"eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"};

u32 number(std::string_view text) {
  return static_cast<u32>(std::stoul(std::string(text), nullptr, 16));
}

void set(Flat& flat, std::string_view name, u32 value) {
  if (name == "flags") flat.eflags = value | x86::flag::kOne;
  if (name == "cpl") flat.cpl = static_cast<u8>(value);
  if (name.front() == '[') store_le(flat.byte(number(name.substr(1))), value);
  for (unsigned i = 0; i < x86::kGprs; ++i)
    if (name == kNames[i]) flat.r[i] = value;
}

std::string vector_name(u8 vector) {
  constexpr std::string_view kVectors[] = {"DE", "DB", "NMI", "BP", "OF", "BR", "UD", "NM", "DF",
                                           "9",  "TS", "NP",  "SS", "GP", "PF", "15", "MF", "AC"};
  return vector < std::size(kVectors) ? fmt::format("#{}", kVectors[vector])
                                      : fmt::format("#{:x}", vector);
}

}  // namespace

Flat flat_from(std::string_view text, std::string_view code) {
  Flat flat;
  flat.eip = kCode;
  flat.r[x86::kEsp] = 0x9000, flat.r[x86::kEsi] = 0x8000, flat.r[x86::kEdi] = 0x8100;
  std::istringstream settings{std::string(text)}, bytes{std::string(code)};
  for (std::string word; settings >> word;) {
    const auto equals = word.find('=');
    set(flat, word.substr(0, equals), number(word.substr(equals + 1)));
  }
  u32 at = 0;
  for (std::string byte; bytes >> byte;) flat.code[at++] = static_cast<u8>(number(byte));
  return flat;
}

std::string change(const Flat& before, const Flat& after, std::optional<u8> vector, u32 length) {
  std::string text;
  const auto add = [&](const std::string& name, u32 value) {
    text += fmt::format(" {}={:x}", name, value);
  };
  for (unsigned i = 0; i < x86::kGprs; ++i)
    if (before.r[i] != after.r[i]) add(std::string(kNames[i]), after.r[i]);
  if (before.eflags != after.eflags) add("flags", after.eflags & ~x86::flag::kOne);
  for (u32 at = 0; at < kDataBytes; at += 4) {
    const u32 value = load_le<u32>(&after.data[at]);
    if (value != load_le<u32>(&before.data[at])) add(fmt::format("[{:x}]", kData + at), value);
  }
  for (u32 i = 0; i + 2 < after.written_to_ports.size(); i += 3)
    add(fmt::format("port{:x}", after.written_to_ports[i]), after.written_to_ports[i + 2]);
  if (vector)
    text += " " + vector_name(*vector);
  else if (after.eip != before.eip + length)
    add("eip", after.eip);
  return text.empty() ? "" : text.substr(1);
}

}  // namespace ringside::test
