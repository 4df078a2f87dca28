// ringside check: exit statuses and documents.
#include "catch.hpp"
#include "cli/built_program.hpp"

using namespace ringside::cli_test;
using nlohmann::json;

TEST_CASE("check says that trap-and-emulate holds where all sensitive instructions trap") {
  const std::vector<std::string> command = {
      "check", "guests/zisa/micro-syscall", "--strategy", "trap-emulate", "--isa", "zisa-v"};
  const Outcome outcome = call(command);
  CHECK(outcome.status == 0);
  CHECK(outcome.out.find("resource control") != std::string::npos);
  const json document = document_of(command);
  CHECK(document["schema"] == "ringside/check/1");
  CHECK(document["held"] == true);
  CHECK(document["equivalent"] == true);
  CHECK(document["complete"] == true);
  CHECK(document["first_divergence"].is_null());
  CHECK(document["audited"]["accesses"] > 1000);
}

TEST_CASE("check says where a hole shows") {
  const Outcome outcome = call({"check", "guests/zisa/hole-read-sr", "--isa", "zisa"});
  CHECK(outcome.status == 1);
  CHECK(outcome.out.find("not equivalent") != std::string::npos);
  CHECK(outcome.out.find("read_sr") != std::string::npos);
}

TEST_CASE("check --fuzz reports what its guests did") {
  const Outcome outcome = call({"check", "--fuzz", "3", "--strategy", "trap-emulate"});
  CHECK(outcome.status == 0);
  CHECK(outcome.out.find("mode switches") != std::string::npos);
  const json document = document_of({"check", "--fuzz", "3", "--seed", "7"});
  CHECK(document["schema"] == "ringside/check-fuzz/1");
  CHECK(document["guests"] == 3);
  CHECK(document["seed"] == 7);
  CHECK(document["held"] == true);
}

TEST_CASE("check takes the port beside the guest for paravirtualization") {
  const std::vector<std::string> command = {"check", "guests/zisa/zos", "--strategy", "paravirt", "--append", "hello"};
  const Outcome outcome = call(command);
  CHECK(outcome.status == 0);
  CHECK(outcome.out.find("2 processes") != std::string::npos);
  const json document = document_of(command);
  CHECK(document["equivalent"] == true);
  CHECK(document["processes"] == 2);
  CHECK(document["audited"]["accesses"] > 1000);

  const Outcome none = call({"check", "guests/zisa/micro-syscall", "--strategy", "paravirt"});
  CHECK(none.status == 65);
  CHECK(none.err.find("micro-syscall-pv: no such file") != std::string::npos);
  CHECK(call({"check", "--fuzz", "3", "--strategy", "paravirt"}).status == 64);
}

TEST_CASE("a ported guest is refused by every other strategy, and others by paravirtualization") {
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"run", "guests/zisa/zos-pv", "--strategy", "bare"},
        {"run", "guests/zisa/zos-pv", "--strategy", "trap-emulate"},
        {"run", "guests/zisa/zos-pv", "--strategy", "dbt"},
        {"run", "guests/zisa/zos-pv", "--strategy", "hvm", "--isa", "zisa-h"},
        {"run", "guests/zisa/zos", "--strategy", "paravirt"},
        {"run", "guests/zisa/zos-pv", "guests/zisa/hostile", "--strategy", "paravirt"}}) {
    const Outcome outcome = call(command);
    CHECK(outcome.status == 64);
    CHECK(outcome.err.find("paravirtual") != std::string::npos);
    CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 1);
  }
}

TEST_CASE("check serves x86") {
  const json document = document_of({"check", "guests/x86/micro-syscall", "--strategy", "hvm"});
  CHECK(document["held"] == true);
  CHECK(document["complete"] == true);
  CHECK(document["isa"] == "x86");
  CHECK(document["audited"]["translations"] > 1000);

  const Outcome hole = call({"check", "guests/x86/hole-str", "--strategy", "trap-emulate"});
  CHECK(hole.status == 1);
  CHECK(hole.out.find("not equivalent") != std::string::npos);
  CHECK(hole.out.find("str ax") != std::string::npos);
  CHECK(hole.out.find("CPL 0") != std::string::npos);

  const json fuzzed = document_of({"check", "--fuzz", "3", "--strategy", "hvm", "--isa", "x86", "--seed", "7"});
  CHECK(fuzzed["held"] == true);
  CHECK(fuzzed["isa"] == "x86");
  CHECK(fuzzed["guests"] == 3);
}

TEST_CASE("check takes a guest or makes its own") {
  CHECK(call({"check"}).status == 64);
  CHECK(call({"check", "guests/zisa/zos", "--fuzz", "3"}).status == 64);
  CHECK(call({"check", "--fuzz", "3", "--strategy", "magic"}).status == 64);
}
