# How every target of the project is built: the language, the warnings, and ringside_library.
include_guard(GLOBAL)

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Release, Debug or RelWithDebInfo" FORCE)
endif()

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
# -O3 makes the engines' dispatch loop larger, not faster.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")

# With precompiled headers, of which ccache asks that it be told to trust them.
find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros "${CCACHE_PROGRAM}")
endif()

# Flags of our own targets only; nothing of this leaks to a project that links them.
add_library(ringside_flags INTERFACE)
target_compile_options(ringside_flags INTERFACE -Wall -Wextra -Wshadow -Wnon-virtual-dtor)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 13 and later find these in the standard library's own vectors, wrongly, once it has
  # inlined them; the sanitizers find the real ones.
  target_compile_options(ringside_flags INTERFACE -Wno-array-bounds -Wno-stringop-overflow
                         -Wno-stringop-overread)
endif()
if(RINGSIDE_WERROR)
  target_compile_options(ringside_flags INTERFACE -Werror)
endif()

# These two change every object file, so they are set for the whole directory tree.
if(RINGSIDE_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=undefined
                      -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()
if(RINGSIDE_COVERAGE)
  add_compile_options(--coverage -fprofile-update=atomic)
  add_link_options(--coverage)
endif()

# ringside_library(name DEPS...)
#   Makes the library `ringside_<name>` of the calling folder out of its *.cpp files, subfolders
#   included (but those with a CMakeLists.txt of their own), or an interface library where there are
#   none yet. DEPS are names of other
#   libraries of ours (base, isa_zisa, ...) or targets of packages (fmt::fmt); what is in the
#   public headers and what is not is not told apart. The include folder is the project's root.
function(ringside_library name)
  set(target ringside_${name})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cpp")
  # cli/main.cpp belongs to the program, not to the library that the tests link.
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
  file(GLOB_RECURSE others CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*/CMakeLists.txt")
  foreach(other IN LISTS others)
    cmake_path(GET other PARENT_PATH folder)
    list(FILTER sources EXCLUDE REGEX "^${folder}/")
  endforeach()
  if(sources)
    set(scope PUBLIC)
    add_library(${target} STATIC ${sources})
    target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:ringside_flags>)
  else()
    set(scope INTERFACE)
    add_library(${target} INTERFACE)
  endif()
  add_library(ringside::${name} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
  target_compile_features(${target} ${scope} cxx_std_20)
  target_include_directories(${target} ${scope}
    "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>" "$<INSTALL_INTERFACE:include/ringside>")
  foreach(dep IN LISTS ARGN)
    if(dep MATCHES "::")
      target_link_libraries(${target} ${scope} ${dep})
    else()
      target_link_libraries(${target} ${scope} ringside_${dep})
    endif()
  endforeach()
  set_property(GLOBAL APPEND PROPERTY RINGSIDE_LIBRARIES ${target})
endfunction()

# ringside_precompile(<target> HEADERS...)
#   Headers of packages that take the compiler seconds in each file of that target.
# ringside_reuse_precompiled(<target> <other>): those of the other target, which has the same flags.
function(ringside_precompile target)
  target_precompile_headers(${target} PRIVATE ${ARGN})
  ringside_precompiled_with_ccache(${target})
endfunction()
function(ringside_reuse_precompiled target other)
  target_precompile_headers(${target} REUSE_FROM ${other})
  ringside_precompiled_with_ccache(${target})
endfunction()
function(ringside_precompiled_with_ccache target)
  if(CCACHE_PROGRAM AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${target} PRIVATE -fpch-preprocess)
  endif()
endfunction()

# ringside_libraries(<variable> [REGEX])
#   Names (without ringside_) of the libraries made so far, or those that match.
function(ringside_libraries variable)
  get_property(names GLOBAL PROPERTY RINGSIDE_LIBRARIES)
  list(TRANSFORM names REPLACE "^ringside_" "")
  if(ARGC GREATER 1)
    list(FILTER names INCLUDE REGEX "${ARGV1}")
  endif()
  set(${variable} "${names}" PARENT_SCOPE)
endfunction()
