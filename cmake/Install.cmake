# What `cmake --install` and the packages carry: the program, the built guests and labs that it
# finds beside itself (<prefix>/share/ringside), and libraries, headers and CMake package for
# those who build on it.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/ringside")
set(data_dir "${CMAKE_INSTALL_DATADIR}/ringside")

if(TARGET ringside)
  install(TARGETS ringside RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
endif()
if(RINGSIDE_GUESTS AND EXISTS "${PROJECT_SOURCE_DIR}/guests/zisa/CMakeLists.txt")
  install(DIRECTORY "${PROJECT_BINARY_DIR}/guests/zisa" "${PROJECT_BINARY_DIR}/guests/x86"
          DESTINATION "${data_dir}/guests")
endif()
if(EXISTS "${PROJECT_SOURCE_DIR}/labs")
  install(DIRECTORY labs DESTINATION "${data_dir}")
endif()

# The clients are programs: nothing is built on them.
ringside_libraries(libraries)
list(REMOVE_ITEM libraries cli gui gui_app)
foreach(library IN LISTS libraries)
  install(TARGETS ringside_${library} EXPORT ringside ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}")
  get_target_property(folder ringside_${library} SOURCE_DIR)
  cmake_path(RELATIVE_PATH folder BASE_DIRECTORY "${PROJECT_SOURCE_DIR}")
  install(DIRECTORY "${PROJECT_SOURCE_DIR}/${folder}/"
          DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/ringside/${folder}" FILES_MATCHING PATTERN "*.hpp")
endforeach()

install(EXPORT ringside NAMESPACE ringside:: FILE ringsideTargets.cmake DESTINATION "${package_dir}")
configure_package_config_file(cmake/ringsideConfig.cmake.in "${PROJECT_BINARY_DIR}/ringsideConfig.cmake"
                              INSTALL_DESTINATION "${package_dir}" PATH_VARS data_dir)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/ringsideConfigVersion.cmake"
                                 COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/ringsideConfig.cmake"
              "${PROJECT_BINARY_DIR}/ringsideConfigVersion.cmake" DESTINATION "${package_dir}")

foreach(text IN ITEMS README.md LICENSE CHANGELOG.md docs)
  if(IS_DIRECTORY "${PROJECT_SOURCE_DIR}/${text}")
    install(DIRECTORY ${text} DESTINATION "${CMAKE_INSTALL_DOCDIR}")
  elseif(EXISTS "${PROJECT_SOURCE_DIR}/${text}")
    install(FILES ${text} DESTINATION "${CMAKE_INSTALL_DOCDIR}")
  endif()
endforeach()

# `cpack --config build/CPackConfig.cmake -B <folder>`; the .deb needs dpkg-dev and file, which
# find out the versions of the shared libraries that the program was linked with.
set(CPACK_GENERATOR "DEB;TGZ")
set(CPACK_PACKAGE_VENDOR "Ringside")
set(CPACK_PACKAGE_CONTACT "The Ringside maintainers")
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGE_DIRECTORY "${PROJECT_BINARY_DIR}/packages")
set(CPACK_RESOURCE_FILE_LICENSE "${PROJECT_SOURCE_DIR}/LICENSE")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION education)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# Needed by those who build on the libraries only.
set(CPACK_DEBIAN_PACKAGE_SUGGESTS
    "libfmt-dev, nlohmann-json3-dev, libexpected-dev, libxxhash-dev, libelf-dev, pkg-config")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "fonts-inter, fonts-jetbrains-mono")
include(CPack)
