// ringside asm: the Z-ISA assembler.

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/frame.hpp"
#include "cli/verbs.hpp"
#include "session/assembly.hpp"

namespace ringside::cli {

using Json = nlohmann::ordered_json;

namespace {

struct AsmOptions {
  std::string source, output;
  u32 text_address = 0x80000000;
  bool json = false, quiet = false;
};

// hello.s makes hello.
std::string default_output(const std::string& source) {
  const auto slash = source.find_last_of('/');
  const std::string name = source.substr(slash == std::string::npos ? 0 : slash + 1);
  const auto dot = name.find_last_of('.');
  return dot == std::string::npos || dot == 0 ? name + ".elf" : name.substr(0, dot);
}

Json to_json(const session::AssembledFile& file, const AsmOptions& o) {
  Json json = {{"schema", "ringside/asm/1"}, {"source", o.source}, {"errors", file.errors}};
  if (!file.errors.empty()) return json;
  json["output"] = o.output;
  json["entry"] = file.entry;
  for (const auto& each : file.sections)
    json["sections"].push_back(
        {{"name", each.name}, {"address", each.address}, {"size", each.size}});
  for (const auto& each : file.symbols)
    json["symbols"].push_back({{"name", each.name}, {"value", each.value}});
  return json;
}

Result<void> write_file(const std::string& path, const std::vector<u8>& bytes) {
  std::ofstream out(path, std::ios::binary);
  out.write(reinterpret_cast<const char*>(bytes.data()),
            static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (out) return {};
  return fail({Error::Kind::kBadFile, path, "", "cannot be written", "name another file with -o"});
}

std::string written_text(const session::AssembledFile& file, const AsmOptions& o) {
  std::string entry;
  for (const auto& symbol : file.symbols)
    if (entry.empty() && symbol.value == file.entry) entry = " (" + symbol.name + ")";
  const auto counted = [](std::size_t n, const char* what) {
    return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s");
  };
  return fmt::format("{}: {}, {}, entry {:#010x}{}\n", o.output, counted(file.elf.size(), "byte"),
                     counted(file.symbols.size(), "symbol"), file.entry, entry);
}

Result<int> assemble(AsmOptions o) {
  auto file = session::assemble_file(o.source, o.text_address);
  if (!file) return fail(file.error());
  if (o.output.empty()) o.output = default_output(o.source);
  std::error_code unknown;
  if (std::filesystem::equivalent(o.source, o.output, unknown))
    return fail({Error::Kind::kUsage, o.output, "-o", "is the source itself, which would be lost",
                 "name another file"});
  for (const std::string& error : file->errors) std::cerr << error << "\n";
  if (file->errors.empty())
    if (auto written = write_file(o.output, file->elf); !written) return fail(written.error());
  if (o.json)
    std::cout << to_json(*file, o).dump(2) << "\n";
  else if (file->errors.empty() && !o.quiet)
    std::cout << written_text(*file, o);
  if (file->errors.empty()) return kOk;
  say(fmt::format("{}: {} {}; nothing was written", o.source, file->errors.size(),
                  file->errors.size() == 1 ? "error" : "errors"));
  return kBadFile;
}

}  // namespace

void add_asm(CLI::App& app, Frame& frame) {
  auto& verb = add_verb(app, "asm", "Assemble a Z-ISA source into a guest",
                        "  ringside asm hello.s            # makes hello\n"
                        "  ringside asm hello.s -o guest && ringside run guest");
  auto o = std::make_shared<AsmOptions>();
  verb.add_option("SOURCE", o->source, "Source in the syntax of GNU as (docs/assembler.md)")
      ->required();
  verb.add_option("-o,--output", o->output,
                  "Executable to write [the source's name without its ending]")
      ->type_name("FILE");
  verb.add_option("--text", o->text_address, "Address of the first code [0x80000000]")
      ->type_name("ADDRESS");
  verb.add_flag("--quiet", o->quiet, "Say nothing where all is well");
  verb.add_flag("--json", o->json, "Report as JSON (schema ringside/asm/1)");
  verb.callback([o, &frame] {
    const auto status = assemble(*o);
    frame.status = status ? *status : complain(status.error());
  });
}

}  // namespace ringside::cli
