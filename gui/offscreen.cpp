#include "gui/offscreen.hpp"

namespace ringside::gui {

Offscreen::Offscreen(std::unique_ptr<Shell> shell, int width, int height, float display)
    : context_(ImGui::CreateContext()), shell_(std::move(shell)), display_(display) {
  ImGui::SetCurrentContext(context_);
  ImGuiIO& io = ImGui::GetIO();
  io.IniFilename = nullptr;
  io.DisplaySize = {static_cast<float>(width), static_cast<float>(height)};
  io.DeltaTime = 1.f / 60;
  io.BackendFlags |= ImGuiBackendFlags_RendererHasVtxOffset;
  map_keys(io);
  shell_->ui().probe = &probe_;
}

Offscreen::~Offscreen() {
  ImGui::SetCurrentContext(context_);
  shell_.reset();
  ImGui::DestroyContext(context_);
}

void Offscreen::frame() {
  ImGui::SetCurrentContext(context_);
  ImGuiIO& io = ImGui::GetIO();
  if (shell_->prepare(*io.Fonts, display_)) {
    u8* pixels = nullptr;
    int width = 0, height = 0;
    io.Fonts->GetTexDataAsRGBA32(&pixels, &width, &height);
  }
  driver_.feed(io);
  ImGui::NewFrame();
  shell_->frame();
  ImGui::Render();
}

void Offscreen::play() {
  do frame();
  while (!driver_.done());
}

Picture Offscreen::picture() const {
  ImGui::SetCurrentContext(context_);
  const ImGuiIO& io = ImGui::GetIO();
  return rasterize(*ImGui::GetDrawData(), *io.Fonts, static_cast<int>(io.DisplaySize.x), static_cast<int>(io.DisplaySize.y));
}

}  // namespace ringside::gui
