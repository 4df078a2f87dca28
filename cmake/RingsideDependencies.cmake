# Everything from outside, as installed packages: nothing is downloaded. tools/packages lists
# their names per distribution.
include_guard(GLOBAL)

find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(tl-expected REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(libxxhash REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(libelf REQUIRED IMPORTED_TARGET libelf)
pkg_check_modules(libedit REQUIRED IMPORTED_TARGET libedit)
find_package(Zydis REQUIRED)
