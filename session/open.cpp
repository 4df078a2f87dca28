#include "session/open.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "base/nearest.hpp"
#include "cost/x86_prices.hpp"
#include "loader/boot_information.hpp"
#include "loader/elf.hpp"
#include "loader/file.hpp"
#include "loader/multiboot_header.hpp"
#include "session/catalogue.hpp"

namespace ringside::session {

namespace fs = std::filesystem;

namespace {

tl::unexpected<Error> usage(std::string place, std::string cause, std::string remedy) {
  return fail({Error::Kind::kUsage, "", std::move(place), std::move(cause), std::move(remedy)});
}

bool is_file(const std::string& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

constexpr std::size_t kMostGuests = 16;

constexpr u64 kSmallestRam = 1u << 20, kLargestRam = 1u << 30;

Result<void> check_memory(u64 bytes) {
  if (bytes >= kSmallestRam && bytes <= kLargestRam && bytes % kPageSize == 0) return {};
  return usage("--memory", "is not between 1M and 1G in whole pages", "give 16M, for example");
}

u64 zisa_memory(const Options& options) { return options.memory != 0 ? options.memory : kZisaMemory; }

Result<loader::BootInformation> boot_of(const Options& options, const loader::Image& image,
                                        const cost::Model& model) {
  return loader::BootInformation{static_cast<u32>(vmm::Vm::kRamBase),
                                 static_cast<u32>(zisa_memory(options)),
                                 options.append,
                                 image.begin(),
                                 static_cast<u32>(image.end()),
                                 static_cast<u32>(model[cost::Param::kFrequencyKhz]),
                                 1};
}

Result<void> check_paging(const Options& options) {
  const std::string& paging = options.paging;
  const auto strategy = find_strategy(options.strategy);
  if (!strategy) return fail(strategy.error());
  if (!paging.empty() && paging != "shadow" && paging != "nested")
    return usage("--paging " + paging, "no such paging", "use shadow or nested");
  if (paging == "nested" && !(*strategy)->hardware_assistance)
    return usage("--paging nested",
                 "needs hardware assistance, which --strategy " + options.strategy + " does not use",
                 "add --strategy hvm --isa zisa-h, or take shadow");
  if (options.nested_depth < 1 || options.nested_depth > 5)
    return usage("--nested-depth " + std::to_string(options.nested_depth), "is not between 1 and 5",
                 "give 4, for example");
  return {};
}

constexpr u32 kSmallestCache = 64, kLargestCache = 1u << 20, kMostCached = 4096;

Result<void> check_caches(const Options& options) {
  const u32 size = options.translation_cache;
  if (size < kSmallestCache || size > kLargestCache)
    return usage("--translation-cache", fmt::format("is not between {} and {}", kSmallestCache, kLargestCache),
                 "give 32768, for example");
  if (options.walk_cache > kMostCached || options.nested_tlb > kMostCached)
    return usage(options.walk_cache > kMostCached ? "--walk-cache" : "--nested-tlb",
                 fmt::format("is more than {}", kMostCached), "give 24, for example");
  return {};
}

Result<void> check_cpus(u64 cpus) {
  if (cpus == 1) return {};
  return usage("--cpus " + std::to_string(cpus), "this version simulates one CPU", "leave it out");
}

std::string_view last_part(std::string_view path) { return path.substr(path.rfind('/') + 1); }

bool is_elf(std::span<const u8> bytes) {
  constexpr std::array<u8, 4> kMagic = {0x7f, 'E', 'L', 'F'};
  return bytes.size() >= kMagic.size() && std::ranges::equal(bytes.first(kMagic.size()), kMagic);
}

// What a name that is none was meant to be, by its last part: people leave the folder out.
std::string guest_advice(const Options& options) {
  const auto names = guest_names(options.folders);
  if (names.empty()) return "build the guests, or give the path of an ELF file";
  std::vector<std::string_view> shorter(names.begin(), names.end());
  for (auto& name : shorter) name = last_part(name);
  const std::string_view meant = nearest(last_part(options.guest), shorter);
  const std::string list = "`ringside run --help` lists the bundled guests";
  if (meant.empty()) return "give the path of an ELF file; " + list;
  const auto named_so_in = [&](const std::string& folder) {
    std::string all;
    for (auto name = names.rbegin(); name != names.rend(); ++name)
      if (last_part(*name) == meant && name->starts_with(folder)) all += (all.empty() ? "" : " or ") + *name;
    return all;
  };
  const std::string there = named_so_in(options.guest.substr(0, options.guest.rfind('/') + 1));
  return "did you mean " + (there.empty() ? named_so_in("") : there) + "? " + list;
}

// "hello.s" that should have been assembled first.
Result<void> check_no_source(const std::string& path) {
  const std::string_view name = last_part(path);
  const bool source = name.size() > 2 && (name.ends_with(".s") || name.ends_with(".S"));
  if (!source) return {};
  const std::string program = path.substr(0, path.size() - 2);
  return fail({Error::Kind::kBadFile, path, "", "is a source, not a guest",
               "assemble it first: ringside asm " + path + " -o " + program});
}

}  // namespace

Result<void> check_options(const Options& options) {
  if (auto fits = check_paging(options); !fits) return fits;
  if (auto fits = check_caches(options); !fits) return fits;
  if (auto fits = check_cpus(options.cpus); !fits) return fits;
  return options.memory == 0 ? Result<void>() : check_memory(options.memory);
}

Result<std::string> find_guest(const Options& options) {
  if (options.guest.empty()) return usage("GUEST", "is empty", "name an ELF file or a bundled guest");
  if (is_file(options.guest)) return options.guest;
  for (const std::string& folder : options.folders)
    if (const std::string path = folder + "/" + options.guest; is_file(path)) return path;
  // Whatever else it is, reading it will tell.
  std::error_code error;
  if (fs::exists(options.guest, error)) return options.guest;
  return fail({Error::Kind::kBadFile, options.guest, "", "no such file or bundled guest",
               guest_advice(options)});
}

namespace {

// Whether an option that also takes names is meant as a file.
bool names_file(const std::string& path) {
  std::error_code error;
  return is_file(path) || (path.find('/') != std::string::npos && fs::exists(path, error));
}

}  // namespace

Result<loader::Image> load_guest(const Options& options) {
  const auto path = find_guest(options);
  if (!path) return fail(path.error());
  if (auto guest = check_no_source(*path); !guest) return fail(guest.error());
  auto bytes = loader::read_file(*path);
  if (!bytes) return fail(bytes.error());
  if (!is_elf(*bytes) && loader::read_multiboot_header(*bytes, *path))
    return loader::load_multiboot_file(std::move(*bytes), *path);
  return loader::load_elf(std::move(*bytes), *path);
}

bool is_x86_guest(const Options& options) {
  const auto image = load_guest(options);
  return image && image->machine == loader::Machine::k386;
}

Result<cpu::Variant> choose_variant(const Options& options, const loader::Image& image) {
  std::string name = options.isa;
  if (name.empty()) name = image.isa().empty() ? "zisa" : std::string(image.isa());
  if (auto variant = cpu::Variant::named(name)) return *variant;
  if (names_file(options.isa)) {
    auto bytes = loader::read_file(options.isa);
    if (!bytes) return fail(bytes.error());
    return cpu::Variant::parse({reinterpret_cast<const char*>(bytes->data()), bytes->size()},
                               options.isa);
  }
  return usage("--isa " + name, "no such ISA variant or file", "use zisa, zisa-v, zisa-h or a JSON file");
}

Result<cost::Model> load_model(const Options& options, bool x86) {
  if (!names_file(options.cost_model))
    return x86 ? cost::preset_for_x86(options.cost_model) : cost::preset(options.cost_model);
  auto bytes = loader::read_file(options.cost_model);
  if (!bytes) return fail(bytes.error());
  const std::string_view text(reinterpret_cast<const char*>(bytes->data()), bytes->size());
  return x86 ? cost::parse_for_x86(text, options.cost_model) : cost::Model::parse(text, options.cost_model);
}

Result<devices::Disk::Drives> open_drives(const Options& options, const std::string& guest_file) {
  std::vector<std::string> files = options.drives;
  if (files.empty() && is_file(guest_file + ".img")) files = {guest_file + ".img"};
  devices::Disk::Drives drives;
  if (files.size() > drives.size())
    return usage("--drive", "given more than twice", "there are two drives");
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (files[i] == "none") continue;
    auto bytes = loader::read_file(files[i]);
    if (!bytes) return fail(bytes.error());
    if (bytes->empty() || bytes->size() % devices::kSectorSize != 0)
      return fail({Error::Kind::kBadFile, files[i], "", fmt::format("its {} bytes are no disk image", bytes->size()),
                   fmt::format("a disk has whole sectors of {} bytes: make or copy the image again", devices::kSectorSize)});
    drives[i].emplace(std::make_shared<const std::vector<u8>>(std::move(*bytes)));
  }
  return drives;
}

namespace {

Result<std::bitset<zisa::kRowCount>> cured_rows(const Options& options) {
  std::bitset<zisa::kRowCount> rows;
  for (const std::string& name : options.cured) {
    const auto row = zisa::find_row(name);
    if (!row) return usage("cure", "no instruction " + name, "name a Z-ISA instruction");
    rows.set(*row);
  }
  return rows;
}

// Whether the machine has what the strategy needs.
Result<void> check_strategy(const Options& options, const cpu::Variant& variant) {
  const auto strategy = find_strategy(options.strategy);
  if (!strategy) return fail(strategy.error());
  if ((*strategy)->hardware_assistance && !variant.hardware_assistance)
    return usage("--strategy " + options.strategy, "needs hardware assistance, which " + variant.name + " has not",
                 "add --isa zisa-h");
  return {};
}

// A one-level table is 4 MiB, aligned to its size.
u64 vmm_extra(const Options& options) {
  return options.nested_depth == 1 ? 8u << 20 : 0;
}

Result<MadeDevices> chosen_devices(const Options& options, const loader::Image& image,
                                   const cost::Model& model) {
  auto drives = open_drives(options, image.file);
  if (!drives) return fail(drives.error());
  return MadeDevices{std::move(*drives), model[cost::Param::kDiskLatency]};
}

Result<vmm::GuestConfig> configure_guest(const Options& options, const loader::Image& image,
                                         const cost::Model& model, const MadeDevices* made) {
  auto devices = made ? Result<MadeDevices>(*made) : chosen_devices(options, image, model);
  if (!devices) return fail(devices.error());
  auto cured = cured_rows(options);
  if (!cured) return fail(cured.error());
  vmm::GuestConfig guest{zisa_memory(options), {}, *cured, 1, vmm_extra(options)};
  guest.platform.disk_latency = devices->disk_latency;
  guest.platform.input = options.input;
  guest.platform.drives = std::move(devices->drives);
  return guest;
}

constexpr u64 kKilohertzPerSlice = 1;  // a slice is a millisecond

Result<vmm::MachineConfig> configure(const Options& options, const std::vector<loader::Image>& images,
                                     const cost::Model& model, const MadeDevices* made) {
  if (auto fits = check_options(options); !fits) return fail(fits.error());
  auto variant = choose_variant(options, images.front());
  if (!variant) return fail(variant.error());
  if (auto served = check_strategy(options, *variant); !served) return fail(served.error());
  vmm::MachineConfig config{*variant, model, {}, options.virtual_time};
  config.assist = {options.vm_identifiers, options.walk_cache, options.nested_tlb};
  config.slice = model[cost::Param::kFrequencyKhz] * kKilohertzPerSlice;
  const auto guests = guests_of(options);
  for (std::size_t i = 0; i < guests.size(); ++i) {
    auto guest = configure_guest(guests[i], images[i], model, made);
    if (!guest) return fail(guest.error());
    config.guests.push_back(std::move(*guest));
  }
  return config;
}

Result<void> place(vmm::Machine& machine, std::size_t number, const Options& options,
                   const loader::Image& image, const cost::Model& model) {
  const auto boot = boot_of(options, image, model);
  auto block = loader::boot_information(*boot);
  if (!block) return fail(block.error());
  const u64 usable = zisa_memory(options) - kPageSize;
  if (auto fits = loader::check_fits(image, {vmm::Vm::kRamBase}, usable); !fits) return fits;
  vmm::Vm& vm = machine.vm(number);
  loader::place(image, [&](Gpa to, std::span<const u8> bytes) { vm.copy_in(to, bytes); });
  vm.copy_in(boot->address(), *block);
  machine.start({image.entry}, boot->address(), number);
  return {};
}

// Frames of one guest that an entry cannot hold would be frames of another.
Result<void> check_addresses(std::size_t guests, const HostMemory& memory) {
  const u64 needed = guests * memory.bytes_of_one;
  if (needed <= memory.limit) return {};
  constexpr u64 kMebibyte = 1u << 20;
  return usage("--memory",
               fmt::format("of {} guests and their VMM is {} MiB of host memory, of which page tables can address {}", guests,
                           (needed + kMebibyte - 1) / kMebibyte, memory.limit / kMebibyte),
               fmt::format("give less, or name {} guests at the most", memory.limit / memory.bytes_of_one));
}

}  // namespace

// Several VMs need a VMM that stands between them.
Result<void> check_together(const Options& options, const HostMemory& memory) {
  const std::size_t count = 1 + options.neighbours.size();
  if (count > kMostGuests)
    return usage("run", fmt::format("{} guests on one machine", count),
                 fmt::format("name {} at the most", kMostGuests));
  if (count > 1 && options.strategy == "bare")
    return usage("--strategy bare", "gives the whole machine to one guest",
                 "name one guest, or another strategy");
  if (auto fits = check_addresses(count, memory); !fits) return fits;
  if (mmu::Memory::available(count * memory.bytes_of_one)) return {};
  return usage("--memory",
               count == 1 ? "is more than this computer can give"
                          : "of all guests together is more than this computer can give",
               "give less, 16M for example");
}

std::vector<Options> guests_of(const Options& options) {
  std::vector<Options> guests{options};
  for (const Neighbour& each : options.neighbours) {
    guests.push_back(options);
    guests.back().guest = each.guest;
    guests.back().append = each.append;
    guests.back().input.clear();
  }
  for (Options& each : guests) each.neighbours.clear();
  return guests;
}

Result<std::unique_ptr<vmm::Machine>> make_machine(const Options& options, const std::vector<loader::Image>& images,
                                                   const MadeDevices* made) {
  const auto model = load_model(options);
  if (!model) return fail(model.error());
  return make_machine(options, images, *model, made);
}

Result<std::unique_ptr<vmm::Machine>> make_machine(const Options& options, const std::vector<loader::Image>& images,
                                                   const cost::Model& model, const MadeDevices* made) {
  for (const loader::Image& image : images)
    if (image.machine != loader::Machine::kRiscv)
      return fail({Error::Kind::kBadFile, image.file, "header", "is a guest for x86, which is not served here",
                   "give a guest for Z-ISA (RISC-V)"});
  auto config = configure(options, images, model, made);
  if (!config) return fail(config.error());
  auto strategy = make_strategy(options.strategy, options);
  if (!strategy) return fail(strategy.error());
  using Arch = vmm::ZisaArch;
  const HostMemory memory{Arch::host_memory_bytes(zisa_memory(options), vmm_extra(options)),
                          Arch::host_memory_limit(pages_nested(options))};
  if (auto fits = check_together(options, memory); !fits) return fail(fits.error());
  for (const loader::Image& image : images)
    if (auto fits = check_ported(options.strategy, image.paravirtual(), image.file); !fits)
      return fail(fits.error());
  auto machine = std::make_unique<vmm::Machine>(*config, std::move(*strategy));
  machine->log().keep(options.keep_events);
  machine->expect_input(options.more_input);
  const auto guests = guests_of(options);
  for (std::size_t i = 0; i < guests.size(); ++i)
    if (auto placed = place(*machine, i, guests[i], images[i], model); !placed)
      return fail(placed.error());
  return machine;
}

}  // namespace ringside::session
