#include "study/classify/finding.hpp"

namespace ringside::study {

namespace {

constexpr std::string_view kNames[] = {"control", "mode", "status", "frames",
                                       "pages",   "user", "time",   "privileged"};

}  // namespace

std::string_view class_name(Class which) {
  return kNames[static_cast<unsigned>(which)];
}

bool Finding::behaviour() const {
  return is(Class::kMode) || is(Class::kStatus) || is(Class::kFrames) || is(Class::kPages);
}

}  // namespace ringside::study
