#include "loader/multiboot_information.hpp"

#include "base/bits.hpp"

namespace ringside::loader {
namespace {

constexpr std::size_t kSize = 116;
// Bits of the first word: which of the fields count.
constexpr u32 kHasMemory = 1 << 0, kHasCommandLine = 1 << 2, kHasModules = 1 << 3, kHasMap = 1 << 6,
              kHasName = 1 << 9, kHasScreen = 1 << 12;
// Offsets of the fields.
constexpr std::size_t kFlags = 0, kLower = 4, kUpper = 8, kCommandLine = 16, kModules = 20,
                      kModuleList = 24, kMapLength = 44, kMap = 48, kName = 64,
                      kScreenAddress = 88, kScreenPitch = 96, kScreenWidth = 100, kScreenHeight = 104, kScreenKind = 108;

// The screen: bytes of a row, columns, rows; the bits of a character and its attribute, and behind them the kind, text.
constexpr u32 kText = 0xB8000, kColumns = 80, kRows = 25, kPitch = 2 * kColumns, kTextKind = 16 | 2 << 8;


constexpr u32 kRam = 1, kReserved = 2;  // kinds of memory in the map

/// The structure first; what is appended follows it.
class Block {
 public:
  explicit Block(u32 address) : address_(address), bytes_(kSize) {}

  void set(std::size_t field, u32 word) { store_le(&bytes_[field], word); }

  /// The address of what is appended next.
  u32 next() const { return static_cast<u32>(address_ + bytes_.size()); }

  template <class T>
  void append(T value) {
    bytes_.resize(bytes_.size() + sizeof value);
    store_le(&bytes_[bytes_.size() - sizeof value], value);
  }

  /// Appends a text and gives its address.
  u32 append_text(const std::string& text) {
    const u32 at = next();
    bytes_.insert(bytes_.end(), text.begin(), text.end());
    bytes_.resize(bytes_.size() / 4 * 4 + 4);  // at least one NUL, then aligned
    return at;
  }

  void append_range(u64 begin, u64 end, u32 kind) {
    append(u32{20});  // bytes of the entry, this word not counted
    append(begin);
    append(end - begin);
    append(kind);
  }

  std::vector<u8> take() { return std::move(bytes_); }

 private:
  u32 address_;
  std::vector<u8> bytes_;
};

void write_memory(Block& block, u64 ram_bytes) {
  block.set(kLower, kLowRamEnd / 1024);
  block.set(kUpper, static_cast<u32>((ram_bytes - kHighRam) / 1024));
  const u32 begin = block.next();
  block.append_range(0, kLowRamEnd, kRam);
  block.append_range(kLowRamEnd, kScreen, kReserved);
  block.append_range(kBios, kHighRam, kReserved);
  block.append_range(kHighRam, ram_bytes, kRam);
  block.set(kMap, begin);
  block.set(kMapLength, block.next() - begin);
}

void write_screen(Block& block) {
  block.set(kScreenAddress, kText);  // its upper word is 0
  block.set(kScreenPitch, kPitch);
  block.set(kScreenWidth, kColumns);
  block.set(kScreenHeight, kRows);
  block.set(kScreenKind, kTextKind);
}

void write_modules(Block& block, std::span<const PlacedModule> modules) {
  std::vector<u32> texts;
  for (const auto& module : modules) texts.push_back(block.append_text(module.text));
  block.set(kModules, static_cast<u32>(modules.size()));
  block.set(kModuleList, block.next());
  for (std::size_t i = 0; i < modules.size(); ++i)
    for (u32 word : {modules[i].begin, modules[i].end, texts[i], 0u}) block.append(word);
}

}  // namespace

std::vector<u8> multiboot_information(u32 address, u64 ram_bytes, const std::string& command_line,
                                      std::span<const PlacedModule> modules, bool mode) {
  Block block(address);
  block.set(kFlags, kHasMemory | kHasCommandLine | kHasModules | kHasMap | kHasName | (mode ? kHasScreen : 0));
  if (mode) write_screen(block);
  write_memory(block, ram_bytes);
  write_modules(block, modules);
  block.set(kCommandLine, block.append_text(command_line));
  block.set(kName, block.append_text("ringside"));
  return block.take();
}

}  // namespace ringside::loader
