#include "vector_reader.hpp"

#include <sstream>
#include <vector>

#include "catch.hpp"
#include "support/machines.hpp"

namespace ringside::test {

namespace {

using zisa::Cause;

std::vector<std::string> split(std::string_view line, char at) {
  std::vector<std::string> parts;
  std::stringstream stream{std::string(line)};
  for (std::string part; std::getline(stream, part, at);) parts.push_back(part);
  return parts;
}

struct Term {
  std::string name, value;
  u32 number() const { return static_cast<u32>(std::stoll(value, nullptr, 0)); }
};

std::vector<Term> terms(const std::string& text) {
  std::vector<Term> all;
  std::istringstream stream(text);
  for (std::string each; stream >> each;) {
    const auto equals = each.find('=');
    all.push_back(
        {each.substr(0, equals), equals == std::string::npos ? "" : each.substr(equals + 1)});
  }
  return all;
}

// A term that names a part of the state or a word of memory.
void set_part(cpu::ArchState& state, std::map<u32, u32>& memory, const Term& term) {
  if (const auto cr = zisa::cr_number(term.name)) {
    state.cr[*cr] = term.number();
  } else if (term.name[0] == '[') {
    memory[static_cast<u32>(std::stoll(term.name.substr(1), nullptr, 0))] = term.number();
  } else if (term.name == "sr") {
    state.sr = term.number();
  } else if (term.name == "pc") {
    state.pc = term.number();
  } else if (term.name == "waiting") {
    state.waiting = term.number() != 0;
  } else if (term.name == "reserved") {
    state.reserved = term.value != "none";
    if (state.reserved) state.reservation = term.number();
  } else {
    const auto number = zisa::register_number(term.name);
    INFO("no part of the state: " << term.name);
    REQUIRE(number);
    state.x[*number] = term.number();
  }
}

// Section 2 of the manual, written out once more.
void apply_trap(cpu::ArchState& state, u32 cause, u32 tval) {
  const u32 mode = state.sr & 1, ie = state.sr >> 1 & 1;
  state.sr = (state.sr & ~0xfu) | 1 | mode << 2 | ie << 3;
  state.cr[1] = kVectorPc;
  state.cr[2] = cause;
  state.cr[3] = tval;
  state.pc = state.cr[0];
}

void read_after(MeaningVector& vector, const std::string& text) {
  vector.after = vector.before;
  vector.after.pc = kVectorPc + 4;
  vector.memory_after = vector.memory_before;
  std::optional<u32> cause;
  u32 tval = 0;
  for (const Term& term : terms(text)) {
    if (term.name == "trap")
      cause = static_cast<u32>(std::stoull(term.value, nullptr, 0));
    else if (term.name == "tval" && cause)
      tval = term.value == "word" ? vector.word : term.number();
    else
      set_part(vector.after, vector.memory_after, term);
  }
  if (cause) apply_trap(vector.after, *cause, tval);
}

void read_charges(MeaningVector& vector, const std::string& text) {
  const bool kernel = vector.before.sr & 1;
  for (const Term& term : terms(text)) {
    const auto star = term.name.find('*');
    const u64 times = star == std::string::npos ? 1 : std::stoull(term.name);
    const std::string key = star == std::string::npos ? term.name : term.name.substr(star + 1);
    const auto param = cost::find_parameter(key);
    INFO("no parameter: " << key);
    REQUIRE(param);
    auto account = kernel ? cost::Account::kGuestKernel : cost::Account::kGuestUser;
    if (key.starts_with("trap_")) account = cost::Account::kHardware;
    if (key == "walk_reference") account = cost::Account::kPageWalk;
    vector.charges[{account, *param}] = times;
  }
}

}  // namespace

MeaningVector read_vector(std::string_view line) {
  const auto parts = split(line, '|');
  REQUIRE(parts.size() == 4);
  MeaningVector vector;
  const zisa::Assembly assembly = program(".org 0x100\n" + parts[0] + "\n");
  REQUIRE(assembly.sections.front().bytes.size() == 0x104);
  vector.word = load_le<u32>(assembly.sections.front().bytes.data() + 0x100);
  vector.before.pc = kVectorPc;
  vector.before.cr[0] = 0x80000800;
  for (const Term& term : terms(parts[1])) {
    if (term.name == "isa") {
      vector.isa = term.value;
    } else if (term.name == "time") {
      vector.timed = true;
      vector.time = std::stoull(term.value, nullptr, 0);
    } else {
      set_part(vector.before, vector.memory_before, term);
    }
  }
  read_after(vector, parts[2]);
  read_charges(vector, parts[3]);
  return vector;
}

}  // namespace ringside::test
