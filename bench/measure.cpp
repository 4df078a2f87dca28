#include "bench/measure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "bench/child.hpp"
#include "bench/strategies.hpp"

namespace ringside::bench {

namespace {

constexpr std::array<const char*, 5> kPrograms = {"integer_loops", "matrix", "hashing", "pointers",
                                                  "interpreter"};

double best(const std::vector<double>& times) {
  return *std::min_element(times.begin(), times.end());
}

// One run on one side.
struct Run {
  std::string console;
  u64 instructions = 0;  // Ringside says, QEMU does not
  Child child;
};

tl::unexpected<Error> ended_badly(const std::string& program, const Child& child) {
  return fail({Error::Kind::kInternal, program, "",
               fmt::format("ended with status {}", child.status), "run it by hand to see why"});
}

Result<Run> run_ringside(const Settings& s, const std::string& guest, const std::string& append) {
  auto child = run_child({s.ringside, "run", guest, "--json", "--append", append, "--memory",
                          fmt::format("{}M", kGuestRam >> 20)});
  if (!child) return fail(child.error());
  if (child->status != 0) return ended_badly(guest, *child);
  const auto report = nlohmann::json::parse(child->output);
  return Run{report.at("console"), report.at("instructions").at("guest"), std::move(*child)};
}

// The board has no command line without firmware: eight characters of it are put into memory, where
// bench/start/qemu.S looks.
u64 as_number(const std::string& text) {
  u64 number = 0;
  for (std::size_t i = 0; i < text.size() && i < 8; ++i)
    number |= u64{static_cast<u8>(text[i])} << (8 * i);
  return number;
}

std::vector<std::string> virt_options(const std::string& append) {
  return {"-M",
          "virt",
          "-bios",
          "none",
          "-nographic",
          "-device",
          fmt::format("loader,addr=0x80ffff00,data={:#x},data-len=8", as_number(append))};
}

// The debug exit port ends QEMU with an odd status: 1 for the guest's 0.
constexpr int kPcStatus = 1;
std::vector<std::string> pc_options(const std::string& append) {
  return {"-display", "none", "-serial", "stdio",
          "-append",  append, "-device", "isa-debug-exit,iobase=0xf4,iosize=4"};
}

Result<Run> run_qemu(const Settings& s, const std::string& guest, const std::string& append) {
  const bool pc = s.isa == "x86";
  std::vector<std::string> command = {
      s.qemu.empty() ? opponent(s).qemu : s.qemu, "-icount", "shift=0", "-m",
      fmt::format("{}M", kGuestRam >> 20),        "-kernel", guest};
  for (const auto& option : pc ? pc_options(append) : virt_options(append))
    command.push_back(option);
  auto child = run_child(command);
  if (!child) return fail(child.error());
  if (child->status != (pc ? kPcStatus : 0)) return ended_badly(guest, *child);
  return Run{child->output, 0, std::move(*child)};
}

Result<void> run_both(const Settings& s, const std::string& rounds, Program& program, bool full) {
  const auto ours =
      run_ringside(s, fmt::format("{}/{}{}", s.programs, program.name, opponent(s).ours), rounds);
  if (!ours) return fail(ours.error());
  const auto theirs =
      run_qemu(s, fmt::format("{}/{}{}", s.programs, program.name, opponent(s).theirs), rounds);
  if (!theirs) return fail(theirs.error());
  if (ours->console != theirs->console)
    return fail({Error::Kind::kInternal, program.name, "",
                 fmt::format("prints '{}' here and '{}' there", ours->console, theirs->console),
                 "one of the two computes wrongly"});
  (full ? program.ringside.full : program.ringside.empty).push_back(ours->child.cpu_seconds);
  (full ? program.qemu.full : program.qemu.empty).push_back(theirs->child.cpu_seconds);
  // The empty run comes first.
  program.instructions = ours->instructions - (full ? program.instructions : 0);
  program.console = ours->console;
  program.resident_bytes = std::max(program.resident_bytes, ours->child.resident_bytes);
  return {};
}

Result<void> measure_program(const Settings& s, Program& program) {
  if (auto done = run_both(s, "0", program, false); !done) return done;
  return run_both(s, fmt::format("{}%", s.percent), program, true);
}

// Goes to a cycle past the 100 millionth instruction of a program, then back so many times.
Result<double> seconds_of_debugging(const Settings& s, unsigned backs) {
  std::string script = "goto 150000000\n";
  for (unsigned i = 0; i < backs; ++i) script += "back\n";
  const std::string guest = s.programs + "/matrix-zisa";
  const auto child = run_child({s.ringside, "debug", guest}, script);
  if (!child) return fail(child.error());
  if (child->status != 0) return ended_badly(guest, *child);
  return child->wall_seconds;
}

Result<void> measure_back(const Settings& s, Measured& all) {
  constexpr unsigned kBacks = 20;
  const auto without = seconds_of_debugging(s, 0), with = seconds_of_debugging(s, kBacks);
  if (!without || !with) return fail(without ? with.error() : without.error());
  all.back.push_back((*with - *without) / kBacks);
  return {};
}

Result<void> measure_hello(const Settings& s, Measured& all) {
  const auto run = run_ringside(s, "guests/zisa/zos", "hello");
  if (!run) return fail(run.error());
  all.hello.push_back(run->child.wall_seconds);
  all.resident_bytes = std::max(all.resident_bytes, run->child.resident_bytes);
  return {};
}

std::vector<Program> wanted(const Settings& s) {
  std::vector<Program> programs;
  for (const std::string name : kPrograms)
    if (s.only.empty() || std::count(s.only.begin(), s.only.end(), name))
      programs.push_back({name, "", 0, {}, {}});
  return programs;
}

}  // namespace

double Side::seconds() const {
  return best(full) - best(empty);
}

Opponent opponent(const Settings& settings) {
  if (settings.isa == "x86") return {"qemu-system-i386", "-pc", "-pc"};
  return {"qemu-system-riscv32", "-zisa", "-qemu"};
}

Result<Measured> measure(const Settings& settings) {
  Measured all;
  all.programs = wanted(settings);
  for (unsigned i = 0; i < settings.repeats; ++i) {
    for (Program& program : all.programs)
      if (auto done = measure_program(settings, program); !done) return fail(done.error());
    if (settings.isa != "zisa") continue;
    if (auto done = measure_back(settings, all); !done) return fail(done.error());
    if (auto done = measure_hello(settings, all); !done) return fail(done.error());
    if (auto done = measure_strategies(settings, all); !done) return fail(done.error());
  }
  double logarithms = 0;
  for (const Program& program : all.programs) {
    logarithms += std::log(program.ratio());
    all.resident_bytes = std::max(all.resident_bytes, program.resident_bytes);
  }
  all.geometric_mean = std::exp(logarithms / static_cast<double>(all.programs.size()));
  return all;
}

}  // namespace ringside::bench
