# ringside_embed(target name files...)
#   Carries files inside a program. Makes, for the sources of `target` alone,
#     #include "embedded/<name>.hpp"
#     namespace ringside {
#       std::string_view embedded_<name>(std::string_view file);      // nullptr data if unknown
#       std::span<const std::string_view> embedded_<name>_files();    // names, in the order given
#     }
#   A file's name is what it is called without its folder. `target` must have sources already.
include_guard(GLOBAL)

function(ringside_embed target name)
  set(folder "${CMAKE_CURRENT_BINARY_DIR}/embedded")
  set(source "${folder}/${name}.cpp")
  list(TRANSFORM ARGN PREPEND "${CMAKE_CURRENT_SOURCE_DIR}/" REGEX "^[^/]" OUTPUT_VARIABLE files)
  string(REPLACE ";" "|" packed "${files}")
  file(CONFIGURE OUTPUT "${folder}/${name}.hpp" CONTENT [[
// Written by cmake/Embed.cmake.
#pragma once

#include <span>
#include <string_view>

namespace ringside {
std::string_view embedded_@name@(std::string_view file);
std::span<const std::string_view> embedded_@name@_files();
}  // namespace ringside
]] @ONLY)
  add_custom_command(OUTPUT "${source}"
    COMMAND "${CMAKE_COMMAND}" -DNAME=${name} "-DFILES=${packed}" "-DOUTPUT=${source}"
            -P "${PROJECT_SOURCE_DIR}/cmake/EmbedFiles.cmake"
    DEPENDS ${files} "${PROJECT_SOURCE_DIR}/cmake/EmbedFiles.cmake"
    COMMENT "Embedding ${name}" VERBATIM)
  target_sources(${target} PRIVATE "${source}")
  target_include_directories(${target} PRIVATE "${CMAKE_CURRENT_BINARY_DIR}")
endfunction()
