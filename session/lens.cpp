#include "session/lens.hpp"

#include "session/lens_x86.hpp"
#include "session/lens_zisa.hpp"

namespace ringside::session {

std::unique_ptr<const Lens> make_lens(const vmm::AnyMachine& machine) {
  if (const auto* pc = dynamic_cast<const x86::Machine*>(&machine))
    return std::make_unique<X86Lens>(*pc);
  return std::make_unique<ZisaLens>(dynamic_cast<const vmm::Machine&>(machine));
}

}  // namespace ringside::session
