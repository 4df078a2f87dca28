#include "cpu/translation.hpp"

namespace ringside::cpu {

const TcPage* TranslationCache::page(const CodeKey& key) const {
  const auto found = pages_.find(key);
  return found == pages_.end() ? nullptr : found->second.get();
}

const TcOp* TranslationCache::find(const CodeKey& key, u32 pc) const {
  const TcPage* from = page(key);
  return from ? from->find(pc) : nullptr;
}

// A page that a copy of the cache shares stays as it is for that copy.
TcPage& TranslationCache::writable(const CodeKey& key) {
  auto& slot = pages_[key];
  auto fresh = slot ? std::make_shared<TcPage>(*slot) : std::make_shared<TcPage>();
  fresh->stamp = ++stamp_;
  TcPage& out = *fresh;
  slot = std::move(fresh);
  return out;
}

void TranslationCache::install(const CodeKey& key, Unit unit) {
  TcPage& page = writable(key);
  used_ += static_cast<u32>(unit.ops.size());
  ++counts_.units;
  counts_.instructions += unit.ops.size();
  const u16 number = static_cast<u16>(page.units.size() + 1);
  for (u16 i = 0; i < unit.ops.size(); ++i)
    page.places[(unit.start & kPageMask) / 4 + i] = {number, i};
  page.units.push_back(std::move(unit));
}

void TranslationCache::replace(const CodeKey& key, Unit unit) {
  TcPage& page = writable(key);
  const TcPage::Place place = page.places[(unit.start & kPageMask) / 4];
  page.units[place.unit - 1] = std::move(unit);
  ++counts_.retranslated;
}

u32 TranslationCache::drop(Hpa frame) {
  u32 dropped = 0;
  auto each = pages_.lower_bound({frame, 0, false});
  while (each != pages_.end() && each->first.frame == frame) {
    for (const Unit& unit : each->second->units) used_ -= static_cast<u32>(unit.ops.size());
    dropped += static_cast<u32>(each->second->units.size());
    each = pages_.erase(each);
  }
  counts_.dropped += dropped;
  stamp_ += dropped != 0;
  return dropped;
}

void TranslationCache::flush() {
  pages_.clear();
  used_ = 0;
  ++stamp_;
  ++counts_.flushes;
}

}  // namespace ringside::cpu
