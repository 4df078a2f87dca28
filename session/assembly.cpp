#include "session/assembly.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/bits.hpp"
#include "isa/zisa/assembler/assembler.hpp"
#include "isa/zisa/decode.hpp"
#include "isa/zisa/manual.hpp"
#include "isa/zisa/syntax.hpp"
#include "loader/file.hpp"
#include "session/code.hpp"
#include "session/files.hpp"
#include "session/listing_x86.hpp"
#include "session/open.hpp"

namespace ringside::session {

namespace {

std::string text_of(const std::vector<u8>& bytes) {
  return {bytes.begin(), bytes.end()};
}

zisa::AssemblerOptions options_for(const std::string& path, u32 text_address) {
  zisa::AssemblerOptions options;
  options.text_address = text_address;
  const auto folder = std::filesystem::path(path).parent_path();
  options.read_file = [folder](std::string_view name) -> std::optional<std::string> {
    const auto bytes = loader::read_file((folder / name).string());
    if (!bytes) return std::nullopt;
    return text_of(*bytes);
  };
  return options;
}

bool has_content(const zisa::Assembly& assembly) {
  return std::any_of(assembly.sections.begin(), assembly.sections.end(),
                     [](const auto& each) { return each.allocated && each.size != 0; });
}

AssembledFile to_plain(const zisa::Assembly& assembly) {
  AssembledFile file{assembly.elf(), assembly.entry, {}, {}, {}};
  for (const auto& section : assembly.sections)
    if (section.allocated) file.sections.push_back({section.name, section.address, section.size});
  for (const auto& symbol : assembly.symbols) file.symbols.push_back({symbol.name, symbol.value});
  return file;
}

ListingLine line_of(const CodeWord& each) {
  std::vector<u8> bytes(sizeof each.word);
  store_le(bytes.data(), each.word);
  const bool labelled = !each.symbol.empty() && each.symbol.find('+') == std::string::npos;
  return {each.address, std::move(bytes), fmt::format("{:08x}", each.word), each.word, each.symbol, labelled,
          zisa::disassemble(each.word, each.address), zisa::sensitivity_mark(zisa::decode_row(each.word))};
}

}  // namespace

Result<AssembledFile> assemble_file(const std::string& path, u32 text_address) {
  const auto source = read_text(path);
  if (!source) return fail(source.error());
  const auto assembly = zisa::assemble(path, *source, options_for(path, text_address));
  AssembledFile failed;
  if (assembly && !has_content(*assembly))
    failed.errors.push_back(path + ": no instructions and no data: there is nothing to run");
  else if (assembly)
    return to_plain(*assembly);
  if (assembly) return failed;
  for (const auto& each : assembly.error()) failed.errors.push_back(each.text());
  return failed;
}

Result<std::vector<ListingLine>> listing(const Options& options) {
  const auto image = load_guest(options);
  if (!image) return fail(image.error());
  if (image->machine == loader::Machine::k386) return x86_listing(*image);
  const auto code = guest_code(options);
  if (!code) return fail(code.error());
  std::vector<ListingLine> lines;
  for (const CodeWord& each : code->words) lines.push_back(line_of(each));
  return lines;
}

std::string instruction_table() {
  return zisa::manual_tables();
}

nlohmann::ordered_json instruction_table_json() {
  auto list = nlohmann::ordered_json::array();
  for (const zisa::ManualRow& row : zisa::manual_rows())
    list.push_back({{"name", row.name},
                    {"usage", row.usage},
                    {"encoding", row.encoding},
                    {"kind", row.kind},
                    {"in_user", row.in_user},
                    {"classes", row.classes}});
  return {{"schema", "ringside/instructions/1"}, {"instructions", std::move(list)}};
}

}  // namespace ringside::session
