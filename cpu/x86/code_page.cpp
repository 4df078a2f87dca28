#include "cpu/x86/code_page.hpp"

#include "cpu/x86/fast_handlers.hpp"
#include "isa/x86/decode.hpp"

namespace ringside::x86::fast {

namespace {
// A guest that executes more pages than this starts over.
constexpr u64 kMostPages = 512;
constexpr u64 kMostUnitPages = 256;
// One that takes longer is left to the exact engine, so that sums stay in range.
constexpr u64 kLongestTime = 1u << 20;

void clear(CodePage& page) {
  page.used = 1;
  page.index.fill(0);
  page.covered.reset();
  page.instructions.clear();
}
}  // namespace

/// An instruction on its way to an operation.
struct DecodeCache::Draft {
  Instruction instruction;
  Op op{};
  Handlers handlers{take_back, take_back};
  bool exact = true;  ///< for the exact engine
  bool general = false;
  u32 accesses = 0;
  u32 reads = flag::kStatus;  ///< flags that must be right before it
  u32 writes = 0;             ///< flags that it leaves in any case
  u32 may_write = 0;
  bool may_stop = true;  ///< for the exact engine, after it was entered

  Kind kind() const { return kRows[instruction.row].kind; }
  bool jumps() const {
    return kind() == Kind::kBranch || kind() == Kind::kJump || kind() == Kind::kIndirectJump;
  }
  bool ends_block() const { return exact || jumps() || instruction.rep != Rep::kNone; }
  /// Nothing behind it is executed next.
  bool ends_run() const {
    return exact || kind() == Kind::kJump || kind() == Kind::kIndirectJump || (jumps() && general);
  }
};

DecodeCache::DecodeCache(Mmu& mmu, const CpuModel& model, const Prices& prices)
    : mmu_(mmu), model_(model), prices_(prices), pages_(mmu.memory().pages()) {
  mmu_.memory().set_code_watcher(this);
}

DecodeCache::~DecodeCache() {
  mmu_.memory().set_code_watcher(nullptr);
}

CodePage& DecodeCache::page(Hpa base) {
  const u64 number = mmu_.memory().page_of(base);
  if (pages_[number]) return *pages_[number];
  if (live_ == kMostPages) drop_all();
  // Not zeroed: memory that no operation is written to costs nothing.
  if (spare_.empty()) spare_.push_back(std::unique_ptr<CodePage>(new CodePage));
  pages_[number] = std::move(spare_.back());
  spare_.pop_back();
  ++live_;
  CodePage& page = *pages_[number];
  page.number = number;
  page.base = base;
  page.translated = false;
  clear(page);
  // From now on no store may reach the page unseen.
  mmu_.memory().mark_code(number);
  mmu_.tlb.drop_write_tags(base.page());
  return page;
}

// --- translated code ---

void DecodeCache::use_units(const TranslationCache& code) {
  if (code_ == &code && code_stamp_ == code.stamp()) return;
  code_ = &code;
  code_stamp_ = code.stamp();
  for (auto& [key, page] : units_) {
    const auto* units = code.page(key);
    const u64 stamp = units ? units->stamp : 0;
    if (std::exchange(page->stamp, stamp) != stamp) clear(*page);
  }
}

// A write to the code does not come in here: the VMM that translated it watches the page.
CodePage& DecodeCache::units_page(const cpu::CodeKey& key) {
  if (const auto found = units_.find(key); found != units_.end()) return *found->second;
  if (units_.size() == kMostUnitPages) drop_units();
  auto& page = units_[key] = std::unique_ptr<CodePage>(new CodePage);
  page->base = key.frame;
  page->translated = true;
  page->key = key;
  const auto* units = code_->page(key);
  page->stamp = units ? units->stamp : 0;
  clear(*page);
  return *page;
}

void DecodeCache::drop_units() {
  for (const auto& [key, page] : units_) mmu_.tlb.drop_fetch_tags(page.get());
  units_.clear();
}

// Nothing where translated code has no operation that the CPU executes by itself.
std::optional<Instruction> DecodeCache::instruction_at(CodePage& page, u32 offset) const {
  if (page.translated) {
    const auto* units = code_->page(page.key);
    const TcOp* op = units ? units->find(offset) : nullptr;
    return op && op->is_executed() ? std::optional(op->insn) : std::nullopt;
  }
  const u32 count = std::min<u32>(kMaxLength, kPageSize - offset);
  const Instruction found = x86::decode({mmu_.memory().at(page.base + offset), count}, CodeSize::kBits32);
  for (u32 byte = 0; byte < (found.length ? found.length : count); ++byte) page.covered.set(offset + byte);
  return found;
}

// --- from an instruction to an operation ---

namespace {

bool is_flat(const Instruction& i) {
  const Seg by = i.memory.segment;
  return i.address_size == 4 && (by == Seg::kDs || by == Seg::kEs || by == Seg::kSs);
}

char place_of_operand(const Instruction& i, const Operand& operand) {
  switch (operand.kind) {
    case Operand::kNone:
      return ' ';
    case Operand::kRegister:
      return 'R';
    case Operand::kMemory:
      return !is_flat(i) ? '?' : i.memory.index == kNoRegister ? 'M' : 'X';
    case Operand::kImmediate:
      return 'I';
    default:
      return '?';
  }
}

Form form_of(const Instruction& i) {
  const auto name = kRows[i.row].name;
  if (name == "ret" || name.starts_with("nop")) return Form::kNone;
  for (unsigned form = 0; form < kForms; ++form) {
    bool same = true;
    for (unsigned n = 0; n < i.operands.size(); ++n)
      same = same && place_of(static_cast<Form>(form), n) == place_of_operand(i, i.operands[n]);
    if (same) return static_cast<Form>(form);
  }
  return kNoForm;
}

Form form_of_jump(const Instruction& i, u32 offset) {
  const u32 target = offset + i.length + i.immediate[0];
  return target < kPageSize ? Form::kNear : Form::kFar;
}

bool is_direct(const Instruction& i) {
  return (kRows[i.row].kind == Kind::kBranch || kRows[i.row].kind == Kind::kJump);
}

// A jump to itself may be a guest that can never get further.
bool jumps_to_itself(const Instruction& i) {
  return is_direct(i) && i.length + i.immediate[0] == 0;
}

Handlers special_handlers(const Instruction& i, u32 offset) {
  const Form form = is_direct(i) ? form_of_jump(i, offset) : form_of(i);
  if (form == kNoForm || i.width == 2) return {};
  if (i.width == 1) return handlers_of_bytes(i.row, form);
  for (const auto handlers_of : {handlers_of_words, handlers_of_moves, handlers_of_jumps})
    if (const Handlers found = handlers_of(i.row, form); found.dead) return found;
  return {};
}

u8 byte_offset(const Operand& operand) {
  const bool high = operand.width == 1 && operand.number >= 4;
  return static_cast<u8>(high ? 4 * (operand.number - 4) + 1 : 4 * operand.number);
}

void place_operands(Op& op, const Instruction& i) {
  op.imm = i.immediate[0];
  if (i.operands[0].kind == Operand::kRegister) op.first = byte_offset(i.operands[0]);
  if (i.operands[1].kind == Operand::kRegister) op.second = byte_offset(i.operands[1]);
  op.base = static_cast<u8>(4 * i.memory.base);
  op.index = static_cast<u8>(4 * i.memory.index);
  op.scale = static_cast<u8>(1u << i.memory.shift);
  op.displacement = i.memory.displacement;
  if (!is_direct(i)) return;
  op.displacement = i.immediate[0];
  op.imm = 0;
}

// Shifts leave the flags only where they shift by nothing.
bool shifts_surely(const Instruction& i) {
  const auto name = kRows[i.row].name;
  return (name == "shl" || name == "shr" || name == "sar") &&
         i.operands[1].kind == Operand::kImmediate && i.immediate[0] & 31;
}

}  // namespace

DecodeCache::Draft DecodeCache::draft(CodePage& page, u32 offset) {
  Draft draft;
  draft.op.offset = static_cast<u16>(offset);
  const auto found = instruction_at(page, offset);
  if (!found) return draft;
  Instruction& i = draft.instruction;
  i = *found;
  draft.op.length = i.length;
  if (i.row >= kRowCount || kRows[i.row].since > model_.generation || !has_general_handler(i.row))
    return draft;
  if (stops_.test(offset) || jumps_to_itself(i)) return draft;
  const Trial trial = try_out(i, model_);
  draft.accesses = trial.accesses;
  if (trial.written >> stop_register_ & 1 || trial.accesses > credit::kMostData) return draft;
  draft.exact = false;
  const Handlers special = special_handlers(i, offset);
  draft.general = special.dead == nullptr;
  if (credit::time_left(price(draft, page.translated)) > static_cast<i64>(kLongestTime))
    return draft.exact = true, draft;
  const FlagUse use = shifts_surely(i) ? FlagUse{0, flag::kStatus} : kRows[i.row].flags;
  draft.reads = use.reads;
  draft.writes = use.writes;
  draft.may_write = use.writes ? use.writes : use.reads == flag::kStatus ? flag::kStatus : 0;
  draft.may_stop = draft.general || draft.accesses != 0 || draft.kind() == Kind::kDivide;
  if (draft.general) {
    draft.handlers = {general_handler(i), general_handler(i)};
    draft.op.imm = static_cast<u32>(page.instructions.size());
    page.instructions.push_back(i);
  } else {
    draft.handlers = special;
    place_operands(draft.op, i);
  }
  return draft;
}

// Of one operation alone. What the exact engine executes pays there.
i64 DecodeCache::price(const Draft& draft, bool translated) const {
  if (draft.exact) return 0;
  u64 time = prices_.insn + draft.accesses * prices_.data;
  if (draft.kind() == Kind::kMultiply) time += prices_.multiply;
  if (draft.kind() == Kind::kDivide) time += prices_.divide;
  if (draft.kind() == Kind::kIndirectJump) time += prices_.indirect + (translated ? prices_.hash : 0);
  return credit::charge(time, 1, draft.accesses);
}

// --- runs ---

// Drafts forwards, to where a jump leads away, then finishes backwards. Returns the number of the
// first operation.
u32 DecodeCache::decode(CodePage& page, u32 offset) {
  const u32 first = page.used;
  drafts_.clear();
  u32 at = offset;
  bool ended = false;
  while (!ended && at < kPageSize && page.index[at] == 0 && drafts_.size() < kLongestRun) {
    drafts_.push_back(draft(page, at));
    page.index[at] = static_cast<u16>(page.used++);
    ended = drafts_.back().ends_run();
    at += drafts_.back().instruction.length;
  }
  if (!ended) {
    Op& last = page.ops[page.used++];
    last = {};
    last.handler = at < kPageSize ? go_to : next_page;
    last.offset = static_cast<u16>(at);
  }
  finish(page, first);
  return first;
}

Handler DecodeCache::handler_of_both(const Draft& first, const Draft& jump) {
  if (first.exact || first.general || jump.exact || jump.general || jump.kind() != Kind::kBranch) return nullptr;
  if (form_of_jump(jump.instruction, jump.op.offset) != Form::kNear) return nullptr;
  const Instruction& i = first.instruction;
  const Form form = form_of(i);
  return form == kNoForm ? nullptr : handler_of_pair(i.row, i.width, form, jump.instruction.row);
}

// Sums the charges of each block, and finds the flags that nobody can see.
void DecodeCache::finish(CodePage& page, u32 first) {
  u32 live = flag::kStatus;
  i64 sum = 0;
  for (u32 n = static_cast<u32>(drafts_.size()); n-- > 0;) {
    const Draft& draft = drafts_[n];
    if (draft.ends_block()) live = flag::kStatus, sum = 0;
    Op& op = page.ops[first + n] = draft.op;
    op.charge = sum += price(draft, page.translated);
    op.handler = draft.may_write & live ? draft.handlers.live : draft.handlers.dead;
    if (n + 1 < drafts_.size())
      if (const Handler both = handler_of_both(draft, drafts_[n + 1])) op.handler = both;
    live = draft.may_stop ? flag::kStatus : (live & ~draft.writes) | draft.reads;
  }
}

// --- dropping ---

void DecodeCache::code_written(u64 number, u32 offset, u32 bytes) {
  const CodePage& page = *pages_[number];
  for (u32 byte = offset; byte < offset + bytes; ++byte)
    if (page.covered.test(byte)) return drop(number);
}

void DecodeCache::drop(u64 number) {
  mmu_.memory().unmark_code(number);
  mmu_.tlb.drop_fetch_tags(pages_[number].get());
  spare_.push_back(std::move(pages_[number]));
  --live_;
}

void DecodeCache::set_stops(const std::vector<u32>& addresses) {
  stops_.reset();
  for (const u32 address : addresses) stops_.set(address & kPageMask);
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

}  // namespace ringside::x86::fast
