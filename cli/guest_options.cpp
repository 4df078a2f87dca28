#include "cli/guest_options.hpp"

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

Result<session::Options> GuestOptions::finish(u64 default_limit) const {
  session::Options options = session;
  options.max_instructions = max_instructions.value_or(default_limit);
  if (!input_file.empty()) {
    auto text = session::read_text(input_file);
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

void add_strategy_option(CLI::App& verb, GuestOptions& options, const std::string& by_default) {
  verb.add_option("--strategy", options.session.strategy,
                  "How the guest is run: " + strategy_names() + " [" + by_default + "]")
      ->type_name("NAME");
}

void add_guest_options(CLI::App& verb, GuestOptions& o, const Frame& frame,
                       const std::string& limit) {
  session::Options& s = o.session;
  s.folders = frame.folders;
  verb.add_option("--isa", s.isa,
                  "zisa, zisa-v, zisa-h (zisa plus hardware assistance, which no strategy uses "
                  "yet) or FILE.json [what the guest says]")
      ->type_name("NAME");
  verb.add_option("--paging", s.paging, "How a VMM gives the guest its pages: shadow")
      ->type_name("NAME");
  verb.add_option("--cost-model", s.cost_model,
                  "Prices of a machine: a preset or FILE.json [textbook]")
      ->type_name("NAME");
  add_number(
      verb, "--cpus", [&s](u64 n) { s.cpus = n; }, "CPUs of the machine: 1");
  add_size(verb, "--memory", s.memory, "RAM of the guest: 32M, for example [16M]");
  verb.add_option("--drive", s.drives,
                  "Disk image; once more for the second drive; none leaves a place empty")
      ->type_name("FILE")
      ->expected(1)
      ->take_all();
  verb.add_option("--append", s.append, "Command line of the guest")->type_name("TEXT");
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
