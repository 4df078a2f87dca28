# The build-time half of ringside_embed: cmake -DNAME= -DFILES=a|b -DOUTPUT= -P EmbedFiles.cmake
string(REPLACE "|" ";" FILES "${FILES}")
set(arrays "")
set(names "")
set(cases "")
set(i 0)
foreach(file IN LISTS FILES)
  get_filename_component(base "${file}" NAME)
  file(READ "${file}" hex HEX)
  string(REGEX REPLACE "(................................)" "\\1\n" hex "${hex}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  # The closing 0 is not part of the file; it keeps an empty file from being an empty array.
  string(APPEND arrays "const unsigned char kFile${i}[] = {\n${bytes}0};\n")
  string(APPEND names "    \"${base}\",\n")
  string(APPEND cases "  if (file == \"${base}\") return view(kFile${i}, sizeof kFile${i} - 1);\n")
  math(EXPR i "${i} + 1")
endforeach()
file(WRITE "${OUTPUT}" "// Written by cmake/EmbedFiles.cmake.
#include \"embedded/${NAME}.hpp\"

#include <cstddef>

namespace ringside {
namespace {
${arrays}
constexpr std::string_view kNames[] = {
${names}};

std::string_view view(const unsigned char* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}
}  // namespace

std::string_view embedded_${NAME}(std::string_view file) {
${cases}  return {};
}

std::span<const std::string_view> embedded_${NAME}_files() { return kNames; }
}  // namespace ringside
")
