#include "gui/format.hpp"

#include "gui/stage.hpp"

using namespace ringside;
using namespace ringside::gui;

TEST_CASE("numbers read as people write them") {
  CHECK(plain(grouped(0)) == "0");
  CHECK(plain(grouped(999)) == "999");
  CHECK(plain(grouped(1204331)) == "1 204 331");
  CHECK(plain(counted(1, "cycle")) == "1 cycle");
  CHECK(plain(counted(12000, "cycle")) == "12 000 cycles");
  CHECK(hex(0x410) == "00000410");
  CHECK(hex(0x123456789) == "123456789");
  CHECK(hex_short(0x3f1000) == "0x3f1000");
  CHECK(share(1, 3) == "33.3 %");
  CHECK(share(1, 1000000) == "<0.1 %");
  CHECK(share(0, 5) == "0.0 %");
  CHECK(share(0, 0) == "-");
  CHECK(plain(rounded(950)) == "950");
  CHECK(plain(rounded(12.04e6)) == "12.0 M");
}
