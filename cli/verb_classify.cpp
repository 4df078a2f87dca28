// ringside classify: the Popek-Goldberg report of an ISA variant.
#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "cli/classify_text.hpp"
#include "cli/json_output.hpp"
#include "cli/progress.hpp"
#include "cli/verbs.hpp"
#include "study/classify/json.hpp"

namespace ringside::cli {

using Json = nlohmann::ordered_json;
using namespace study;

namespace {

struct ClassifyOptions {
  std::string isa, witness, guest;
  bool all_subsets = false, json = false;
};

// Manuals write instructions in capitals, assemblers in small letters.
std::string in_small_letters(std::string name) {
  std::ranges::transform(name, name.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return name;
}

/// One `ringside classify`, step by step.
class Classify {
 public:
  Classify(const ClassifyOptions& given, const Frame& frame) : given_(given), frame_(frame) {}

  Result<void> operator()() {
    if (auto done = read_guest(); !done) return done;
    if (isa() == session::kLabX86) return for_x86();
    auto laboratory = session::Laboratory::open(isa());
    if (!laboratory) return fail(laboratory.error());
    const Classification all = experiment_on(*laboratory);
    if (!given_.witness.empty()) return show_witnesses(all);
    Json json = show(all);
    if (auto done = show_subsets(*laboratory, all, json); !done) return done;
    show_guest(*laboratory, all, json);
    if (given_.json) print_json(json);
    return {};
  }

 private:
  std::string isa() const { return given_.isa.empty() ? code_.isa : given_.isa; }

  Result<void> read_guest() {
    if (given_.guest.empty()) return {};
    session::Options options;
    options.guest = given_.guest;
    options.folders = frame_.folders;
    auto code = session::guest_code(options);
    if (!code) return fail(code.error());
    code_ = std::move(*code);
    const bool of_x86 = code_.isa == session::kLabX86;
    if (given_.isa.empty() || (given_.isa == session::kLabX86) == of_x86) return {};
    return fail({Error::Kind::kUsage, code_.file, "--isa " + given_.isa,
                 of_x86 ? "the guest is for x86" : "the guest is for Z-ISA", "leave --isa out"});
  }

  template <class Lab>
  static Classification experiment_on(Lab& laboratory) {
    Progress progress("instructions put to experiment");
    return classify(laboratory, [&](u64 done, u64 of) { progress.show(done, of); });
  }

  // x86 is what it is: nothing about it can be chosen.
  Result<void> for_x86() {
    if (given_.all_subsets)
      return fail({Error::Kind::kUsage, "", "--all-subsets", "x86 has no variants that close its holes",
                   "leave it out, or take --isa zisa"});
    session::X86Laboratory laboratory;
    const Classification all = experiment_on(laboratory);
    if (!given_.witness.empty()) return show_witnesses(all);
    Json json = show(all);
    show_guest(laboratory, all, json);
    if (given_.json) print_json(json);
    return {};
  }

  // The report as text, unless JSON or a part of it is asked for.
  Json show(const Classification& all) const {
    if (given_.json) return to_json(all);
    if (given_.guest.empty() && !given_.all_subsets) std::cout << classify_text(all, style_);
    return {};
  }

  Result<void> show_witnesses(Classification all) {
    const Finding* found = all.find(in_small_letters(given_.witness));
    if (!found)
      return fail({Error::Kind::kUsage, "", "--witness " + given_.witness, "no such instruction",
                   "take one of the table that `ringside classify` prints"});
    all.findings = {*found};
    if (given_.json) return print_json(to_json(all)), Result<void>{};
    const Finding& finding = all.findings.front();
    if (finding.witnesses.empty())
      fmt::print("{} on {}: no witness; in no state drawn was it sensitive or privileged\n",
                 finding.instruction, all.isa);
    const char* between = "";
    for (const auto& [shown, witness] : finding.witnesses) {
      std::cout << between << witness_text(witness, style_);
      between = "\n";
    }
    return {};
  }

  Result<void> show_subsets(session::Laboratory& laboratory, const Classification& all,
                            Json& json) {
    if (!given_.all_subsets) return {};
    const auto subsets = classify_subsets(laboratory, all);
    if (!subsets) return fail(subsets.error());
    if (given_.json)
      json["subsets"] = to_json(*subsets);
    else
      std::cout << subsets_text(*subsets, style_);
    return {};
  }

  template <class Lab>
  void show_guest(const Lab& laboratory, const Classification& all, Json& json) {
    if (given_.guest.empty()) return;
    const GuestUses uses = sensitive_uses(code_, laboratory, all);
    if (given_.json)
      json["guest"] = to_json(uses);
    else
      std::cout << uses_text(uses, style_);
  }

  const ClassifyOptions& given_;
  const Frame& frame_;
  Style style_ = style_of(1);
  session::GuestCode code_;
};

}  // namespace

void add_classify(CLI::App& app, Frame& frame) {
  auto& verb =
      add_verb(app, "classify",
               "Find the sensitive instructions of an ISA by experiment and judge the theorems",
               "  ringside classify\n"
               "  ringside classify --isa zisa-v\n"
               "  ringside classify --isa x86            # beside Robin and Irvine's list\n"
               "  ringside classify --witness READ_SR    # the states that show what it is\n"
               "  ringside classify --all-subsets        # close the holes one by one\n"
               "  ringside classify --guest guests/zisa/zos\n"
               "  ringside classify --guest guests/x86/zos");
  auto o = std::make_shared<ClassifyOptions>();
  verb.add_option("--isa", o->isa,
                  "zisa, zisa-v, zisa-h (root mode, then non-root mode), FILE.json or x86 [zisa, or what the "
                  "guest says]")
      ->type_name("ISA");
  auto* witness =
      verb.add_option("--witness", o->witness, "Replay what was found of one instruction")
          ->type_name("NAME");
  verb.add_option("--guest", o->guest, "List the sensitive instructions in a kernel")
      ->type_name("KERNEL")
      ->excludes(witness);
  verb.add_flag("--all-subsets", o->all_subsets, "Judge every subset of the variant's holes")
      ->excludes(witness);
  verb.add_flag("--json", o->json, "Report as JSON (schema ringside/classify/1)");
  verb.callback([o, &frame] {
    if (const auto done = Classify(*o, frame)(); !done) frame.status = complain(done.error());
  });
}

}  // namespace ringside::cli
