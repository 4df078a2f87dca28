#include "cpu/code_page.hpp"

#include <algorithm>

#include "isa/zisa/decode.hpp"

namespace ringside::cpu::fast {

namespace {
// 33 KiB each; a guest that executes more pages than this starts over.
constexpr u64 kMostPages = 1024;

constexpr u64 kMostUnitPages = 512;

bool undecoded(const Op& op) { return op.handler == undecoded_handler(); }

void clear(CodePage& page) {
  page.ops.fill({undecoded_handler(), 0, 0, 0, 0, 0});
  page.charges.fill({});
  page.ops[kOpsPerPage].handler = next_page_handler();
}

}  // namespace

DecodeCache::DecodeCache(mmu::Mmu& mmu, const Prices& prices)
    : mmu_(mmu), prices_(prices), pages_(mmu.memory().pages()) {
  mmu_.memory().set_code_watcher(this);
}

DecodeCache::~DecodeCache() { mmu_.memory().set_code_watcher(nullptr); }

CodePage& DecodeCache::page(Hpa base) {
  const u64 number = mmu_.memory().page_of(base);
  if (pages_[number]) return *pages_[number];
  if (live_ == kMostPages) drop_all();
  if (spare_.empty()) spare_.push_back(std::make_unique<CodePage>());
  pages_[number] = std::move(spare_.back());
  spare_.pop_back();
  ++live_;
  CodePage& page = *pages_[number];
  page.number = number;
  page.base = base;
  clear(page);
  // From now on no store may reach the page unseen.
  mmu_.memory().mark_code(number);
  mmu_.tlb.drop_write_tags(base.page());
  return page;
}

void DecodeCache::use_units(const TranslationCache& code) {
  if (code_ == &code && code_stamp_ == code.stamp()) return;
  code_ = &code;
  code_stamp_ = code.stamp();
  for (auto& [key, page] : units_) {
    const TcPage* units = code.page(key);
    const u64 stamp = units ? units->stamp : 0;
    if (std::exchange(page->stamp, stamp) != stamp) clear(*page);
  }
}

// A write to the code does not come in here: the VMM that translated it watches the page.
CodePage& DecodeCache::units_page(const CodeKey& key) {
  if (const auto found = units_.find(key); found != units_.end()) return *found->second;
  if (units_.size() == kMostUnitPages) drop_units();
  auto& page = units_[key] = std::make_unique<CodePage>();
  page->base = key.frame;
  page->translated = true;
  page->key = key;
  const TcPage* units = code_->page(key);
  page->stamp = units ? units->stamp : 0;
  clear(*page);
  return *page;
}

void DecodeCache::drop_units() {
  for (const auto& [key, page] : units_) mmu_.tlb.drop_fetch_tags(page.get());
  units_.clear();
}

// Nothing where translated code has no operation that the CPU executes by itself.
std::optional<u32> DecodeCache::word_at(const CodePage& page, const TcPage* units,
                                        u32 index) const {
  if (!page.translated) return mmu_.memory().read<u32>(page.base + 4 * u64{index});
  const TcOp* op = units ? units->find(4 * index) : nullptr;
  if (!op || !op->is_executed()) return std::nullopt;
  return op->insn;
}

// Decodes forwards, then sums the charges backwards.
void DecodeCache::decode(CodePage& page, u32 index) {
  const TcPage* units = page.translated ? code_->page(page.key) : nullptr;
  u32 end = index;
  for (; end < kOpsPerPage && undecoded(page.ops[end]); ++end) {
    const auto last = end == 0 ? std::nullopt : word_at(page, units, end - 1);
    const u32 before = last ? register_written(*last) : kNoRegister;
    const auto word = word_at(page, units, end);
    page.ops[end] = word ? predecode(*word, end, before) : for_exact_engine();
    const bool writes_it = stop_register_ != 0 && page.ops[end].rd == stop_register_ * 4;
    if (stops_.test(end) || writes_it) page.ops[end] = for_exact_engine();
    page.charges[end].forward = before;
    if (ends_block(page.ops[end].row)) {
      ++end;
      break;
    }
  }
  for (u32 i = end; i-- > index;) {
    Charge sum = price(page.ops[i], page.translated);
    if (!ends_block(page.ops[i].row)) {
      sum.counts += page.charges[i + 1].counts;
      sum.time += page.charges[i + 1].time;
    }
    page.charges[i].counts = sum.counts;
    page.charges[i].time = sum.time;
  }
}

// What the exact engine executes pays there.
Charge DecodeCache::price(const Op& op, bool translated) const {
  const auto counted = [](u64 kinds, i32 time) { return Charge{u64{1} << kInsns | kinds, time, 0}; };
  if (op.row == zisa::kIllegalRow) return {};
  switch (zisa::kRows[op.row].kind) {
    case zisa::Kind::kAlu:
    case zisa::Kind::kBranch:
    case zisa::Kind::kJump: return counted(0, prices_.insn);
    case zisa::Kind::kMultiply:
      return counted(u64{1} << kMultiplies, prices_.insn + prices_.multiply);
    case zisa::Kind::kDivide: return counted(u64{1} << kDivides, prices_.insn + prices_.divide);
    case zisa::Kind::kLoad:
    case zisa::Kind::kStore: return counted(u64{1} << kData, prices_.insn + prices_.data);
    case zisa::Kind::kIndirectJump:
      return counted(u64{1} << kIndirects,
                     prices_.insn + prices_.indirect + (translated ? prices_.hash : 0));
    default: return {};
  }
}

// The operation behind the written ones may count on the register that the last of them writes.
void DecodeCache::code_written(u64 number, u32 offset, u32 bytes) {
  const CodePage& page = *pages_[number];
  const u32 behind = std::min((offset + bytes - 1) / 4 + 1, kOpsPerPage - 1);
  for (u32 i = offset / 4; i <= behind; ++i)
    if (!undecoded(page.ops[i])) return drop(number);
}

void DecodeCache::drop(u64 number) {
  mmu_.memory().unmark_code(number);
  mmu_.tlb.drop_fetch_tags(pages_[number].get());
  spare_.push_back(std::move(pages_[number]));
  --live_;
}

void DecodeCache::set_stops(const std::vector<u32>& addresses) {
  stops_.reset();
  for (const u32 address : addresses) stops_.set((address & kPageMask) / 4);
  drop_all();
}

void DecodeCache::set_stop_register(u32 number) {
  if (stop_register_ == number) return;
  stop_register_ = number;
  drop_all();
}

void DecodeCache::drop_all() {
  for (u64 number = 0; number < pages_.size(); ++number)
    if (pages_[number]) drop(number);
  drop_units();
}

}  // namespace ringside::cpu::fast
