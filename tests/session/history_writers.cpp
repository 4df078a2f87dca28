// The last writer: held against a run that looks at every step.
#include <map>

#include "isa/zisa/decode.hpp"
#include "loader/image.hpp"
#include "session/history_support.hpp"
#include "session/writer_check.hpp"

namespace ringside::test {

using session::History;
using vmm::EventKind;
using Kind = session::RegisterId::Kind;

namespace {

/// All that one plain run by steps saw.
struct Seen {
  std::map<u32, Write> registers, controls, words;  ///< words by host-physical address
  std::optional<Write> status;
};

// A changed value is a write, and so is one of the same value by an instruction of the CPU.
Seen watch_run(vmm::Machine& m, u64 end) {
  Seen seen;
  cpu::Effects effects;
  m.record(&effects);
  while (m.steps() < end) {
    effects.clear();
    const auto before = m.vm().guest_state();
    const u64 step = m.steps();
    m.step();
    const auto after = m.vm().guest_state();
    for (u32 n = 1; n < 32; ++n)
      if (before.x[n] != after.x[n]) seen.registers[n] = {step, before.x[n], after.x[n]};
    for (const auto& each : effects.registers)
      if (each.number != 0)
        seen.registers[each.number] = {step, before.x[each.number], after.x[each.number]};
    for (const auto& each : effects.memory)
      if (each.bytes == 4 && each.hpa.v % 4 == 0)
        seen.words[static_cast<u32>(each.hpa.v)] = {step, each.before, each.after};
    if (before.sr != after.sr) seen.status = {step, before.sr, after.sr};
    for (u32 n = 0; n < zisa::kCrCount; ++n)
      if (before.cr[n] != after.cr[n]) seen.controls[n] = {step, before.cr[n], after.cr[n]};
  }
  m.record(nullptr);
  return seen;
}

u32 word_at(const vmm::Machine& m, u64 host) {
  return m.memory().read<u32>({host});
}

}  // namespace

TEST_CASE("the last writer of registers and privileged registers") {
  for (const Way& way : all_ways())
    for (const u64 end : {u64{1500}, u64{150'000}, u64{260'001}}) {
      INFO(name_of(way) << ", step " << end);
      auto plain = open_zos(way), session = open_zos(way);
      const Seen seen = watch_run(plain.machine(), end);
      History history(session.machine(), 64u << 20, 20'000);
      history.run({.steps = end});
      const Digest here = digest(session.machine());
      for (u32 n = 1; n < 32; ++n) {
        CAPTURE(n);
        const auto found = history.last_writer_of_register({Kind::kGeneral, n});
        if (const auto known = seen.registers.find(n); known != seen.registers.end())
          check_writer(found, known->second);
        else
          CHECK_FALSE(found);
      }
      if (seen.status) check_writer(history.last_writer_of_register({Kind::kStatus, 0}), *seen.status);
      for (const auto& [n, write] : seen.controls) {
        CAPTURE(n);
        check_writer(history.last_writer_of_register({Kind::kSystem, n}), write);
      }
      CHECK(digest(session.machine()) == here);
      CHECK_FALSE(history.diverged());
    }
}

TEST_CASE("a register's writer is named") {
  auto session = open_zos({"zisa-v", "trap-emulate"});
  vmm::Machine& m = session.machine();
  History history(m, 64u << 20);
  history.run({.steps = 200'000});
  // The guest kernel reads its control registers after every trap: the VMM does it for it.
  bool found = false;
  const auto emulated = [&](const vmm::Event& e) {
    return e.kind == EventKind::kEntry &&
           vmm::exit_name({e.detail, static_cast<u8>(e.a)}) == "PRIVILEGED_INSN read_cr";
  };
  history.run_to_event(emulated, {}, &found);
  REQUIRE(found);
  const u64 step = m.log().events().back().step;
  auto state = m.vm().guest_state();
  state.pc -= 4;
  const auto word = m.vm().peek_instruction(state);
  REQUIRE(word);
  const auto writer = history.last_writer_of_register({Kind::kGeneral, zisa::decode(*word).operands.rd});
  REQUIRE(writer);
  CHECK(writer->step == step);
  CHECK(writer->pc == state.pc);
  CHECK(writer->what.find("read_cr") != std::string::npos);
  CHECK(writer->what.find("emulated by the VMM") != std::string::npos);
}

TEST_CASE("the last writer of memory: stores") {
  for (const Way& way : all_ways()) {
    INFO(name_of(way));
    const u64 end = 200'000;
    auto plain = open_zos(way), session = open_zos(way);
    const Seen seen = watch_run(plain.machine(), end);
    History history(session.machine(), 64u << 20, 20'000);
    history.run({.steps = end});
    unsigned tried = 0;
    // The kernel sees all of RAM at its own address, in any process.
    const u64 shift = session.machine().vm().host_of({vmm::Vm::kRamBase}).v - vmm::Vm::kRamBase;
    for (const auto& [host, write] : seen.words) {
      if (++tried % 97 != 0 || word_at(plain.machine(), host) != write.after) continue;
      const Gva address{static_cast<u32>(host - shift)};
      CAPTURE(address.v);
      const auto found = history.last_writer_of_memory(address, 4);
      REQUIRE(found);
      // What a VMM writes for a paravirtual guest is no effect of an instruction: the end must tell.
      if (way.strategy == "paravirt" && found->step > write.step)
        CHECK(found->after == word_at(plain.machine(), host));
      else
        check_writer(found, write);
    }
    CHECK_FALSE(history.diverged());
  }
}

namespace {

// Steps over the first event that is wanted and gives a word of guest RAM that changed in that
// step.
std::optional<Gpa> changed_word(History& history, vmm::Machine& m, auto wanted) {
  bool found = false;
  for (int tries = 0; tries < 50; ++tries) {
    history.run_to_event(wanted, {}, &found);
    if (!found) return std::nullopt;
    const u64 after = m.steps();
    std::vector<u8> now(m.vm().ram_bytes()), then(now.size());
    m.vm().copy_out({vmm::Vm::kRamBase}, now);
    history.back();
    m.vm().copy_out({vmm::Vm::kRamBase}, then);
    history.go_to_step(after);
    for (std::size_t i = 0; i < now.size(); ++i)
      if (now[i] != then[i]) return Gpa{vmm::Vm::kRamBase + (i & ~std::size_t{3})};
  }
  return std::nullopt;
}

Gva kernel_address(Gpa address) {
  return {static_cast<u32>(address.v)};
}

}  // namespace

TEST_CASE("the last writer of memory: DMA") {
  for (const Way& way : all_ways()) {
    INFO(name_of(way));
    auto session = open_zos(way);
    vmm::Machine& m = session.machine();
    History history(m, 64u << 20, 20'000);
    const auto word =
        changed_word(history, m, [](const auto& e) { return e.kind == EventKind::kDevice; });
    REQUIRE(word);
    const u64 step = m.steps() - 1;
    for (const u64 later : {u64{0}, u64{30}}) {
      history.go_to_step(step + 1 + later);
      const auto writer = history.last_writer_of_memory(kernel_address(*word), 4);
      REQUIRE(writer);
      CHECK(writer->step == step);
      CHECK(writer->what.find("DMA") != std::string::npos);
      CHECK(writer->before != writer->after);
    }
  }
}

TEST_CASE("the last writer of memory: a store that the VMM emulated") {
  auto session = open_zos({"zisa-v", "trap-emulate"});
  vmm::Machine& m = session.machine();
  History history(m, 64u << 20, 20'000);
  const auto word = changed_word(history, m, [](const vmm::Event& e) {
    return e.kind == EventKind::kEntry &&
           vmm::exit_name({e.detail, static_cast<u8>(e.a)}) == "PAGE_FAULT traced write";
  });
  REQUIRE(word);
  const u64 step = m.steps() - 1;
  const auto writer = history.last_writer_of_memory(kernel_address(*word), 4);
  REQUIRE(writer);
  CHECK(writer->step == step);
  CHECK(writer->what.find("emulated by the VMM") != std::string::npos);
}

TEST_CASE("memory that is not mapped has no writer") {
  auto session = open_zos({});
  History history(session.machine(), 64u << 20);
  history.run({.steps = 1000});
  CHECK_FALSE(history.last_writer_of_memory({0x1000}, 4));
  CHECK_FALSE(history.add_watchpoint({0x1000}, 4));
  CHECK_FALSE(history.last_writer_of_register({Kind::kGeneral, 0}));
}

}  // namespace ringside::test
