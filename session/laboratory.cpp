#include "session/laboratory.hpp"

#include "loader/image.hpp"
#include "session/laboratory_machine.hpp"
#include "session/open.hpp"

namespace ringside::session {

namespace {

std::vector<LabInstruction> all_instructions() {
  std::vector<LabInstruction> all;
  for (unsigned row = 0; row < zisa::kRowCount; ++row) {
    const auto& [name, picture, form, kind, in_user, sensitivity] = zisa::kRows[row];
    all.push_back({std::string(name), picture.mask, picture.match, cpu::may_vary(row)});
  }
  return all;
}

}  // namespace

struct Laboratory::Parts {
  explicit Parts(cpu::Variant variant) : machine(std::move(variant)) {}
  LabMachine machine;
  std::vector<LabInstruction> instructions = all_instructions();
};

Laboratory::Laboratory(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Laboratory::Laboratory(Laboratory&&) noexcept = default;
Laboratory& Laboratory::operator=(Laboratory&&) noexcept = default;
Laboratory::~Laboratory() = default;

Result<Laboratory> Laboratory::open(const std::string& isa) {
  Options options;
  options.isa = isa;
  auto variant = choose_variant(options, loader::Image{});
  if (!variant) return fail(variant.error());
  return Laboratory(std::make_unique<Parts>(std::move(*variant)));
}

const std::string& Laboratory::isa() const {
  return parts_->machine.variant.name;
}

bool Laboratory::has_non_root() const {
  return parts_->machine.variant.hardware_assistance;
}

const std::vector<LabInstruction>& Laboratory::instructions() const {
  return parts_->instructions;
}

void Laboratory::set_trap(std::string_view instruction, bool traps) {
  const auto row = zisa::find_row(instruction);
  if (row && cpu::may_vary(*row)) parts_->machine.variant.set_trap(*row, traps);
}

LabOutcome Laboratory::run(const LabState& state, u32 word) {
  LabMachine& machine = parts_->machine;
  machine.set_up(state);
  LabOutcome outcome;
  outcome.before = machine.registers();
  outcome.map_before = machine.map();
  const auto trap = machine.execute(word);
  outcome.completed = !trap;
  if (trap) outcome.cause = static_cast<u32>(trap->cause);
  outcome.after = machine.registers();
  outcome.map_after = machine.map();
  outcome.written = machine.written(state, outcome.map_before);
  return outcome;
}

// What an instruction has accessed is what it has brought into an empty TLB.
u32 Laboratory::accessed(const LabState& state, u32 word) {
  LabState bare = state;
  for (LabPage& page : bare.pages)
    if (page.cached) page = {true, page.rights, *page.cached, std::nullopt};
  run(bare, word);
  return parts_->machine.cached_pages();
}

std::string_view Laboratory::name_of(u32 word) const {
  const unsigned row = zisa::decode_row(word);
  return row == zisa::kIllegalRow ? std::string_view{} : zisa::kRows[row].name;
}

std::string Laboratory::disassemble(u32 word, u32 pc) const {
  return zisa::disassemble(word, pc);
}

}  // namespace ringside::session
