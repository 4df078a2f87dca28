// The PC's ports and memory together: what is nowhere else, and what a hostile guest can do.
#include <random>

#include "catch.hpp"
#include "devices/pc.hpp"

using namespace pc;

namespace {

PcPlatform::Config everything() {
  PcPlatform::Config config;
  config.cpus = 2;
  config.disk_latency = 300;
  config.input = "typed text\n";
  config.drives[0] = Drive(std::make_shared<std::vector<u8>>(40 * kSectorSize));
  config.drives[1] = Drive(std::make_shared<std::vector<u8>>(3 * kSectorSize - 5));
  return config;
}

/// One access of a guest that means no good.
void attack(Pc& pc, std::mt19937& random) {
  static constexpr std::array<u16, 24> kPorts{
      0x20, 0x21,  0x40,  0x43,  0x60,  0x61,  0x64,  0x70,  0x71,  0x92,  0xA0,  0xA1,
      0xF4, 0x1F0, 0x1F2, 0x1F6, 0x1F7, 0x3D4, 0x3D5, 0x3F6, 0x3F8, 0x4D0, 0xCF8, 0xCFC};
  const unsigned bytes = 1u << random() % 3, cpu = random() % 2;
  const u32 value = random() % 2 ? static_cast<u32>(random()) : random() % 256;
  const u16 port =
      static_cast<u16>(random() % 16 ? kPorts[random() % 24] + random() % 4 : random());
  const u64 page = random() % 4 ? LocalApic::kDefaultBase : IoApic::kBase;
  const Gpa gpa{page + random() % 64 * 16 + (random() % 8 ? 0 : random() % 8)};
  switch (random() % 8) {
    case 0:
    case 1:
      pc.in(port, bytes);
      break;
    case 2:
    case 3:
    case 4:
      pc.out(port, value, bytes);
      break;
    case 5:
      pc.platform.read(gpa, bytes, pc.now, cpu);
      break;
    case 6:
      pc.platform.write(gpa, value, random() % 4 ? 4 : bytes, pc.now, cpu);
      break;
    default:
      if (random() % 64 == 0) pc.platform.set_apic_base(value | u64{value} << 32, cpu);
      pc.platform.acknowledge(cpu);
  }
}

}  // namespace

TEST_CASE("where no device is, ports read ones and take everything") {
  Pc pc;
  for (u16 port : {0x80, 0x2F8, 0x170, 0x510, 0xFFFF}) {
    pc.out(port, 0x12345678, 4);
    CHECK(pc.in(port, 1) == 0xff);
    CHECK(pc.in(port, 2) == 0xffff);
  }
  CHECK(pc.in(0xFFFF, 4) == 0xff'ff'ff'ff);
}

TEST_CASE("a wider access is one for each byte") {
  Pc pc;
  pc.out(0x3D4, 0x5a0e, 2);  // index and data at once, as kernels do
  pc.out(0x3D4, 0x0e);
  CHECK(pc.in(0x3D5) == 0x5a);
  CHECK(pc.in(0x3D4, 2) == 0x5a0e);
  CHECK(pc.in(0x3DA) != pc.in(0x3DA));
}

TEST_CASE("the debug exit and the power switch end the run") {
  Pc pc;
  CHECK(!pc.platform.exit_code());
  pc.out(0xF4, 0x112233, 4);
  pc.out(0xF4, 7, 1);
  CHECK(pc.platform.exit_code() == 0x112233);
  CHECK(!pc.platform.powered_off());
  pc.out(0x604, 0x2000, 2);
  CHECK(pc.platform.powered_off());
}

TEST_CASE("PCI has a host bridge and nothing else") {
  Pc pc;
  const auto config = [&](u32 device, u32 reg) {
    pc.out(0xCF8, 0x8000'0000 | device << 11 | reg, 4);
    return pc.in(0xCFC, 4);
  };
  CHECK(config(0, 0) == 0x12378086);
  CHECK(pc.in(0xCFE, 2) == 0x1237);
  CHECK(config(0, 8) >> 16 == 0x0600);
  for (u32 device = 1; device < 32; ++device) CHECK(config(device, 0) == 0xffff'ffff);
}

TEST_CASE("the screen is the text in memory, from where the CRT controller starts") {
  Pc pc;
  std::vector<u8> memory(Display::kTextSize);
  const std::string text = "PC screen";
  for (std::size_t i = 0; i < text.size(); ++i) {
    memory[2 * (80 + i)] = static_cast<u8>(text[i]);
    memory[2 * (80 + i) + 1] = 0x07;
  }
  CHECK(pc.platform.screen(memory) == "\nPC screen\n");
  pc.out(0x3D4, 0x500d, 2);  // one row on
  CHECK(pc.platform.screen(memory) == "PC screen\n");
  CHECK(pc.platform.screen({}).empty());
}

TEST_CASE("narrow and misplaced accesses to the APICs do nothing wrong") {
  Pc pc;
  const u64 tpr = LocalApic::kDefaultBase + LocalApic::kTaskPriority;
  pc.platform.write(Gpa{tpr}, 0x20, 1, 0);
  CHECK(pc.platform.read(Gpa{tpr}, 4, 0) == 0);
  pc.platform.write(Gpa{tpr}, 0x20, 4, 0);
  CHECK(pc.platform.read(Gpa{tpr}, 1, 0) == 0x20);
  CHECK(pc.platform.read(Gpa{tpr + 1}, 2, 0) == 0);
  CHECK(pc.platform.read(Gpa{tpr + 4}, 4, 0) == 0);
}

TEST_CASE("a copy of the PC is a snapshot: both go on in the same way") {
  Pc pc(everything());
  pc.initialise_pics(0xffff);
  pc.start_pit(2, 5000);
  std::mt19937 random(1);
  for (int i = 0; i < 1000; ++i) attack(pc, random), pc.now += 100;
  Pc copy = pc;
  std::mt19937 same = random;
  for (int i = 0; i < 1000; ++i) attack(pc, random), pc.wait(1000);
  for (int i = 0; i < 1000; ++i) attack(copy, same), copy.wait(1000);
  CHECK(pc.platform.hash() == copy.platform.hash());
  CHECK(pc.platform.next_event() == copy.platform.next_event());
}

TEST_CASE("looking at the registers changes nothing") {
  Pc pc(everything());
  pc.out(0x3F9, 0x02);
  const u64 before = pc.platform.hash();
  const auto views = pc.platform.inspect(pc.now);
  CHECK(views.size() == 11);
  CHECK(pc.platform.hash() == before);
  CHECK((pc.in(0x3FA) & 0xf) == 0x02);
}

TEST_CASE("random port and memory traffic never harms the host") {
  for (unsigned seed = 0; seed < 4; ++seed) {
    Pc pc(everything());
    std::mt19937 random(seed);
    for (int i = 0; i < 50'000; ++i) {
      attack(pc, random);
      if (random() % 4 == 0) pc.now += random() % 10'000;
      if (random() % 8 == 0) pc.platform.advance(pc.now);
    }
    const auto next = pc.platform.next_event();
    CHECK((!next || *next < pc.now + 400'000'000'000));
    CHECK(!pc.platform.inspect(pc.now).empty());
  }
}
