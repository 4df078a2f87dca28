// Files that are not what they should be: status 65 and one line with file, place and remedy.
#include <filesystem>

#include "base/bits.hpp"
#include "catch.hpp"
#include "cli/built_program.hpp"

using namespace ringside;
using namespace ringside::cli_test;

namespace {

using Words = std::vector<std::string>;

void expect_bad(const Words& arguments, const Words& parts) {
  const Outcome outcome = call(arguments);
  INFO(outcome.err);
  CHECK(outcome.status == 65);
  CHECK(outcome.out.empty());
  CHECK(is_one_line(outcome.err, parts));
}

void expect_bad_guest(const std::string& bytes, const Words& parts) {
  const std::string file = write_scratch("guest", bytes);
  Words all = parts;
  all.push_back(file);
  expect_bad({"run", file}, all);
}

// Fields of ELF32 (header: e_machine, e_phoff; program header: p_paddr), by their offsets.
constexpr std::size_t kMachine = 18, kPhoff = 28, kPhentsize = 32, kPaddr = 12;

template <class T>
std::string with(std::string bytes, std::size_t at, T value) {
  store_le(reinterpret_cast<u8*>(bytes.data()) + at, value);
  return bytes;
}

u32 word_at(const std::string& bytes, std::size_t at) {
  return load_le<u32>(reinterpret_cast<const u8*>(bytes.data()) + at);
}

// Offset of the header of the n-th segment that is loaded.
std::size_t loaded_segment(const std::string& bytes, unsigned n) {
  std::size_t at = word_at(bytes, kPhoff);
  for (;; at += kPhentsize)
    if (word_at(bytes, at) == 1 && n-- == 0) return at;
}

// The textbook model, as the presets are written, with one thing changed.
std::string model_with(const std::string& from, const std::string& to) {
  std::string text = read_file(RINGSIDE_SOURCE_DIR "/cost/presets/textbook.json");
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

void expect_bad_model(const std::string& text, const Words& parts) {
  expect_bad(
      {"run", guest_file("micro-syscall"), "--cost-model", write_scratch("model.json", text)},
      parts);
}

void expect_bad_variant(const std::string& text, const Words& parts) {
  expect_bad({"run", guest_file("micro-syscall"), "--isa", write_scratch("variant.json", text)},
             parts);
}

}  // namespace

TEST_CASE("guests that are no guests") {
  expect_bad({"run", "no/such/file"}, {"no/such/file", "no such file"});
  expect_bad_guest("", {});
  expect_bad_guest("#!/bin/sh\necho hello\n", {"ELF"});
  const std::string good = guest_bytes("micro-syscall");
  expect_bad_guest(with<u16>(good, kMachine, 62), {});
  expect_bad_guest(with<u16>(good, kMachine, 3), {"x86"});
  for (const std::size_t size :
       {std::size_t{10}, std::size_t{51}, std::size_t{60}, std::size_t{200}, good.size() / 2})
    expect_bad_guest(good.substr(0, size), {});
}

TEST_CASE("segments outside RAM or over each other") {
  const std::string good = guest_bytes("zos");
  const std::size_t first = loaded_segment(good, 0), second = loaded_segment(good, 1);
  expect_bad_guest(with<u32>(good, second + kPaddr, 0x10000000), {"RAM"});
  expect_bad_guest(with<u32>(good, second + kPaddr, 0xfffff000), {});
  expect_bad_guest(with<u32>(good, second + kPaddr, word_at(good, first + kPaddr)), {"overlaps"});
}

TEST_CASE("cost models") {
  const std::string insn = "\"insn\"";
  expect_bad_model("{", {"model.json", "JSON"});
  expect_bad_model(model_with(insn, "\"imsn\""), {"model.json", "imsn"});
  const Outcome absent = call({"run", guest_file("micro-syscall"), "--cost-model", "no-such.json"});
  CHECK(absent.status == 64);
  CHECK(is_one_line(absent.err, {"no-such.json", "textbook"}));
  expect_bad({"run", guest_file("micro-syscall"), "--isa", write_scratch("v", "{}")}, {"traps_in_user", "missing"});
  const std::string model = read_file(RINGSIDE_SOURCE_DIR "/cost/presets/textbook.json");
  auto json = nlohmann::ordered_json::parse(model);
  json["parameters"]["insn"]["value"] = -1;
  expect_bad_model(json.dump(), {"model.json", "insn"});
  json["parameters"].erase("insn");
  expect_bad_model(json.dump(), {"model.json", "insn"});
}

TEST_CASE("variants") {
  expect_bad_variant("[]", {"variant.json", "JSON"});
  expect_bad_variant(R"({"traps_in_user": {"read_sr": 1}})", {"variant.json", "read_sr"});
  expect_bad_variant(R"({"traps_in_user": {"raed_sr": true}})",
                     {"variant.json", "raed_sr", "read_sr"});
  expect_bad_variant(R"({"colour": "blue", "traps_in_user": {}})", {"variant.json", "colour"});
  expect_bad_variant(R"({"base": "vax", "traps_in_user": {}})", {"variant.json", "base", "zisa-v"});
}

TEST_CASE("drives, inputs and logs that are missing or no such thing") {
  const std::string guest = guest_file("micro-syscall");
  expect_bad({"run", guest, "--drive", "no-such.img"}, {"no-such.img", "cannot be opened"});
  expect_bad({"run", guest, "--input", "no-such.txt"}, {"no-such.txt", "cannot be opened"});
  expect_bad({"run", guest, "--input", "/"}, {"/"});
  const std::string long_input = write_scratch("long.txt", "");
  std::filesystem::resize_file(long_input, (64u << 20) + 1);  // a hole: takes no room
  expect_bad({"run", guest, "--input", long_input}, {"long.txt", "longer than 67108864 bytes"});
  expect_bad({"run", guest, "--replay", "no-such.json"}, {"no-such.json"});
  expect_bad({"run", guest, "--replay", write_scratch("log.json", "{}")}, {"log.json", "schema"});
  expect_bad({"run", guest, "--trace", "/no/such/folder/trace.json"},
             {"trace.json", "cannot be written"});
}
