# What the window needs from outside: Dear ImGui, GLFW, stb, md4c. Sets RINGSIDE_HAS_GUI, and makes
#   ringside_imgui           Dear ImGui itself
#   ringside_imgui_backends  its backends for GLFW and OpenGL 3, with GLFW; OpenGL is loaded by them at run time
#   ringside_stb             stb_image_write
include_guard(GLOBAL)

set(RINGSIDE_GUI "AUTO" CACHE STRING "Build the window: AUTO (where its libraries are there), ON or OFF")
set_property(CACHE RINGSIDE_GUI PROPERTY STRINGS AUTO ON OFF)
set(RINGSIDE_IMGUI "" CACHE PATH "Folder of Dear ImGui's sources, 1.86 or later; empty: the installed one")

set(RINGSIDE_HAS_GUI FALSE)
if(RINGSIDE_GUI STREQUAL "OFF")
  return()
endif()

find_package(glfw3 3.3 QUIET)
pkg_check_modules(stb QUIET IMPORTED_TARGET stb)
pkg_check_modules(md4c QUIET IMPORTED_TARGET md4c)
if(NOT RINGSIDE_IMGUI)
  pkg_check_modules(imgui QUIET IMPORTED_TARGET imgui)
endif()
if(glfw3_FOUND AND stb_FOUND AND md4c_FOUND AND (imgui_FOUND OR RINGSIDE_IMGUI))
  set(RINGSIDE_HAS_GUI TRUE)
elseif(RINGSIDE_GUI STREQUAL "ON")
  message(FATAL_ERROR "The window needs GLFW, Dear ImGui, stb and md4c (libglfw3-dev, libimgui-dev, libstb-dev, libmd4c-dev); "
                      "-DRINGSIDE_GUI=OFF builds without it.")
else()
  message(STATUS "Without the window: GLFW, Dear ImGui, stb or md4c is missing")
  return()
endif()

add_library(ringside_imgui_backends INTERFACE)
add_library(ringside_stb INTERFACE)
target_link_libraries(ringside_stb INTERFACE PkgConfig::stb)

if(RINGSIDE_IMGUI)
  set(core imgui imgui_draw imgui_tables imgui_widgets)
  set(backends imgui_impl_glfw imgui_impl_opengl3)
  list(TRANSFORM core REPLACE "(.+)" "${RINGSIDE_IMGUI}/\\1.cpp")
  list(TRANSFORM backends REPLACE "(.+)" "${RINGSIDE_IMGUI}/backends/\\1.cpp")
  add_library(ringside_imgui STATIC ${core})
  target_include_directories(ringside_imgui SYSTEM PUBLIC "${RINGSIDE_IMGUI}")
  add_library(ringside_imgui_glfw STATIC EXCLUDE_FROM_ALL ${backends})
  target_link_libraries(ringside_imgui_glfw PUBLIC ringside_imgui glfw)
  target_link_libraries(ringside_imgui_backends INTERFACE ringside_imgui_glfw)
  target_include_directories(ringside_imgui_backends SYSTEM INTERFACE "${RINGSIDE_IMGUI}/backends")
else()
  # The static library has core and backends in one; who takes the core alone is not linked to GLFW.
  add_library(ringside_imgui INTERFACE)
  target_link_libraries(ringside_imgui INTERFACE PkgConfig::imgui)
  find_path(imgui_backends imgui_impl_glfw.h HINTS ${imgui_INCLUDE_DIRS} PATH_SUFFIXES backends REQUIRED)
  target_link_libraries(ringside_imgui_backends INTERFACE ringside_imgui glfw)
  target_include_directories(ringside_imgui_backends SYSTEM INTERFACE "${imgui_backends}")
endif()
