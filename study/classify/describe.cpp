#include "study/classify/describe.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <span>

#include "study/classify/parts.hpp"

namespace ringside::study {

using namespace session;

namespace {

std::string_view what_it_shows(Class shows) {
  switch (shows) {
    case Class::kControl:
      return "it completes and changes the resource state";
    case Class::kMode:
      return "its result depends on the mode";
    case Class::kStatus:
      return "its result depends on another bit of the resource state than the mode";
    case Class::kFrames:
      return "its result depends on the frames that memory lies in";
    case Class::kPages:
      return "its result depends on a page that it does not access";
    case Class::kTime:
      return "its result depends on the cycle counter";
    case Class::kPrivileged:
      return "it traps in user mode and completes in supervisor mode";
    case Class::kUser:
      break;
  }
  return "";
}

std::string_view heading(Class shown) {
  switch (shown) {
    case Class::kControl:
      return "control-sensitive";
    case Class::kUser:
      return "user-sensitive: in user mode";
    case Class::kTime:
      return "time-sensitive";
    case Class::kPrivileged:
      return "privileged";
    default:
      return "behaviour-sensitive";
  }
}

// Parts of both sides, by name; what is alike and plain is left out.
std::vector<WitnessRow> beside(const Parts& a, const Parts& b) {
  std::vector<WitnessRow> rows;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (!a[i].plain || !b[i].plain || a[i].value != b[i].value)
      rows.push_back({a[i].what, a[i].value, b[i].value, a[i].value != b[i].value});
  return rows;
}

// What came out: of the parts only those that changed on one side or came out different.
template <class Lab>
std::vector<WitnessRow> outcomes(const ReplayOf<Lab>& replay) {
  std::vector<WitnessRow> rows;
  const std::string a = ending(replay.a), b = ending(replay.b);
  rows.push_back({"it", a, b, a != b});
  if (!replay.a.completed || !replay.b.completed) return rows;
  const Parts was_a = parts_of(replay.a.before), was_b = parts_of(replay.b.before);
  const Parts is_a = parts_of(replay.a.after), is_b = parts_of(replay.b.after);
  for (std::size_t i = 0; i < is_a.size(); ++i)
    if (is_a[i].value != was_a[i].value || is_b[i].value != was_b[i].value)
      rows.push_back({is_a[i].what, is_a[i].value, is_b[i].value, is_a[i].value != is_b[i].value});
  if (replay.a.written != replay.b.written)
    rows.push_back(
        {"memory", written_text(replay.a.written), written_text(replay.b.written), true});
  return rows;
}

std::string code_text(const Laboratory& laboratory, u32 word, const LabState& state) {
  return fmt::format("{} (word {:#010x})", laboratory.disassemble(word, state.cpu.pc), word);
}
std::string code_text(const X86Laboratory& laboratory, const LabX86Code& code,
                      const LabX86State& state) {
  const std::span bytes(code.bytes.data(), code.length);
  return fmt::format("{} (bytes {:02x})", laboratory.disassemble(code, state.cpu.eip),
                     fmt::join(bytes, " "));
}

}  // namespace

template <class Lab>
WitnessText describe(Lab& laboratory, Class shown, const WitnessOf<Lab>& witness) {
  const ReplayOf<Lab> replayed = replay(laboratory, witness);
  WitnessText text;
  text.shows = witness.shows;
  text.holds = replayed.holds;
  text.sentence = fmt::format("{}{}{}", heading(shown), shown == Class::kUser ? " " : ": ",
                              what_it_shows(witness.shows));
  text.instruction = code_text(laboratory, witness.code, witness.a);
  if (witness.shows == Class::kControl) {
    text.states = {"before", "after"};
    text.before = beside(parts_of(replayed.a.before, replayed.a.map_before),
                         parts_of(replayed.a.after, replayed.a.map_after));
    // The PC goes on whatever becomes of Q.
    std::erase_if(text.before,
                  [](const WitnessRow& row) { return row.what == "pc" || row.what == "EIP"; });
    return text;
  }
  text.states = {"state A", "state B"};
  text.before = beside(parts_of(witness.a), parts_of(witness.b));
  text.after = outcomes(replayed);
  return text;
}

template WitnessText describe(Laboratory&, Class, const WitnessOf<Laboratory>&);
template WitnessText describe(X86Laboratory&, Class, const WitnessOf<X86Laboratory>&);

}  // namespace ringside::study
