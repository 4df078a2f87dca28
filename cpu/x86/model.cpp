#include "cpu/x86/model.hpp"

namespace ringside::x86 {

namespace {

// No x87, hence no FPU bit; what is left out of the subset (MMX, PAE, MTRR, PAT ...) is not
// announced.
constexpr u32 kPentium =
    feature::kDe | feature::kPse | feature::kTsc | feature::kMsr | feature::kCx8 | feature::kApic;
constexpr std::array kModels{
    CpuModel{"i486", Model::kI486, 4, 8, 0, 0, false},
    CpuModel{"pentium", Model::kPentium, 5, 2, 12, kPentium, true},
    CpuModel{"i686", Model::kI686, 6, 8, 3,
             kPentium | feature::kSep | feature::kPge | feature::kCmov, true},
};

// Twelve characters in EBX, EDX and ECX: kernels choose code for a vendor by it.
constexpr std::string_view kVendor = "GenuineIntel";

constexpr u32 four_characters(std::string_view text, unsigned at) {
  u32 value = 0;
  for (unsigned i = 0; i < 4; ++i) value |= u32{static_cast<u8>(text[at + i])} << (8 * i);
  return value;
}

}  // namespace

u32 CpuModel::cr4() const {
  u32 bits = 0;
  if (has(feature::kTsc)) bits |= cr4::kTsd;
  if (has(feature::kDe)) bits |= cr4::kDe;
  if (has(feature::kPse)) bits |= cr4::kPse;
  if (has(feature::kPge)) bits |= cr4::kPge;
  return bits;
}

u32 CpuModel::eflags() const {
  return flag::kAll & ~(cpuid ? 0 : flag::kId);
}

std::array<u32, 4> CpuModel::leaf(u32 which, u32 apic_id) const {
  if (which == 0)
    return {1, four_characters(kVendor, 0), four_characters(kVendor, 8),
            four_characters(kVendor, 4)};
  const u32 signature = family << 8 | number << 4 | stepping;
  return {signature, apic_id << 24, 0, features};
}

const CpuModel* find_model(std::string_view name) {
  for (const CpuModel& model : kModels)
    if (model.name == name) return &model;
  return nullptr;
}

const CpuModel& default_model() {
  return kModels.back();
}

}  // namespace ringside::x86
