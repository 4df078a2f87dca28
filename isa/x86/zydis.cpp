#include "isa/x86/zydis.hpp"

#include <algorithm>

namespace ringside::x86 {

namespace {

ZydisDecoder decoder(ZydisMachineMode mode, ZydisStackWidth stack) {
  ZydisDecoder made;
  ZydisDecoderInit(&made, mode, stack);
  for (const auto later :
       {ZYDIS_DECODER_MODE_MPX, ZYDIS_DECODER_MODE_CET, ZYDIS_DECODER_MODE_LZCNT,
        ZYDIS_DECODER_MODE_TZCNT, ZYDIS_DECODER_MODE_WBNOINVD, ZYDIS_DECODER_MODE_CLDEMOTE})
    ZydisDecoderEnableMode(&made, later, ZYAN_FALSE);
  return made;
}

}  // namespace

const ZydisDecoder& zydis_decoder(CodeSize size) {
  static const ZydisDecoder k16 = decoder(ZYDIS_MACHINE_MODE_LEGACY_16, ZYDIS_STACK_WIDTH_16);
  static const ZydisDecoder k32 = decoder(ZYDIS_MACHINE_MODE_LEGACY_32, ZYDIS_STACK_WIDTH_32);
  return size == CodeSize::kBits16 ? k16 : k32;
}

ZydisDecoded zydis_decode(std::span<const u8> bytes, CodeSize size) {
  ZydisDecoded decoded{};
  decoded.status = ZydisDecoderDecodeFull(&zydis_decoder(size), bytes.data(),
                                          std::min<std::size_t>(bytes.size(), kMaxLength),
                                          &decoded.instruction, decoded.operands);
  return decoded;
}

}  // namespace ringside::x86
