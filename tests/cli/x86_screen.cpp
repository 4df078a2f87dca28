// What a kernel writes on the text screen alone is shown, and drives that are none are refused.
#include "catch.hpp"
#include "cli/built_program.hpp"

#include <nlohmann/json.hpp>

namespace ringside::cli_test {

TEST_CASE("the text screen stands for a console that said nothing") {
  for (const char* strategy : {"bare", "trap-emulate", "dbt", "hvm"}) {
    INFO(strategy);
    const Outcome text = call({"run", "guests/x86/show-screen", "--strategy", strategy});
    CHECK(text.status == 0);
    CHECK(text.out == "hello on the screen\n");
    const Outcome json = call({"run", "guests/x86/show-screen", "--strategy", strategy, "--json"});
    CHECK(nlohmann::json::parse(json.out)["screen"] == "hello on the screen\n");
  }
  CHECK(call({"run", "guests/x86/show-modules"}).out == "0 modules\n");
}

TEST_CASE("a drive image that ends within a sector is refused in one line") {
  for (const std::size_t bytes : {std::size_t{0}, std::size_t{1000}}) {
    const std::string image = write_scratch("cut.img", std::string(bytes, 'x'));
    const Outcome outcome = call({"run", "guests/x86/zos", "--drive", image});
    CHECK(outcome.status == 65);
    CHECK(is_one_line(outcome.err, {"cut.img", "no disk image", "whole sectors of 512 bytes"}));
  }
}

}  // namespace ringside::cli_test
