#include "cli/guest_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "cli/numbers.hpp"
#include "session/catalogue.hpp"
#include "session/files.hpp"

namespace ringside::cli {

namespace {

std::string strategy_names() {
  std::string names;
  for (const auto& strategy : session::strategies())
    names += (names.empty() ? "" : ", ") + std::string(strategy.name);
  return names;
}

}  // namespace

// One --append serves all guests, several one each.
Result<void> GuestOptions::name_guests(session::Options& options,
                                       const std::vector<std::string>& guests) const {
  const std::size_t count = std::max<std::size_t>(1, guests.size());
  if (appends.size() > count)
    return fail({Error::Kind::kUsage, "", "--append",
                 fmt::format("given {} times for {} guest{}", appends.size(), count,
                             count == 1 ? "" : "s"),
                 "give it once for all guests or once for each"});
  const auto append = [&](std::size_t i) {
    if (appends.size() == 1) return appends.front();
    return i < appends.size() ? appends[i] : std::string();
  };
  options.append = append(0);
  if (!guests.empty()) options.guest = guests.front();
  for (std::size_t i = 1; i < guests.size(); ++i)
    options.neighbours.push_back({guests[i], append(i)});
  return {};
}

Result<session::Options> GuestOptions::finish(u64 default_limit,
                                              const std::vector<std::string>& guests) const {
  session::Options options = session;
  if (auto named = name_guests(options, guests); !named) return fail(named.error());
  options.max_instructions = max_instructions.value_or(default_limit);
  if (!input_file.empty()) {
    auto text = session::read_text(input_file, session::kLongestInput);
    if (!text) return fail(text.error());
    options.input = std::move(*text);
  }
  return options;
}

CLI::Option* add_number(CLI::App& verb, const std::string& name, std::function<void(u64)> set,
                        const std::string& help) {
  const auto read = [name, set](const std::string& text) {
    const auto number = parse_number(text);
    if (!number) throw CLI::ValidationError(name, "\"" + text + "\" is no number");
    set(*number);
  };
  return verb.add_option_function<std::string>(name, read, help)->type_name("N");
}

CLI::Option* add_size(CLI::App& verb, const std::string& name, u64& to, const std::string& help) {
  const auto read = [name, &to](const std::string& text) {
    const auto size = parse_size(text);
    if (!size)
      throw CLI::ValidationError(name, "\"" + text + "\" is no size; write 16M, for example");
    to = *size;
  };
  return verb.add_option_function<std::string>(name, read, help)->type_name("SIZE");
}

namespace {

void add_x86_options(CLI::App& verb, session::Options& s) {
  verb.add_option("--cpu", s.cpu_model, "x86: what the CPU knows: i486, pentium or i686 [i686]")
      ->type_name("NAME");
  verb.add_option("--module", s.modules,
                  "x86: a file that the boot loader hands to the kernel, with arguments for it; may be "
                  "given several times")
      ->type_name("FILE[:ARGUMENTS]")
      ->expected(1)
      ->take_all();
  verb.add_flag("--keyboard", s.keyboard_input,
                "x86: what is typed comes from the keyboard; without it from the serial port COM1");
}

}  // namespace

void add_strategy_option(CLI::App& verb, GuestOptions& options, const std::string& by_default) {
  verb.add_option("--strategy", options.session.strategy,
                  "How the guest is run: " + strategy_names() + " [" + by_default + "]")
      ->type_name("NAME");
}

void add_guest_options(CLI::App& verb, GuestOptions& o, const Frame& frame,
                       const std::string& limit) {
  verb.add_flag("--translate-user", o.session.translate_user,
                "dbt translates user code as well, which else runs directly");
  session::Options& s = o.session;
  s.folders = frame.folders;
  verb.add_option("--isa", s.isa,
                  "zisa, zisa-v, zisa-h (zisa plus hardware assistance, which hvm uses), x86 or FILE.json "
                  "[what the guest says]")
      ->type_name("NAME");
  verb.add_option("--paging", s.paging,
                  "How a VMM gives the guest its pages: shadow or, with hardware assistance, nested "
                  "[nested under hvm]")
      ->type_name("NAME");
  add_number(
      verb, "--nested-depth", [&s](u64 n) { s.nested_depth = static_cast<unsigned>(std::min<u64>(n, 99)); },
      "Levels of the nested tables: 1 to 5 [2]");
  const auto entries = [](u32& to) { return [&to](u64 n) { to = static_cast<u32>(std::min<u64>(n, ~u32{0})); }; };
  add_number(verb, "--walk-cache", entries(s.walk_cache),
             "Entries of the page-walk cache, with nested paging [0: none]");
  add_number(verb, "--nested-tlb", entries(s.nested_tlb),
             "Entries of the nested TLB, with nested paging [0: none]");
  verb.add_flag("!--no-vm-identifiers", s.vm_identifiers,
                "The TLB does not tell VMs apart: each exit and entry drops all translations");
  verb.add_flag("!--no-coalesce", s.coalesce, "dbt: each sensitive operation is a call-out of its own");
  verb.add_flag("!--no-adaptive", s.adaptive, "dbt: accesses that keep trapping are left as they are");
  add_number(verb, "--translation-cache", [&s](u64 n) { s.translation_cache = static_cast<u32>(std::min<u64>(n, ~u32{0})); },
             "dbt: operations that the translation cache holds, 64 at least [32768]");
  verb.add_flag("--hypercall-saves-all", s.hypercall_saves_all, "paravirt: a hypercall saves as much state as any exit");
  verb.add_flag("--hypercall-decodes", s.hypercall_decodes, "paravirt: the VMM decodes the guest's instruction at each hypercall");
  verb.add_flag("--rdcyc-exits", s.rdcyc_exits, "hvm: RDCYC exits and is emulated, where else an offset is added");
  verb.add_option("--cost-model", s.cost_model,
                  "Prices of a machine: a preset or FILE.json [textbook]")
      ->type_name("NAME");
  add_number(
      verb, "--cpus", [&s](u64 n) { s.cpus = n; }, "CPUs of the machine: 1");
  add_size(verb, "--memory", s.memory, "RAM of the guest: 32M, for example [16M; 128M on x86]");
  add_x86_options(verb, s);
  verb.add_option("--drive", s.drives,
                  "Disk image; once more for the second drive; none leaves a place empty")
      ->type_name("FILE")
      ->expected(1)
      ->take_all();
  verb.add_option("--append", o.appends, "Command line of the guest")
      ->type_name("TEXT")
      ->expected(1)
      ->take_all();
  verb.add_option("--input", o.input_file, "What is typed at the guest's console")
      ->type_name("FILE");
  add_number(
      verb, "--seed", [&s](u64 n) { s.seed = n; },
      "Seed of what is drawn at random, which nothing in a run is yet; goes into the report");
  add_number(
      verb, "--max-instructions", [&o](u64 n) { o.max_instructions = n; },
      "End after N guest instructions; 0: never [" + limit + "]");
  add_number(
      verb, "--max-cycles", [&s](u64 n) { s.max_cycles = n; }, "End after N cycles; 0: never [0]");
  verb.add_flag("--virtual-time", s.virtual_time,
                "The guest's clock counts its instructions, not cycles");
}

void add_history_option(CLI::App& verb, GuestOptions& o) {
  add_size(verb, "--history", o.session.history, "Memory for going back [256M]");
}

void refuse_history_option(CLI::App& verb) {
  const auto refuse = [](const std::string&) {
    throw CLI::ValidationError(
        "--history",
        "is the memory for going back, which only `ringside debug` does; leave it out");
  };
  verb.add_option_function<std::string>("--history", refuse)->group("");
}

std::vector<std::string> comma_separated(const std::string& text) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, ',');)
    if (!part.empty()) parts.push_back(part);
  return parts;
}

}  // namespace ringside::cli
