// Guest source: a Z-ISA program to edit; one keystroke assembles it, opens it as the guest and runs it.
#include <fmt/format.h>

#include <filesystem>

#include "gui/actions.hpp"
#include "gui/editor.hpp"
#include "gui/panel.hpp"
#include "session/files.hpp"
#include "session/source.hpp"

namespace ringside::gui {

namespace {

namespace fs = std::filesystem;
using session::SourceFault;

// What a new file begins with.
constexpr const char* kTemplate = R"(# Prints a line and switches the machine off.
    .equ CONSOLE, 0x10000000
    .equ POWER, 0x00100000

    .globl _start
_start:
    la   a0, message
    li   a1, CONSOLE
next:
    lbu  a2, 0(a0)
    beqz a2, done
    sb   a2, 0(a1)
    addi a0, a0, 1
    j    next
done:
    li   a1, POWER
    li   a2, 0x5555
    sw   a2, 0(a1)
    j    done

message:
    .asciz "Hello from the guest\n"
)";

class SourcePanel final : public Panel {
 public:
  void draw(Ui& ui) override {
    if (const u64 asked = ui.actions.when("source.build"); asked > built_at_) built_at_ = asked, build_and_run(ui);
    if (path_.empty()) return draw_empty(ui);
    draw_head(ui);
    if (!rescued_.empty()) draw_rescue(ui);
    if (conflict_) draw_conflict(ui);
    const float below = faults_.empty() ? ui.px(26) : ui.px(104);
    if (editor_.draw(ui, text_, marks_, {ImGui::GetContentRegionAvail().x, ImGui::GetContentRegionAvail().y - below})) edited();
    if (editor_.active() && pressed({Key::kS, true})) save();
    draw_below(ui);
  }

 private:
  bool unsaved() const { return text_ != saved_; }

  // --- files ---

  void open(const std::string& path) {
    if (path.empty()) return;
    std::error_code unknown;
    const bool there = fs::exists(path, unknown);
    const auto text = there ? session::read_text(path) : Result<std::string>(std::string(kTemplate));
    if (!text) return complain(text.error().text());
    path_ = path, text_ = *text, saved_ = there ? *text : "";
    faults_.clear(), marks_.clear(), rescued_.clear(), conflict_ = false;
    say(Tone::kDim, there ? "" : "A new file: it is written when you save or run it.");
    const auto kept = session::read_text(session::autosave_of(path));
    if (kept && *kept != text_) rescued_ = *kept;
    editor_.go_to(1, 1);
  }

  // What was typed is in a file at once: whatever ends the window loses nothing.
  void edited() {
    marks_.clear(), faults_.clear();
    say(Tone::kDim, "");
    if (!rescued_.empty() && !put_aside()) return;
    if (const auto kept = session::replace_file(session::autosave_of(path_), text_); !kept) complain(kept.error().text());
  }

  // Somebody goes on without choosing: the earlier text gets a file of its own.
  bool put_aside() {
    const std::string aside = session::autosave_of(path_) + ".old";
    if (const auto kept = session::replace_file(aside, rescued_); !kept) return complain(kept.error().text()), false;
    rescued_.clear();
    say(Tone::kDim, "The earlier text is in " + aside + " now.");
    return true;
  }

  bool save() {
    const auto now = session::read_text(path_);
    if (now && *now != saved_ && !overwrite_) return conflict_ = true, false;
    if (const auto written = session::replace_file(path_, text_); !written) return complain(written.error().text()), false;
    saved_ = text_, conflict_ = overwrite_ = false;
    std::error_code unknown;
    if (rescued_.empty()) fs::remove(session::autosave_of(path_), unknown);
    say(Tone::kGood, "Saved.");
    return true;
  }

  void close() {
    // What cannot be kept is not closed.
    if (unsaved() && text_ != kTemplate)
      if (const auto kept = session::replace_file(session::autosave_of(path_), text_); !kept) return complain(kept.error().text());
    say(Tone::kDim, "");
    path_.clear(), text_.clear(), saved_.clear(), faults_.clear(), marks_.clear();
  }

  // --- building ---

  void build_and_run(Ui& ui) {
    if (path_.empty() || ui.model.running() || !save()) return;
    const auto built = session::build_source(path_, text_);
    take_faults(built.faults);
    if (!faults_.empty()) return;
    const std::string program = session::program_of(path_);
    if (const auto written = session::replace_file(program, {built.elf.begin(), built.elf.end()}); !written)
      return complain(written.error().text());
    run(ui, program);
  }

  // On the machine and under the strategy that there is. An x86 machine runs no Z-ISA program.
  void run(Ui& ui, const std::string& program) {
    session::Options o = ui.model.options();
    if (ui.model.isa() == "x86") o.isa = "zisa", o.strategy = "bare", o.cpu_model.clear();
    o.guest = program;
    o.drives.clear(), o.modules.clear(), o.neighbours.clear(), o.typed.clear(), o.input.clear();
    if (const auto opened = ui.model.reopen(o); !opened) return complain(opened.error().text());
    say(Tone::kGood, fmt::format("Assembled; {} runs.", fs::path(program).filename().string()));
    ui.model.run();
  }

  void take_faults(const std::vector<SourceFault>& faults) {
    faults_ = faults, marks_.clear();
    for (const SourceFault& each : faults)
      if (each.line != 0 && each.file == path_) marks_.try_emplace(each.line, each.message);
    if (!faults.empty()) say(Tone::kBad, fmt::format("{} error{}: nothing was run.", faults.size(), faults.size() == 1 ? "" : "s"));
    if (!faults.empty() && faults.front().file == path_ && faults.front().line != 0)
      editor_.go_to(faults.front().line, faults.front().column);
  }

  void say(Tone tone, std::string words) { tone_ = tone, said_ = std::move(words); }
  void complain(std::string words) { say(Tone::kBad, std::move(words)); }

  // --- drawing ---

  void draw_empty(Ui& ui) {
    ImGui::Dummy({0, ui.px(8)});
    ui.text("No source is open", Tone::kText, Face::kStrong);
    ui.wrapped("Give a file of Z-ISA assembly, such as hello.s. If there is none of that name, it begins with a program that says hello.",
               Tone::kDim);
    ImGui::Dummy({0, ui.px(4)});
    const bool entered = ui.field("path", "A file, then Enter", typed_);
    if (ui.button("open", "Open", !typed_.empty()) || entered) open(typed_);
    if (!said_.empty()) ui.wrapped(said_, tone_);
  }

  void draw_head(Ui& ui) {
    if (ui.button("build", "Assemble and run", !ui.model.running())) build_and_run(ui);
    ui.tip("Ctrl+Enter: saves, assembles, opens the program as the guest and runs it");
    ImGui::SameLine();
    if (ui.button("save", "Save", unsaved())) save();
    ui.tip("Ctrl+S");
    ImGui::SameLine();
    if (ui.button("close", "Close")) return close();
    ui.tip("Text that is not saved is kept beside the file, and offered when you open it again");
    ui.text(fs::path(path_).filename().string(), Tone::kText, Face::kStrong);
    ui.note("file", path_);
    ui.tip(path_);
    if (!unsaved()) return;
    ImGui::SameLine();
    ui.text("not saved, but kept", Tone::kDim, Face::kSmall);
  }

  void draw_rescue(Ui& ui) {
    ui.wrapped("There is text of this file from an earlier time that was never saved.", Tone::kText);
    if (ui.button("rescue", "Take that text")) text_ = std::exchange(rescued_, ""), marks_.clear(), faults_.clear();
    ImGui::SameLine();
    if (!ui.button("discard", "Throw it away")) return;
    rescued_.clear();
    std::error_code unknown;
    fs::remove(session::autosave_of(path_), unknown);
  }

  void draw_conflict(Ui& ui) {
    ui.wrapped("Somebody else has changed the file since it was opened.", Tone::kBad);
    if (ui.button("overwrite", "Write mine over it")) overwrite_ = true, save();
    ImGui::SameLine();
    if (!ui.button("reread", "Take theirs")) return;
    // Mine stays in the file beside it, and is offered.
    open(std::string(path_));
  }

  void draw_below(Ui& ui) {
    if (!said_.empty()) ui.text(said_, tone_), ui.note("said", said_);
    else ui.text(fmt::format("Line {}   Ctrl+Enter assembles and runs", editor_.line()), Tone::kDim, Face::kSmall);
    if (faults_.empty()) return;
    ImGui::BeginChild("faults", {0, 0});
    for (std::size_t i = 0; i < faults_.size(); ++i) draw_fault(ui, faults_[i], fmt::format("fault.{}", i));
    ImGui::EndChild();
  }

  void draw_fault(Ui& ui, const SourceFault& fault, const std::string& name) {
    const std::string place =
        fault.line == 0 ? "" : fmt::format("{}:{}:{}", fs::path(fault.file).filename().string(), fault.line, fault.column);
    if (!place.empty() && ui.link(name, place, Tone::kAccent, Face::kMonoSmall)) {
      if (fault.file == path_) editor_.go_to(fault.line, fault.column);
    }
    if (!place.empty()) ImGui::SameLine();
    ui.wrapped(fault.message + (fault.remedy.empty() ? "" : ": " + fault.remedy) +
               (fault.context.empty() ? "" : " (" + fault.context + ")"));
  }

  Editor editor_;
  std::string path_, text_, saved_, typed_, said_;
  std::string rescued_;  ///< of an autosave file that is not what the file says
  std::vector<SourceFault> faults_;
  Editor::Marks marks_;
  Tone tone_ = Tone::kDim;
  bool conflict_ = false, overwrite_ = false;
  u64 built_at_ = 0;
};

}  // namespace

PanelInfo panel_source() {
  return {"source", "Guest source", "A Z-ISA program to edit, assemble and run", make_panel<SourcePanel>};
}

}  // namespace ringside::gui
