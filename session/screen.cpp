#include "session/screen.hpp"

#include "vmm/x86/arch.hpp"

namespace ringside::session {

std::string text_screen(const Session& session, std::size_t guest) {
  using devices::Display;
  if (!session.is_x86()) return "";
  const x86::Vm& vm = session.pc().vm(guest);
  std::vector<u8> text(Display::kTextSize);
  vm.copy_out({Display::kTextBase}, text);
  return vm.internals().platform.screen(text);
}

}  // namespace ringside::session
