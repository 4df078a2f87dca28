#include "support/machines.hpp"

#include <fmt/format.h>

#include <cstring>
#include <filesystem>

#include "catch.hpp"
#include "isa/zisa/decode.hpp"
#include "session/catalogue.hpp"

namespace ringside::test {

zisa::Assembly program(std::string_view source) {
  auto assembly = zisa::assemble("test.s", source);
  if (!assembly)
    for (const auto& each : assembly.error()) UNSCOPED_INFO(each.text());
  REQUIRE(assembly.has_value());
  return *assembly;
}

u32 symbol(const zisa::Assembly& assembly, std::string_view name) {
  for (const auto& each : assembly.symbols)
    if (each.name == name) return each.value;
  FAIL("no symbol " << name);
  return 0;
}

namespace {

std::unique_ptr<vmm::Machine> empty_machine(const Setup& setup) {
  const auto variant = cpu::Variant::named(setup.isa);
  const auto model = cost::preset(setup.cost_model);
  auto strategy = session::make_strategy(setup.strategy);
  REQUIRE((variant && model && strategy));
  if (setup.vmm) strategy = setup.vmm->clone();
  vmm::MachineConfig config{*variant, *model, {{}}, setup.virtual_time};
  vmm::GuestConfig& guest = config.guests[0];
  guest.ram_bytes = setup.ram;
  guest.platform.input = setup.input;
  guest.platform.disk_latency = 500;
  if (!setup.drive.empty())
    guest.platform.drives[0].emplace(std::make_shared<const std::vector<u8>>(setup.drive));
  return std::make_unique<vmm::Machine>(config, std::move(*strategy));
}

}  // namespace

std::unique_ptr<vmm::Machine> machine(const Setup& setup, const zisa::Assembly& assembly) {
  auto made = empty_machine(setup);
  for (const auto& section : assembly.sections)
    if (section.allocated && !section.nobits)
      REQUIRE(made->vm().copy_in({section.address}, section.bytes));
  made->start({assembly.entry}, {0});
  return made;
}

std::unique_ptr<vmm::Machine> machine(const Setup& setup, std::string_view source) {
  return machine(setup, program(source));
}

std::unique_ptr<vmm::Machine> machine(const Setup& setup, const std::vector<u32>& words) {
  auto made = empty_machine(setup);
  for (u32 i = 0; i < words.size(); ++i) set_word(*made, kRam + 4 * i, words[i]);
  made->start({kRam}, {0});
  return made;
}

u32 word_at(const vmm::Machine& machine, u64 gpa) {
  u8 raw[4] = {};
  REQUIRE(machine.vm().copy_out({gpa}, raw));
  return load_le<u32>(raw);
}

void set_word(vmm::Machine& machine, u64 gpa, u32 value) {
  u8 raw[4];
  store_le(raw, value);
  REQUIRE(machine.vm().copy_in({gpa}, raw));
}

std::span<const u8> ram_of(const vmm::Machine& machine) {
  return {machine.memory().at(machine.vm().host_of({kRam})), machine.vm().ram_bytes()};
}

u32 word(std::string_view name, const zisa::Operands& operands) {
  const auto row = zisa::find_row(name);
  if (!row) FAIL("no instruction " << name);
  return zisa::encode(zisa::kRows[*row].picture, zisa::kRows[*row].form, operands);
}

session::Options guest(std::string name, std::string isa, std::string strategy,
                       std::string append) {
  session::Options options;
  options.guest = std::move(name);
  options.isa = std::move(isa);
  options.strategy = std::move(strategy);
  options.append = std::move(append);
  return options;
}

session::Session open_guest(session::Options options) {
  const std::string folder = RINGSIDE_BUILD_DIR "/guests/zisa";
  options.folders = {folder};
  INFO("guests are made by: cmake --build " RINGSIDE_BUILD_DIR " --target guests");
  REQUIRE(std::filesystem::exists(folder + "/" + options.guest));
  auto session = session::Session::open(options);
  if (!session) UNSCOPED_INFO(session.error().text());
  REQUIRE(session.has_value());
  return std::move(*session);
}

std::string describe(const vmm::Machine& m) {
  const cpu::ArchState s = m.vm().guest_state();
  std::string text = fmt::format("step {} clock {} cycles {} pc {:#x} sr {:#x}", m.steps(),
                                 m.clock().now(), m.cycles(), s.pc, s.sr);
  if (m.ending()) text += fmt::format(" ended: {} {}", m.ending()->exit_code, m.ending()->reason);
  return text;
}

namespace {

std::string different_state(const cpu::ArchState& a, const cpu::ArchState& b) {
  std::string out;
  const auto compare = [&](std::string_view name, u64 x, u64 y) {
    if (x != y) out += fmt::format(" {}: {:#x} / {:#x}", name, x, y);
  };
  for (u32 i = 0; i < 32; ++i) compare(zisa::register_name(i), a.x[i], b.x[i]);
  for (u32 i = 0; i < zisa::kCrCount; ++i) compare(zisa::kCrNames[i], a.cr[i], b.cr[i]);
  compare("pc", a.pc, b.pc);
  compare("sr", a.sr, b.sr);
  compare("reserved", a.reserved, b.reserved);
  compare("waiting", a.waiting, b.waiting);
  if (a.reserved) compare("reservation", a.reservation, b.reservation);
  return out;
}

std::string different_ledger(const cost::Ledger& a, const cost::Ledger& b) {
  std::string out;
  for (std::size_t account = 0; account < cost::kAccounts; ++account)
    for (const auto& row : cost::kRows) {
      const auto of = static_cast<cost::Account>(account);
      if (a.count(of, row.param) != b.count(of, row.param))
        out += fmt::format(" {}/{}: {} / {}", cost::account_name(of), row.key(),
                           a.count(of, row.param), b.count(of, row.param));
    }
  if (a.clock() != b.clock()) out += fmt::format(" clock: {} / {}", a.clock(), b.clock());
  return out;
}

std::string different_memory(std::span<const u8> a, std::span<const u8> b) {
  if (std::memcmp(a.data(), b.data(), a.size()) == 0) return "";
  std::size_t at = 0;
  while (a[at] == b[at]) ++at;
  return fmt::format(" memory at {:#x}: {:#x} / {:#x}", kRam + at, a[at], b[at]);
}

std::string different_ending(const vmm::Machine& a, const vmm::Machine& b) {
  const auto text = [](const vmm::Machine& m) {
    return m.ending() ? fmt::format("{} {} {}", static_cast<int>(m.ending()->outcome),
                                    m.ending()->exit_code, m.ending()->reason)
                      : "none";
  };
  return text(a) == text(b) ? "" : fmt::format(" ending: {} / {}", text(a), text(b));
}

}  // namespace

std::string difference(const vmm::Machine& a, const vmm::Machine& b, bool memory) {
  std::string out = different_state(a.cpu().state, b.cpu().state);
  const std::string guests = different_state(a.vm().guest_state(), b.vm().guest_state());
  if (out.empty()) out = guests;
  out += different_ledger(a.ledger(), b.ledger()) + different_ending(a, b);
  const auto compare = [&](const char* name, u64 x, u64 y) {
    if (x != y) out += fmt::format(" {}: {} / {}", name, x, y);
  };
  compare("steps", a.steps(), b.steps());
  compare("instructions", a.instructions(), b.instructions());
  compare("direct", a.cpu().direct, b.cpu().direct);
  compare("time", a.clock().now(), b.clock().now());
  const mmu::Tlb &at = a.cpu().mmu().tlb, &bt = b.cpu().mmu().tlb;
  compare("TLB hits", at.counts.hits, bt.counts.hits);
  compare("TLB misses", at.counts.misses, bt.counts.misses);
  if (memory) compare("TLB entries", at.entries() == bt.entries(), true);
  compare("events", a.log().count(), b.log().count());
  compare("trace hash", a.log().hash(), b.log().hash());
  if (memory) out += different_memory(ram_of(a), ram_of(b));
  return out;
}

}  // namespace ringside::test
