#include "loader/multiboot_header.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/bits.hpp"

namespace ringside::loader {
namespace {

constexpr u32 kMagic = 0x1BADB002;
constexpr std::size_t kSearched = 8192;  // bytes
constexpr std::size_t kShortest = 12;    // magic, flags, checksum
constexpr std::size_t kWithAddresses = 32;

// Flags: a kernel can demand what bits 0 to 15 say; the others are offers to the loader.
constexpr u32 kPageAlign = 1u << 0, kMemory = 1u << 1, kVideo = 1u << 2;
constexpr u32 kDemands = 0xFFFF, kKnown = kPageAlign | kMemory | kVideo;
constexpr u32 kAddresses = 1u << 16;

constexpr std::size_t kMode = 32, kWithMode = 48;  // type, width, height and depth
constexpr u32 kTextType = 1, kColumns = 80, kRows = 25;

constexpr const char* kPlace = "multiboot header";

tl::unexpected<Error> refuse(const std::string& file, std::string cause, std::string remedy) {
  return fail({Error::Kind::kBadFile, file, kPlace, std::move(cause), std::move(remedy)});
}

bool is_header(std::span<const u8> bytes, std::size_t at) {
  const u32 magic = load_le<u32>(&bytes[at]), flags = load_le<u32>(&bytes[at + 4]);
  return magic == kMagic && magic + flags + load_le<u32>(&bytes[at + 8]) == 0;
}

std::optional<std::size_t> find(std::span<const u8> bytes) {
  const std::size_t end = std::min(bytes.size(), kSearched);
  for (std::size_t at = 0; at + kShortest <= end; at += 4)
    if (is_header(bytes, at)) return at;
  return std::nullopt;
}

MultibootAddresses read_addresses(const u8* at) {
  const auto word = [at](int i) { return load_le<u32>(at + 12 + 4 * i); };
  return {word(0), word(1), word(2), word(3), word(4)};
}

/// A kernel may ask for the text mode that there is: "no preference" is 0 in each of the words (specification 3.1.4).
Result<void> check_mode(std::span<const u8> header, const std::string& file) {
  if (header.size() < kWithMode) return refuse(file, "the file ends within it", "build or copy the file again");
  const auto word = [&](std::size_t i) { return load_le<u32>(&header[kMode + 4 * i]); };
  const u32 type = word(0), width = word(1), height = word(2), depth = word(3);
  const auto is = [](u32 wanted, u32 there) { return wanted == 0 || wanted == there; };
  const bool text = type == kTextType && is(width, kColumns) && is(height, kRows) && depth == 0;
  const bool any = type == 0 && is(width, kColumns) && is(height, kRows) && depth == 0;
  if (text || any) return {};
  return refuse(file, fmt::format("it demands a video mode (flag 2: {} {}x{}, depth {}), and there is only text of {}x{}",
                                  type == kTextType ? "text" : "graphics", width, height, depth, kColumns, kRows),
                "build the kernel without that demand");
}

}  // namespace

Result<MultibootHeader> read_multiboot_header(std::span<const u8> bytes, const std::string& file) {
  const auto at = find(bytes);
  if (!at)
    return refuse(
        file, fmt::format("there is none in the first {} bytes", kSearched),
        "give a kernel with a multiboot 1 header: ringside starts x86 kernels by it alone");
  const u32 flags = load_le<u32>(&bytes[*at + 4]);
  if (flags & kVideo)
    if (auto mode = check_mode(bytes.subspan(*at), file); !mode) return fail(mode.error());
  if (const u32 unknown = flags & kDemands & ~kKnown)
    return refuse(file, fmt::format("it demands what we do not know (flags {:#x})", unknown),
                  "build the kernel with flags 0 to 2 at most");
  MultibootHeader header{static_cast<u32>(*at), std::nullopt, (flags & kVideo) != 0};
  if (!(flags & kAddresses)) return header;
  if (bytes.size() - *at < kWithAddresses)
    return refuse(file, "the file ends within it", "build or copy the file again");
  header.addresses = read_addresses(&bytes[*at]);
  return header;
}

Result<Segment> segment_of(const MultibootHeader& header, std::size_t size,
                           const std::string& file) {
  const MultibootAddresses& a = *header.addresses;
  const auto contradiction = [&](const char* cause) {
    return refuse(file, cause, "correct the addresses behind flag 16");
  };
  // The bytes to load begin as far before the header in the file as they do in memory.
  const u32 before = a.header - a.load;
  if (a.header < a.load || before > header.offset)
    return contradiction("the load address does not lie in the file");
  Segment segment;
  segment.address = a.load;
  segment.file_offset = header.offset - before;
  const u64 rest = size - segment.file_offset;
  const u64 wanted = a.load_end != 0 ? u64{a.load_end} - a.load : rest;
  if (a.load_end != 0 && a.load_end < a.load)
    return contradiction("the load end lies before the load address");
  if (wanted > rest) return contradiction("the load end lies beyond the file");
  if (a.bss_end != 0 && a.bss_end < a.load + wanted)
    return contradiction("the bss ends before the loaded bytes do");
  segment.file_size = static_cast<u32>(wanted);
  segment.memory_size = a.bss_end != 0 ? a.bss_end - a.load : segment.file_size;
  segment.executable = true;
  if (segment.end() > u64{1} << 32) return contradiction("the kernel ends above 4 GiB");
  if (a.entry < segment.address || a.entry >= segment.end())
    return contradiction("the entry does not lie in what is loaded");
  return segment;
}

Result<Image> load_multiboot_file(std::vector<u8> bytes, const std::string& file) {
  const auto header = read_multiboot_header(bytes, file);
  if (!header) return fail(header.error());
  if (!header->addresses)
    return refuse(file, "it gives no addresses (flag 16), and the file is no ELF file",
                  "link the kernel as an ELF executable, or give the addresses");
  const auto segment = segment_of(*header, bytes.size(), file);
  if (!segment) return fail(segment.error());
  Image image;
  image.file = file;
  image.machine = Machine::k386;
  image.entry = header->addresses->entry;
  image.segments = {*segment};
  if (segment->file_size != 0)
    image.code = {{segment->address, segment->file_size, segment->file_offset}};
  image.bytes = std::move(bytes);
  return image;
}

}  // namespace ringside::loader
