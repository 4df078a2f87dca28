#include "isa/x86_unicorn.hpp"

#include <unicorn/unicorn.h>

#include <stdexcept>

namespace ringside::test {

namespace {

constexpr int kRegisters[] = {UC_X86_REG_EAX, UC_X86_REG_ECX,   UC_X86_REG_EDX, UC_X86_REG_EBX,
                              UC_X86_REG_ESP, UC_X86_REG_EBP,   UC_X86_REG_ESI, UC_X86_REG_EDI,
                              UC_X86_REG_EIP, UC_X86_REG_EFLAGS};

void check(uc_err error) {
  if (error != UC_ERR_OK) throw std::runtime_error(uc_strerror(error));
}

}  // namespace

struct Unicorn::Engine {
  uc_engine* uc = nullptr;
  uc_context* fresh = nullptr;
  Flat* machine = nullptr;
  std::optional<u8> vector;

  static Engine& of(void* user) { return *static_cast<Engine*>(user); }
  static void interrupted(uc_engine* uc, uint32_t number, void* user) {
    of(user).vector = static_cast<u8>(number);
    uc_emu_stop(uc);
  }
  static bool illegal(uc_engine*, void* user) {
    of(user).vector = u8{x86::kUd};
    return false;
  }
  static uint32_t in(uc_engine*, uint32_t port, int bytes, void*) {
    return port_value(static_cast<u16>(port), static_cast<unsigned>(bytes));
  }
  static void out(uc_engine*, uint32_t port, int bytes, uint32_t value, void* user) {
    auto& written = of(user).machine->written_to_ports;
    written.insert(written.end(), {port, static_cast<u32>(bytes), value});
  }
  template <class F>
  void hook(int type, F* f, int instruction = 0) {
    uc_hook made;
    check(uc_hook_add(uc, &made, type, reinterpret_cast<void*>(f), this, 1, 0, instruction));
  }
  void move_registers(Flat& flat, bool to_unicorn) {
    for (unsigned i = 0; i < std::size(kRegisters); ++i) {
      u32& ours = i < 8 ? flat.r[i] : i == 8 ? flat.eip : flat.eflags;
      check(to_unicorn ? uc_reg_write(uc, kRegisters[i], &ours)
                       : uc_reg_read(uc, kRegisters[i], &ours));
    }
  }
  // An instruction that repeats counts as many, so it is told by its end.
  uc_err start(u32 at, u32 length, bool repeats) {
    return uc_emu_start(uc, at, repeats ? at + length : 0, 0, repeats ? 0 : 1);
  }
  std::optional<u8> vector_of(uc_err error) const {
    if (vector) return vector;
    switch (error) {
      case UC_ERR_OK:
      case UC_ERR_FETCH_UNMAPPED:
        return std::nullopt;  // of the instruction behind
      case UC_ERR_READ_UNMAPPED:
      case UC_ERR_WRITE_UNMAPPED:
        return u8{x86::kPf};
      case UC_ERR_INSN_INVALID:
        return u8{x86::kUd};
      default:
        throw std::runtime_error(uc_strerror(error));
    }
  }
};

Unicorn::Unicorn() : engine_(std::make_unique<Engine>()) {
  auto& e = *engine_;
  check(uc_open(UC_ARCH_X86, UC_MODE_32, &e.uc));
  // A model without later meanings of old encodings (TZCNT).
  check(uc_ctl_set_cpu_model(e.uc, UC_CPU_X86_PENTIUM3));
  check(uc_mem_map(e.uc, kData, kDataBytes, UC_PROT_ALL));
  check(uc_mem_map(e.uc, kCode, kCodeBytes, UC_PROT_ALL));
  e.hook(UC_HOOK_INTR, Engine::interrupted);
  e.hook(UC_HOOK_INSN_INVALID, Engine::illegal);
  e.hook(UC_HOOK_INSN, Engine::in, UC_X86_INS_IN);
  e.hook(UC_HOOK_INSN, Engine::out, UC_X86_INS_OUT);
  check(uc_context_alloc(e.uc, &e.fresh));
  check(uc_context_save(e.uc, e.fresh));
}

Unicorn::~Unicorn() {
  uc_context_free(engine_->fresh);
  uc_close(engine_->uc);
}

std::optional<u8> Unicorn::run(Flat& machine, unsigned length, bool repeats) {
  auto& e = *engine_;
  e.machine = &machine;
  e.vector.reset();
  // Else a second exception would make a double fault with the first.
  check(uc_context_restore(e.uc, e.fresh));
  check(uc_mem_write(e.uc, kData, machine.data.data(), kDataBytes));
  check(uc_mem_write(e.uc, kCode, machine.code.data(), kCodeBytes));
  // What it has translated of the instruction before at this place.
  check(uc_ctl_remove_cache(e.uc, kCode, kCode + kCodeBytes));
  e.move_registers(machine, true);
  const uc_err error = e.start(machine.eip, length, repeats);
  e.move_registers(machine, false);
  check(uc_mem_read(e.uc, kData, machine.data.data(), kDataBytes));
  check(uc_mem_read(e.uc, kCode, machine.code.data(), kCodeBytes));
  return e.vector_of(error);
}

}  // namespace ringside::test
