#include "session/gdb_target.hpp"

#include <fmt/format.h>

#include "session/gdb_zisa.hpp"

namespace ringside::session {

namespace {

std::string element(const GdbRegister& r) {
  const std::string group = r.group.empty() ? "" : fmt::format(" group=\"{}\"", r.group);
  return fmt::format("<reg name=\"{}\" bitsize=\"{}\" type=\"{}\"{}/>\n", r.name, r.bits, r.type,
                     group);
}

std::string element(const GdbFeature& feature) {
  std::string text = fmt::format("<feature name=\"{}\">\n{}", feature.name, feature.types);
  for (const GdbRegister& each : feature.registers) text += element(each);
  return text + "</feature>\n";
}

/// Bytes that lie in one page.
struct Piece {
  Gpa to;
  std::vector<u8> bytes;
};

std::optional<std::vector<Piece>> pieces_of(const vmm::Vm& vm, Gva address,
                                            std::span<const u8> bytes) {
  std::vector<Piece> pieces;
  while (!bytes.empty()) {
    const auto part =
        bytes.first(std::min<std::size_t>(bytes.size(), kPageSize - address.offset()));
    const auto gpa = vm.peek_translate(vm.guest_state(), address);
    if (!gpa || !vm.is_ram(*gpa, part.size())) return std::nullopt;
    pieces.push_back({*gpa, {part.begin(), part.end()}});
    address = address + static_cast<u32>(part.size());
    bytes = bytes.subspan(part.size());
  }
  return pieces;
}

}  // namespace

GdbTarget::GdbTarget(const std::string& architecture, const std::vector<GdbFeature>& features) {
  description_ = fmt::format(
      "<?xml version=\"1.0\"?>\n<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n"
      "<target version=\"1.0\">\n<architecture>{}</architecture>\n",
      architecture);
  for (const GdbFeature& feature : features) {
    description_ += element(feature);
    registers_.insert(registers_.end(), feature.registers.begin(), feature.registers.end());
  }
  description_ += "</target>\n";
}

std::unique_ptr<GdbTarget> gdb_target(Debugger& debugger) {
  return std::make_unique<GdbZisa>(debugger);
}

Result<void> write_memory(Debugger& debugger, Gva address, std::span<const u8> bytes) {
  vmm::Machine& machine = debugger.session().machine();
  const std::string place = fmt::format("{:#x}", address.v);
  if (machine.ending())
    return fail(
        {Error::Kind::kUsage, "", place, "the guest has ended", "go back before you write"});
  auto pieces = pieces_of(machine.vm(), address, bytes);
  if (!pieces)
    return fail({Error::Kind::kUsage, "", place, "is not mapped to RAM here",
                 "write where the guest's page tables map RAM"});
  debugger.history().change([&machine, pieces = std::move(*pieces)] {
    for (const Piece& piece : pieces) machine.vm().copy_in(piece.to, piece.bytes);
  });
  return {};
}

}  // namespace ringside::session
