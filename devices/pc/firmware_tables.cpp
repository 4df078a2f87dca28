#include "devices/pc/firmware_tables.hpp"

#include <numeric>
#include <string_view>

#include "devices/pc/io_apic.hpp"
#include "devices/pc/local_apic.hpp"

namespace ringside::devices {
namespace {

constexpr u32 kBda = 0x400, kEbda = kBaseMemoryKiB * 1024, kPointer = 0xF5A00,
              kTable = kPointer + 0x10;
constexpr u8 kIsaBus = 0, kIoApicId = 0, kAllApics = 0xff;
constexpr u8 kIsaIrqs = 16, kCascade = 2;

/// Bytes one behind the other, numbers with the low byte first.
class Writer {
 public:
  Writer& u8s(std::initializer_list<u32> values) {
    for (u32 value : values) bytes_.push_back(static_cast<u8>(value));
    return *this;
  }
  Writer& word(u32 value) { return u8s({value, value >> 8}); }
  Writer& dword(u32 value) { return word(value).word(value >> 16); }
  Writer& text(std::string_view text) {
    bytes_.insert(bytes_.end(), text.begin(), text.end());
    return *this;
  }

  /// Makes the sum of all bytes 0 by the one at `at`.
  std::vector<u8> checked(std::size_t at) {
    bytes_[at] = static_cast<u8>(-std::accumulate(bytes_.begin(), bytes_.end(), 0));
    return bytes_;
  }
  std::size_t size() const { return bytes_.size(); }
  std::vector<u8> bytes() const { return bytes_; }

 private:
  std::vector<u8> bytes_;
};

void put(std::vector<u8>& bytes, std::size_t at, u32 value, unsigned size = 1) {
  for (unsigned i = 0; i < size; ++i) bytes[at + i] = static_cast<u8>(value >> (8 * i));
}

/// Section 4.1. Feature byte 2 is 0: virtual wire mode, no IMCR.
std::vector<u8> floating_pointer() {
  return Writer().text("_MP_").dword(kTable).u8s({1, 4, 0, 0, 0, 0, 0, 0}).checked(10);
}

/// The entries, each with the count of them (section 4.3): processors, bus, I/O APIC, interrupts.
u32 processors(Writer& out, unsigned cpus) {
  constexpr u32 kUsable = 1, kBootstrap = 2, kSignature = 0x0633, kFeatures = 1 << 9;  // APIC
  for (unsigned i = 0; i < cpus; ++i) {
    out.u8s({0, i, 0x14, kUsable | (i == 0 ? kBootstrap : 0)});
    out.dword(kSignature).dword(kFeatures).dword(0).dword(0);
  }
  return cpus;
}

u32 bus_and_io_apic(Writer& out) {
  out.u8s({1, kIsaBus}).text("ISA   ");
  out.u8s({2, kIoApicId, IoApic::kVersion, 1}).dword(IoApic::kBase);
  return 2;
}

u32 io_interrupts(Writer& out) {
  for (u32 irq = 0; irq < kIsaIrqs; ++irq)
    if (irq != kCascade)
      out.u8s({3, 0, 0, 0, kIsaBus, irq, kIoApicId, irq == 0 ? u32{kCascade} : irq});
  return kIsaIrqs - 1;
}

/// LINT0 is ExtINT of the 8259s at the first CPU, LINT1 the NMI of all.
u32 local_interrupts(Writer& out) {
  out.u8s({4, 3, 0, 0, kIsaBus, 0, 0, 0});
  out.u8s({4, 1, 0, 0, kIsaBus, 0, kAllApics, 1});
  return 2;
}

std::vector<u8> configuration_table(unsigned cpus) {
  Writer entries;
  const u32 count = processors(entries, cpus) + bus_and_io_apic(entries) + io_interrupts(entries) +
                    local_interrupts(entries);
  Writer table;
  table.text("PCMP").word(static_cast<u32>(44 + entries.size())).u8s({4, 0});
  table.text("RINGSIDE").text("PC          ").dword(0).word(0).word(count);
  table.dword(LocalApic::kDefaultBase).dword(0);
  const auto bytes = entries.bytes();
  table.text({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  return table.checked(7);
}

std::vector<u8> bios_data_area(unsigned drives) {
  std::vector<u8> bda(0x100);
  put(bda, 0x00, 0x3F8, 2);  // COM1
  put(bda, 0x0E, kEbda >> 4, 2);
  put(bda, 0x10, 0x0222, 2);  // equipment: one serial port, 80x25 colour, coprocessor
  put(bda, 0x13, kBaseMemoryKiB, 2);
  for (u32 at : {0x1A, 0x1C, 0x80}) put(bda, at, 0x1E, 2);  // keyboard buffer, empty
  put(bda, 0x82, 0x3E, 2);
  put(bda, 0x49, 3);  // video mode: text, 80 columns
  put(bda, 0x4A, 80, 2);
  put(bda, 0x4C, 0x1000, 2);  // bytes of a page
  put(bda, 0x60, 0x0607, 2);  // cursor's lines
  put(bda, 0x63, 0x3D4, 2);   // CRT controller
  put(bda, 0x75, drives);
  put(bda, 0x84, 24);     // rows less one
  put(bda, 0x85, 16, 2);  // lines of a character
  return bda;
}

/// The first byte is its size in KiB.
std::vector<u8> extended_bios_data_area() {
  std::vector<u8> ebda{1};
  ebda.resize(16);
  const auto pointer = floating_pointer();
  ebda.insert(ebda.end(), pointer.begin(), pointer.end());
  return ebda;
}

std::vector<u8> boot_gdt() {
  Writer gdt;
  gdt.dword(0).dword(0).dword(0x0000FFFF).dword(0x00CF9A00).dword(0x0000FFFF).dword(0x00CF9200);
  return gdt.bytes();
}

}  // namespace

std::vector<Blob> firmware_tables(unsigned cpus, unsigned drives) {
  return {{Gpa{kBda}, bios_data_area(drives)},
          {Gpa{kEbda}, extended_bios_data_area()},
          {Gpa{kPointer}, floating_pointer()},
          {Gpa{kTable}, configuration_table(cpus)},
          {Gpa{kBootGdt}, boot_gdt()}};
}

}  // namespace ringside::devices
