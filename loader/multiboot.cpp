#include "loader/multiboot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "loader/multiboot_header.hpp"
#include "loader/multiboot_information.hpp"

namespace ringside::loader {
namespace {

// Where QEMU has it.
constexpr u32 kInformation = 0x9000;

constexpr const char* kMoreMemory = "give the guest more memory with --memory";

/// Each step makes its part of the result.
class Preparation {
 public:
  Preparation(const Image& image, const MultibootOptions& options)
      : image_(image), options_(options), segments_(image.segments) {
    result_.entry = image.entry;
    result_.ebx = kInformation;
  }

  Result<Multiboot> run() {
    for (auto step : {&Preparation::header, &Preparation::ram, &Preparation::kernel,
                      &Preparation::modules, &Preparation::information})
      if (auto done = (this->*step)(); !done) return fail(done.error());
    return std::move(result_);
  }

 private:
  Result<void> error(std::string place, std::string cause, std::string remedy) const {
    return fail({Error::Kind::kBadFile, image_.file, std::move(place), std::move(cause),
                 std::move(remedy)});
  }

  /// Addresses in the multiboot header count more than those of ELF.
  Result<void> header() {
    const auto header = read_multiboot_header(image_.bytes, image_.file);
    if (!header) return fail(header.error());
    wants_mode_ = header->wants_mode;
    if (!header->addresses) return {};
    const auto segment = segment_of(*header, image_.bytes.size(), image_.file);
    if (!segment) return fail(segment.error());
    segments_ = {*segment};
    result_.entry = header->addresses->entry;
    return {};
  }

  Result<void> ram() {
    if (options_.ram_bytes > kHighRam) return {};
    return error("memory", "a PC needs more than 1 MiB", kMoreMemory);
  }

  Result<void> kernel() {
    for (const Segment& segment : segments_) {
      if (auto fits = check_place(segment); !fits) return fits;
      const auto data = image_.data(segment);
      const u64 lost = std::min<u64>(data.size(), bytes_in_rom(segment));
      if (lost < data.size())
        add(static_cast<u32>(segment.address + lost), {data.begin() + static_cast<std::ptrdiff_t>(lost), data.end()});
    }
    return {};
  }

  /// A segment that begins right below 1 MiB, as a linker makes one for the headers of a file linked at 1 MiB: on a PC
  /// what is written to the ROM there is lost. The headers may be a segment of their own.
  static u64 bytes_in_rom(const Segment& segment) {
    if (segment.address < kScreen || segment.address >= kHighRam) return 0;
    const bool goes_on = segment.end() > kHighRam, headers = segment.file_offset == 0;
    return goes_on || headers ? std::min<u64>(segment.end(), kHighRam) - segment.address : 0;
  }

  Result<void> check_place(const Segment& segment) const {
    const bool low = segment.address >= kLowRamBegin && segment.end() <= kLowRamEnd;
    const u64 kept = segment.address + bytes_in_rom(segment);
    const bool high = kept >= kHighRam && segment.end() <= options_.ram_bytes;
    const bool lost = kept == segment.end() && !holds_entry(segment);
    if (low || high || lost) return {};
    return error(fmt::format("segment at {:#x}", segment.address),
                 fmt::format("{:#x}..{:#x} is not all in RAM, {:#x}..{:#x} and {:#x}..{:#x}",
                             segment.address, segment.end(), kLowRamBegin, kLowRamEnd, kHighRam,
                             options_.ram_bytes),
                 segment.address >= kHighRam ? std::string(kMoreMemory) + ", or link it lower"
                                             : fmt::format("link the kernel at {:#x}", kHighRam));
  }

  bool holds_entry(const Segment& segment) const {
    return result_.entry >= segment.address && result_.entry < segment.end();
  }

  /// Behind the kernel, where it does not overwrite them before it has looked.
  Result<void> modules() {
    u64 at = std::max<u64>(kHighRam, segments_.back().end());
    for (const MultibootModule& module : options_.modules) {
      at = (at + kPageSize - 1) / kPageSize * kPageSize;
      const u64 end = at + module.bytes.size();
      if (end > options_.ram_bytes) return no_room(module, at);
      modules_.push_back({module.text, static_cast<u32>(at), static_cast<u32>(end)});
      if (!module.bytes.empty()) add(static_cast<u32>(at), module.bytes);
      at = end;
    }
    return {};
  }

  Result<void> no_room(const MultibootModule& module, u64 at) const {
    return error("module " + module.text,
                 fmt::format("its {} bytes do not fit between {:#x} and the end of RAM at {:#x}",
                             module.bytes.size(), at, options_.ram_bytes),
                 kMoreMemory);
  }

  Result<void> information() {
    auto bytes = multiboot_information(kInformation, options_.ram_bytes, command_line(), modules_, wants_mode_);
    if (auto room = check_room(u64{kInformation} + bytes.size()); !room) return room;
    add(kInformation, std::move(bytes));
    return {};
  }

  /// Of the kernel's path only the name: what a guest sees does not depend on the folder it lies
  /// in.
  std::string command_line() const {
    const std::string name = image_.file.substr(image_.file.find_last_of('/') + 1);
    return options_.command_line.empty() ? name : name + " " + options_.command_line;
  }

  Result<void> check_room(u64 end) const {
    if (end > kLowRamEnd)
      return error(
          "command line of the guest",
          fmt::format("with the texts of the modules it is {} bytes too long", end - kLowRamEnd),
          "shorten it");
    for (const Segment& segment : segments_)
      if (segment.address < end && segment.end() > kInformation)
        return error(fmt::format("segment at {:#x}", segment.address),
                     fmt::format("it lies where the multiboot information goes, {:#x}..{:#x}",
                                 kInformation, end),
                     fmt::format("link the kernel at {:#x}", kHighRam));
    return {};
  }

  void add(u32 address, std::vector<u8> bytes) {
    result_.parts.push_back({Gpa{address}, std::move(bytes)});
  }

  const Image& image_;
  const MultibootOptions& options_;
  std::vector<Segment> segments_;
  std::vector<PlacedModule> modules_;
  bool wants_mode_ = false;
  Multiboot result_;
};

}  // namespace

Result<Multiboot> prepare_multiboot(const Image& image, const MultibootOptions& options) {
  return Preparation(image, options).run();
}

}  // namespace ringside::loader
