#include "session/inspect.hpp"

#include "loader/image.hpp"
#include "session/lens.hpp"

namespace ringside::session {

namespace {

std::string symbol_of(const Session& session, u32 address) {
  return session.image().symbols.name(address);
}

CodeLine line_at(const Session& session, const Lens& lens, u32 address) {
  CodeLine line = lens.line(lens.fetch(address), [&](u32 at) { return symbol_of(session, at); });
  line.symbol = symbol_of(session, line.address);
  line.here = line.address == lens.pc();
  line.breakpoint = session.any_machine().breakpoints().contains(line.address);
  return line;
}

}  // namespace

Position position(const Session& session) {
  const vmm::AnyMachine& m = session.any_machine();
  const auto lens = make_lens(m);
  Position p;
  p.step = m.steps(), p.instructions = m.instructions();
  p.events = m.log().count(), p.cycle = m.cycles();
  p.believed_mode = lens->believed_mode(), p.real_mode = lens->real_mode();
  p.next = line_at(session, *lens, lens->pc());
  p.waits = lens->waits();
  p.waits_for_input = m.waits_for_input();
  p.ending = m.ending();
  return p;
}

std::vector<CodeLine> code(const Session& session, Gva address, u32 count) {
  const auto lens = make_lens(session.any_machine());
  std::vector<CodeLine> lines;
  for (u32 at = address.v; lines.size() < count; at = lines.back().address + lines.back().length)
    lines.push_back(line_at(session, *lens, at));
  return lines;
}

Registers registers(const Session& session) {
  Registers r = make_lens(session.any_machine())->registers();
  r.symbol = symbol_of(session, r.pc);
  return r;
}

std::vector<std::optional<u8>> memory(const Session& session, Gva address, u32 count) {
  const auto lens = make_lens(session.any_machine());
  std::vector<std::optional<u8>> bytes;
  for (u32 i = 0; i < count; ++i) {
    const auto gpa = lens->translate(address + i);
    u8 byte = 0;
    const bool there = gpa && lens->copy_out(*gpa, {&byte, 1});
    bytes.push_back(there ? std::optional(byte) : std::nullopt);
  }
  return bytes;
}

PageWalk page_walk(const Session& session, Gva address) {
  const auto lens = make_lens(session.any_machine());
  PageWalk view{address, lens->paging(), std::nullopt, lens->walks(address), lens->tlb(address)};
  if (const auto gpa = lens->translate(address)) view.guest_physical = gpa->v;
  return view;
}

}  // namespace ringside::session
