#include "session/source.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "isa/zisa/assembler/assembler.hpp"
#include "session/files.hpp"

namespace ringside::session {

namespace fs = std::filesystem;

namespace {

std::optional<std::string> read_beside(const fs::path& folder, std::string_view name) {
  auto text = read_text((folder / name).string());
  return text ? std::optional(std::move(*text)) : std::nullopt;
}

bool has_content(const zisa::Assembly& assembly) {
  return std::ranges::any_of(assembly.sections, [](const auto& each) { return each.allocated && each.size != 0; });
}

}  // namespace

BuiltSource build_source(const std::string& path, const std::string& text, u32 text_address) {
  zisa::AssemblerOptions options;
  options.text_address = text_address;
  options.read_file = [folder = fs::path(path).parent_path()](std::string_view name) { return read_beside(folder, name); };
  const auto assembly = zisa::assemble(path, text, options);
  BuiltSource built;
  if (!assembly) {
    for (const auto& each : assembly.error())
      built.faults.push_back({each.file, each.line, each.column, each.message, each.remedy, each.context});
  } else if (!has_content(*assembly)) {
    built.faults.push_back({path, 0, 0, "no instructions and no data: there is nothing to run", "", ""});
  } else {
    built.elf = assembly->elf(), built.entry = assembly->entry;
  }
  return built;
}

std::string program_of(const std::string& path) { return fs::path(path).replace_extension(".elf").string(); }

std::string autosave_of(const std::string& path) {
  const fs::path file(path);
  return (file.parent_path() / ("." + file.filename().string() + ".autosave")).string();
}

Result<void> replace_file(const std::string& path, const std::string& content) {
  const auto unwritable = [&] {
    return fail({Error::Kind::kBadFile, path, "", "cannot be written", "name a file in a folder that is yours"});
  };
  std::error_code failed;
  if (fs::is_directory(path, failed)) return unwritable();
  const std::string fresh = path + ".new";
  std::ofstream out(fresh, std::ios::binary | std::ios::trunc);
  out.write(content.data(), static_cast<std::streamsize>(content.size()));
  out.close();
  if (out) fs::rename(fresh, path, failed);
  if (out && !failed) return {};
  fs::remove(fresh, failed);
  return unwritable();
}

}  // namespace ringside::session
