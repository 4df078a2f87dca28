// --cpu, --module, --keyboard and --write-back.
#include <filesystem>

#include "catch.hpp"
#include "cli/built_program.hpp"

namespace ringside::cli_test {

namespace {

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string features(const std::string& cpu, const std::string& strategy) {
  return call({"run", "guests/x86/show-cpu", "--cpu", cpu, "--strategy", strategy}).out;
}

}  // namespace

TEST_CASE("option --cpu decides what there is") {
  for (const char* strategy : {"bare", "hvm"}) {
    INFO(strategy);
    CHECK(features("i486", strategy) ==
          "eflags.id: no\ncpuid: no\nrdtsc: no\ncmpxchg8b: no\nrdmsr: no\ncr4: no\ncmov: no\npse: no\npge: no\n"
          "sysenter: no\n");
    CHECK(features("pentium", strategy) ==
          "eflags.id: yes\ncpuid: yes\nrdtsc: yes\ncmpxchg8b: yes\nrdmsr: yes\ncr4: yes\ncmov: no\npse: yes\npge: no\n"
          "sysenter: no\n");
    CHECK(features("i686", strategy) ==
          "eflags.id: yes\ncpuid: yes\nrdtsc: yes\ncmpxchg8b: yes\nrdmsr: yes\ncr4: yes\ncmov: yes\npse: yes\npge: yes\n"
          "sysenter: yes\n");
  }
  CHECK(call({"run", "guests/x86/show-cpu"}).out == features("i686", "bare"));
  const Outcome none = call({"run", "guests/x86/show-cpu", "--cpu", "z80"});
  CHECK(none.status == 64);
  CHECK(is_one_line(none.err, {"--cpu z80", "i486, pentium or i686"}));
}

TEST_CASE("option --module hands files to the kernel, with arguments") {
  const std::string one = write_scratch("one.mod", "abc"), two = write_scratch("two: too.mod", std::string(5000, '\1'));
  for (const char* strategy : {"bare", "hvm"}) {
    INFO(strategy);
    const Outcome outcome = call({"run", "guests/x86/show-modules", "--strategy", strategy, "--module", one + ":some words=1",
                                  "--module", two, "--module", one});
    CHECK(outcome.status == 0);
    CHECK(outcome.out == one + " some words=1: 3 bytes, sum 294\n" + two + ": 5000 bytes, sum 5000\n" + one +
                             ": 3 bytes, sum 294\n3 modules\n");
  }
  CHECK(call({"run", "guests/x86/show-modules"}).out == "0 modules\n");
}

TEST_CASE("option --module that is no file, or does not fit, is refused in one line") {
  const Outcome none = call({"run", "guests/x86/show-modules", "--module", "no/such/file:words"});
  CHECK(none.status == 65);
  CHECK(is_one_line(none.err, {"no/such/file", "cannot be opened"}));
  const Outcome empty = call({"run", "guests/x86/show-modules", "--module", ":words"});
  CHECK(empty.status == 64);
  CHECK(is_one_line(empty.err, {"--module :words", "FILE:ARGUMENTS"}));
  const std::string large = write_scratch("large.mod", "");
  std::filesystem::resize_file(large, 20u << 20);
  const Outcome full = call({"run", "guests/x86/show-modules", "--memory", "16M", "--module", large});
  CHECK(full.status == 65);
  CHECK(is_one_line(full.err, {"--memory"}));
}

TEST_CASE("option --keyboard types at the keyboard, else it is the serial port") {
  for (const char* strategy : {"bare", "hvm"}) {
    INFO(strategy);
    const Outcome serial = call({"run", "guests/x86/show-keys", "--strategy", strategy}, "a\n");
    CHECK(serial.status == 0);
    CHECK(serial.out == "serial 97\nserial 10\n");
    const Outcome keys = call({"run", "guests/x86/show-keys", "--keyboard", "--strategy", strategy}, "aB\n");
    CHECK(keys.status == 0);
    // a; shift, b; Enter: each pressed and released.
    CHECK(keys.out == "key 30\nkey 158\nkey 42\nkey 48\nkey 176\nkey 170\nkey 28\nkey 156\n");
  }
}

TEST_CASE("options of x86 change nothing of a guest for Z-ISA, and it is said") {
  const std::string file = write_scratch("m", "x");
  const Outcome outcome = call({"run", "guests/zisa/micro-syscall", "--cpu", "i486", "--module", file, "--keyboard"});
  CHECK(outcome.status == 0);
  for (const auto* option : {"--cpu changed nothing", "--module changed nothing", "--keyboard changed nothing"})
    CHECK(holds(outcome.err, option));
}

// --- write-back ---

namespace {

// pctest writes to sectors 5 and 6 of its first drive.
std::string disk_after(const std::vector<std::string>& more, std::size_t bytes, int status = 0) {
  const std::string file = write_scratch("disk.img", std::string(bytes, 'd'));
  std::vector<std::string> arguments{"run", "guests/x86/pctest", "--append", "only=ide", "--drive", file};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const Outcome outcome = call(arguments);
  INFO(outcome.out << outcome.err);
  CHECK(outcome.status == status);
  return read_file(file);
}

}  // namespace

TEST_CASE("option --write-back puts what the guest wrote into the image, and nothing else does") {
  constexpr std::size_t kSector = 512, kBytes = 64 * kSector;
  CHECK(disk_after({}, kBytes) == std::string(kBytes, 'd'));
  for (const char* strategy : {"bare", "hvm"}) {
    INFO(strategy);
    const std::string after = disk_after({"--write-back", "--strategy", strategy}, kBytes);
    REQUIRE(after.size() == kBytes);
    CHECK(after.substr(0, 5 * kSector) == std::string(5 * kSector, 'd'));
    CHECK(after.substr(5 * kSector, 2 * kSector) != std::string(2 * kSector, 'd'));
    CHECK(after.substr(7 * kSector) == std::string(kBytes - 7 * kSector, 'd'));
  }
}

TEST_CASE("option --write-back needs a drive of one guest, and a place to write") {
  const Outcome none = call({"run", "guests/x86/pctest", "--write-back"});
  CHECK(none.status == 64);
  CHECK(is_one_line(none.err, {"--write-back", "--drive"}));
  const Outcome two = call({"run", "guests/x86/micro-cli", "guests/x86/micro-cli", "--strategy", "hvm", "--drive", "none",
                            "--write-back"});
  CHECK(two.status == 64);
  const std::string folder = scratch("readonly");
  std::filesystem::create_directory(folder);
  const std::string file = folder + "/disk.img";
  std::filesystem::copy_file(write_scratch("image", std::string(1 << 15, 'd')), file);
  std::filesystem::create_directory(file + ".ringside-new");  // where the new image would be written first
  const Outcome refused =
      call({"run", "guests/x86/pctest", "--append", "only=ide", "--drive", file, "--write-back", "--json"});
  CHECK(refused.status == 65);
  CHECK(is_one_line(refused.err, {"disk.img", "cannot be written back"}));
  CHECK(read_file(file) == std::string(1 << 15, 'd'));
}

}  // namespace ringside::cli_test
