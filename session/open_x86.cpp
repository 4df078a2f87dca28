#include "session/open_x86.hpp"

#include <algorithm>
#include <filesystem>

#include "loader/file.hpp"
#include "loader/multiboot.hpp"
#include "session/catalogue.hpp"

namespace ringside::session {

namespace {

tl::unexpected<Error> usage(std::string place, std::string cause, std::string remedy) {
  return fail({Error::Kind::kUsage, "", std::move(place), std::move(cause), std::move(remedy)});
}

u64 ram_of(const Options& options) { return options.memory != 0 ? options.memory : kX86Memory; }

Result<const x86::CpuModel*> choose_model(const Options& options) {
  if (options.cpu_model.empty()) return &x86::default_model();
  if (const auto* model = x86::find_model(options.cpu_model)) return model;
  return usage("--cpu " + options.cpu_model, "no such CPU model", "use i486, pentium or i686");
}

Result<std::unique_ptr<x86::Strategy>> choose_strategy(const Options& options) {
  const auto info = find_strategy(options.strategy);
  if (!info) return fail(info.error());
  if ((*info)->make_x86) return (*info)->make_x86(options);
  return usage("--strategy " + options.strategy, "does not serve x86 in this version", "use --strategy bare");
}

Result<void> check_isa(const Options& options, const loader::Image& image) {
  if (image.machine != loader::Machine::k386)
    return fail({Error::Kind::kBadFile, image.file, "header", "is a guest for Z-ISA, beside one for x86",
                 "run guests of one ISA on one machine"});
  if (options.isa.empty() || options.isa == kX86) return {};
  return fail({Error::Kind::kBadFile, image.file, "header", "is a guest for x86, and --isa is " + options.isa,
               "leave --isa out, or give a guest for Z-ISA (RISC-V)"});
}

Result<MadeDevices> open_pc_devices(const Options& options, const loader::Image& image, const cost::Model& model) {
  auto drives = open_drives(options, image.file);
  if (!drives) return fail(drives.error());
  return MadeDevices{std::move(*drives), model[cost::Param::kDiskLatency]};
}

Result<std::bitset<x86::kRowCount>> cured_rows(const Options& options) {
  std::bitset<x86::kRowCount> rows;
  for (const std::string& name : options.cured) {
    const auto row = std::ranges::find(x86::kRows, name, &x86::RowInfo::name);
    if (row == x86::kRows.end()) return usage("cure", "no instruction " + name, "name an instruction of x86");
    rows.set(static_cast<std::size_t>(row - x86::kRows.begin()));
  }
  return rows;
}

Result<x86::GuestConfig> configure_guest(const Options& options, const loader::Image& image, const cost::Model& model,
                                         const MadeParts* made) {
  auto devices = made ? Result<MadeDevices>(made->devices) : open_pc_devices(options, image, model);
  if (!devices) return fail(devices.error());
  const auto cured = cured_rows(options);
  if (!cured) return fail(cured.error());
  x86::GuestConfig guest;
  guest.cured = *cured;
  guest.ram_bytes = ram_of(options);
  guest.platform.ram_bytes = guest.ram_bytes;
  guest.platform.frequency_khz = model[cost::Param::kFrequencyKhz];
  guest.platform.disk_latency = devices->disk_latency;
  guest.platform.drives = std::move(devices->drives);
  guest.platform.input = options.input;
  guest.platform.keyboard_input = options.keyboard_input;
  return guest;
}

// "FILE" or "FILE:ARGUMENTS"; a colon can be part of a file's name as well. The kernel is told the name and, behind a
// blank, the arguments, as QEMU does.
Result<loader::MultibootModule> read_module(const std::string& given) {
  std::error_code error;
  const bool whole = std::filesystem::is_regular_file(given, error);
  const std::size_t colon = whole ? std::string::npos : given.find(':');
  const std::string file = given.substr(0, colon);
  if (file.empty()) return usage("--module " + given, "names no file", "write FILE or FILE:ARGUMENTS");
  auto bytes = loader::read_file(file);
  if (!bytes) return fail(bytes.error());
  const std::string arguments = colon == std::string::npos ? "" : given.substr(colon + 1);
  return loader::MultibootModule{arguments.empty() ? file : file + " " + arguments, std::move(*bytes)};
}

Result<std::vector<loader::MultibootModule>> read_modules(const Options& options) {
  std::vector<loader::MultibootModule> modules;
  for (const std::string& given : options.modules) {
    auto module = read_module(given);
    if (!module) return fail(module.error());
    modules.push_back(std::move(*module));
  }
  return modules;
}

// Flat code and data segments, as the multiboot specification has them (section 3.2), with QEMU's selectors. It leaves
// tables and stack undefined; kernels that never set theirs up run on QEMU none the less, by a GDT in its firmware, the
// vectors of real mode and a stack below the boot information.
x86::State first_state(const loader::Multiboot& boot) {
  using namespace x86;
  constexpr u32 kFlat = rights::kS | rights::kPresent | rights::kBig | rights::kGranular | rights::kAccessed;
  const Segment data{0x10, 0, ~u32{0}, kFlat | rights::kWritable};
  State state;
  state.seg.fill(data);
  state.segment(Seg::kCs) = {0x08, 0, ~u32{0}, kFlat | rights::kCode | rights::kReadable};
  state.cr0 |= cr0::kPe;
  state.eip = boot.entry;
  state.r[kEax] = boot.eax;
  state.r[kEbx] = boot.ebx;
  state.r[kEsp] = 0x6f08;
  state.gdtr = {devices::kBootGdt, devices::kBootGdtBytes - 1};
  state.idtr = {0, 0x3ff};
  return state;
}

Result<void> place(x86::Machine& machine, std::size_t number, const Options& options, const loader::Image& image) {
  auto modules = read_modules(options);
  if (!modules) return fail(modules.error());
  const auto boot = loader::prepare_multiboot(image, {ram_of(options), options.append, std::move(*modules)});
  if (!boot) return fail(boot.error());
  for (const auto& part : boot->parts) machine.vm(number).copy_in(part.address, part.bytes);
  machine.start_from(first_state(*boot), number);
  return {};
}

Result<x86::MachineConfig> configure(const Options& options, const std::vector<loader::Image>& images,
                                     const x86::CpuModel& cpu, const cost::Model& model, const MadeParts* made) {
  x86::MachineConfig config{cpu, model, {}, options.virtual_time};
  config.assist = {options.vm_identifiers, options.walk_cache, options.nested_tlb};
  config.slice = model[cost::Param::kFrequencyKhz];  // a millisecond
  const auto guests = guests_of(options);
  for (std::size_t i = 0; i < guests.size(); ++i) {
    if (auto fits = check_isa(options, images[i]); !fits) return fail(fits.error());
    if (auto fits = check_ported(options.strategy, images[i].paravirtual(), images[i].file); !fits) return fail(fits.error());
    auto guest = configure_guest(guests[i], images[i], model, made);
    if (!guest) return fail(guest.error());
    config.guests.push_back(std::move(*guest));
  }
  return config;
}

}  // namespace

Result<std::unique_ptr<x86::Machine>> make_x86_machine(const Options& options, const std::vector<loader::Image>& images,
                                                       const MadeParts* made) {
  const auto model = load_model(options, true);
  if (!model) return fail(model.error());
  return make_x86_machine(options, images, *model, made);
}

Result<std::unique_ptr<x86::Machine>> make_x86_machine(const Options& options, const std::vector<loader::Image>& images,
                                                       const cost::Model& model, const MadeParts* made) {
  const auto cpu = choose_model(options);
  if (!cpu) return fail(cpu.error());
  auto strategy = made && made->strategy ? made->strategy->clone() : choose_strategy(options);
  if (!strategy) return fail(strategy.error());
  const HostMemory memory{x86::Arch::host_memory_bytes(ram_of(options), 0), x86::Arch::host_memory_limit(pages_nested(options))};
  if (auto fits = check_together(options, memory); !fits) return fail(fits.error());
  auto config = configure(options, images, **cpu, model, made);
  if (!config) return fail(config.error());
  auto machine = std::make_unique<x86::Machine>(*config, std::move(*strategy));
  machine->log().keep(options.keep_events);
  machine->expect_input(options.more_input);
  const auto guests = guests_of(options);
  for (std::size_t i = 0; i < guests.size(); ++i)
    if (auto placed = place(*machine, i, guests[i], images[i]); !placed) return fail(placed.error());
  return machine;
}

}  // namespace ringside::session
