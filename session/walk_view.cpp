#include "session/walk_view.hpp"

#include <fmt/format.h>

#include "loader/image.hpp"
#include "session/lens.hpp"
#include "vmm/x86/arch.hpp"

namespace ringside::session {

namespace {

/// What the lens does not say, of either ISA.
struct Facts {
  bool x86 = false, virtualized = false, deprivileged = false;
  bool guest_root = false;  ///< the hardware walks the guest's own tables, which hold host frames
  bool believes_supervisor = false, wp_believed = true, wp_true = true, caches = false;
};

template <class Vm>
void read_off(Facts& f, const Vm& vm) {
  f.virtualized = vm.virtualized(), f.deprivileged = vm.deprivileged();
  f.guest_root = vm.internals().guest_root.has_value();
}

Facts facts_of(const Session& session) {
  Facts f;
  if (session.is_x86()) {
    const x86::Machine& m = session.pc();
    const x86::State guest = m.vm().guest_state();
    read_off(f, m.vm());
    f.x86 = true, f.believes_supervisor = guest.cpl != 3;
    f.wp_believed = (guest.cr0 & x86::cr0::kWp) != 0, f.wp_true = (m.cpu().state.cr0 & x86::cr0::kWp) != 0;
  } else {
    read_off(f, session.machine().vm());
    f.guest_root |= session.machine().vm().internals().paravirtual;
    f.believes_supervisor = session.machine().vm().guest_state().supervisor();
  }
  f.caches = session.options().walk_cache != 0 || session.options().nested_tlb != 0;
  return f;
}

bool of_two_dimensions(const TableWalk& walk) { return walk.tables.starts_with("both"); }
bool of_shadow(const TableWalk& walk) { return walk.tables.find("shadow") != std::string::npos; }

/// Judges the references of one set of tables.
class Judge {
 public:
  Judge(const Facts& facts, const Lens& lens, const TableWalk& walk, AskedAccess asked)
      : facts_(facts), lens_(lens), walk_(walk), asked_(asked), both_(of_two_dimensions(walk)), shadow_(of_shadow(walk)) {
    // A guest without its privileges runs in user mode of Z-ISA, kernel and all; on x86 its kernel at CPL 1 counts as supervisor.
    if (shadow_ && facts.deprivileged && !facts.x86) asked_.supervisor = false;
  }

  std::vector<WalkedReference> references() {
    std::vector<WalkedReference> all;
    unsigned row = 0;
    const unsigned last = rows();
    for (const WalkReference& each : walk_.references) {
      const bool guest = both_ ? each.flags.starts_with("guest") : !shadow_;
      all.push_back({static_cast<unsigned>(all.size() + 1), row, guest, each, bits(each, guest, row == last), {}, false});
      locate(all.back());
      if (both_ && guest) ++row;
    }
    return all;
  }

 private:
  unsigned rows() const {
    unsigned guest = 0;
    for (const WalkReference& each : walk_.references) guest += each.flags.starts_with("guest");
    return guest;
  }

  EntryBits bits(const WalkReference& entry, bool guest, bool itself) const {
    const bool second = both_ && !guest;
    AskedEntry how{asked_, !both_ && entry.level + 1 == walk_.levels, second, shadow_ ? facts_.wp_true : facts_.wp_believed};
    // Tables are read, whatever is to be done at the address itself.
    if (second && !itself) how.asked.access = Access::kLoad;
    const TableFormat plain = facts_.x86 ? TableFormat::kX86 : TableFormat::kZisa;
    return entry_bits(second && facts_.x86 ? TableFormat::kEpt : plain, entry.entry, how);
  }

  void locate(WalkedReference& reference) const {
    const u64 at = reference.entry.address;
    const bool guest_physical = reference.guest && !facts_.guest_root;
    reference.host = Hpa{at};
    reference.in_guest = reference.guest;
    if (guest_physical && lens_.is_ram({at}, 4)) reference.host = lens_.host_of({at});
    else if (guest_physical) reference.in_guest = false;
  }

  const Facts& facts_;
  const Lens& lens_;
  const TableWalk& walk_;
  AskedAccess asked_;
  bool both_, shadow_;
};

// The first reference that forbids it.
std::string forbidden(const Walked& walked, AskedAccess asked) {
  for (const WalkedReference& each : walked.references)
    if (forbids(each.bits)) return fmt::format("{}: {} in reference {}", asked_text(asked), forbidding_text(each.bits), each.number);
  return "";
}

Walked judged(const Session& session, const Facts& facts, const Lens& lens, const TableWalk& walk, AskedAccess asked) {
  Walked w{walk.tables, walk.root_name, walk.root, false, of_two_dimensions(walk), walk.levels, {}, 0, walk.outcome, "", walk.address};
  w.by_hardware = w.two_dimensions || of_shadow(walk) || facts.guest_root || !facts.virtualized;
  w.price = session.any_machine().ledger().price(cost::Param::kWalkReference);
  w.references = Judge(facts, lens, walk, asked).references();
  w.forbidden = forbidden(w, asked);
  return w;
}

}  // namespace

std::string asked_text(AskedAccess asked) {
  const char* verb = asked.access == Access::kFetch ? "execute" : asked.access == Access::kLoad ? "read" : "write";
  return fmt::format("{} mode may not {} here", asked.supervisor ? "supervisor" : "user", verb);
}

bool believes_supervisor(const Session& session) { return facts_of(session).believes_supervisor; }

WalkView walk_view(const Session& session, Gva address, AskedAccess asked) {
  const Facts facts = facts_of(session);
  const auto lens = make_lens(session.any_machine());
  const PageWalk walk = page_walk(session, address);
  WalkView view{address, session.image().symbols.name(address.v), asked, walk.paging, walk.guest_physical, {}, walk.tlb, facts.caches};
  for (const TableWalk& each : walk.walks) view.walks.push_back(judged(session, facts, *lens, each, asked));
  return view;
}

std::optional<Gva> mapping_of(const Session& session, Hpa host) {
  const auto lens = make_lens(session.any_machine());
  for (u64 page = 0; page < u64{1} << 32; page += kPageSize) {
    const auto gpa = lens->translate({static_cast<u32>(page)});
    if (gpa && lens->is_ram(*gpa, kPageSize) && lens->host_of(*gpa).page() == host.page())
      return Gva{static_cast<u32>(page) + host.offset()};
  }
  return std::nullopt;
}

Result<std::optional<WriterView>> entry_writer(Debugger& debugger, Hpa host) {
  const auto at = mapping_of(debugger.session(), host);
  if (at) return debugger.last_writer(fmt::format("{:#x}", at->v));
  return fail({Error::Kind::kUsage, "", fmt::format("{:#x}", host.v), "no address of the guest leads to this entry here",
               "go to where the guest's tables map it, or where its paging is off"});
}

}  // namespace ringside::session
