// From options to a machine with a guest in its memory.
#pragma once

#include "cpu/variant.hpp"
#include "isa/zisa/decode.hpp"
#include "loader/image.hpp"
#include "session/options.hpp"
#include "vmm/machine.hpp"

namespace ringside::session {

/// Whether the options that need no file are such as this version can serve.
Result<void> check_options(const Options& options);

/// The file that a guest's name stands for: itself, or the bundled guest of that name.
Result<std::string> find_guest(const Options& options);

Result<loader::Image> load_guest(const Options& options);
/// Whether the options name a guest that is there, and is one for x86.
bool is_x86_guest(const Options& options);
/// The name of that ISA, of which there are no variants.
inline constexpr const char* kX86 = "x86";
Result<cpu::Variant> choose_variant(const Options& options, const loader::Image& image);
/// With the prices of x86 where the model has them.
Result<cost::Model> load_model(const Options& options, bool x86 = false);
Result<devices::Disk::Drives> open_drives(const Options& options, const std::string& guest_file);

/// Host memory of a machine, in bytes: what each guest takes, and how much page tables can address.
struct HostMemory {
  u64 bytes_of_one, limit;
};

/// Whether the guests can be on one machine: several need a VMM between them, and all together no more memory than page tables
/// can address and this computer has.
Result<void> check_together(const Options& options, const HostMemory& memory);

/// The options of each guest of the machine as if it were alone, the first one's in front.
std::vector<Options> guests_of(const Options& options);

/// Drives and their latency (in time units) of a guest that was made, not read from files.
struct MadeDevices {
  devices::Disk::Drives drives;
  u64 disk_latency = 0;
};

/// A machine with the guests in place, before their first instruction; `images` are theirs, in order. `made`
/// stands in for the drives of the options and the latency of the cost model. Where no model is given, that of the options is loaded.
Result<std::unique_ptr<vmm::Machine>> make_machine(const Options& options, const std::vector<loader::Image>& images,
                                                   const cost::Model& model, const MadeDevices* made = nullptr);
Result<std::unique_ptr<vmm::Machine>> make_machine(const Options& options, const std::vector<loader::Image>& images,
                                                   const MadeDevices* made = nullptr);

}  // namespace ringside::session
