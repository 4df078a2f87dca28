// ringside run: console, input, report, record and replay, trace.
#include "catch.hpp"
#include "cli/built_program.hpp"

using namespace ringside::cli_test;
using nlohmann::json;

namespace {

using Words = std::vector<std::string>;

const Words kScript = {"run",    "guests/zisa/zos", "--isa",
                       "zisa-v", "--append",        "forkwait 3; primes 100"};

Words with(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

unsigned long sum(const json& object) {
  unsigned long all = 0;
  for (const auto& each : object) all += each.get<unsigned long>();
  return all;
}

// Every key of a document, without those of lists of reports in it.
void keys_of(const json& document, std::vector<std::string>& keys) {
  if (document.is_array() && !document.empty()) keys_of(document.front(), keys);
  if (!document.is_object()) return;
  for (const auto& [key, value] : document.items()) {
    keys.push_back(key);
    keys_of(value, keys);
  }
}

}  // namespace

TEST_CASE("the console is the same on stdout, in the document, bare and under a VMM") {
  const Outcome bare = call(kScript);
  CHECK(bare.status == 0);
  CHECK(bare.out.find("forkwait: 3 forks, 0 lost\n") != std::string::npos);
  CHECK(bare.out.find("primes: 25 primes below 100\n") != std::string::npos);
  CHECK(bare.err.find("The guest ended with code 0") != std::string::npos);
  const Outcome vmm = call(with(kScript, {"--strategy", "trap-emulate"}));
  CHECK(vmm.out == bare.out);
  CHECK(document_of(with(kScript, {"--strategy", "trap-emulate"}))["console"] == bare.out);
}

TEST_CASE("the document of a run has what was promised") {
  const json r = document_of(with(kScript, {"--strategy", "trap-emulate", "--seed", "7"}));
  CHECK(r["schema"] == "ringside/run/1");
  CHECK(r["guest"] == "guests/zisa/zos");
  CHECK(r["isa"] == "zisa-v");
  CHECK(r["strategy"] == "trap-emulate");
  CHECK(r["paging"] == "shadow");
  CHECK(r["cost_model"]["name"] == "textbook");
  CHECK(r["outcome"] == "exited");
  CHECK(r["exit_code"] == 0);
  CHECK(r["reason"] == "");
  CHECK(r["holes"] == json::array());
  CHECK(r["seed"] == 7);
  const json& counts = r["instructions"];
  CHECK(counts["guest"] == counts["direct"].get<unsigned long>() +
                               counts["emulated"].get<unsigned long>() +
                               counts["translated"].get<unsigned long>());
  CHECK(r["cycles"]["total"] == sum(r["cycles"]["accounts"]));
  REQUIRE(!r["exits"].empty());
  for (const json& exit : r["exits"]) {
    CHECK(exit["count"].get<unsigned long>() > 0);
    CHECK(exit["min"] <= exit["mean"]);
    CHECK(exit["mean"] <= exit["max"]);
  }
  CHECK(r["state_hash"].get<std::string>().size() == 16);
}

TEST_CASE("every field of the documents is described in docs/schemas.md") {
  const std::string described = read_file(RINGSIDE_SOURCE_DIR "/docs/schemas.md");
  std::vector<std::string> keys;
  keys_of(
      document_of({"run", "guests/zisa/zos", "--strategy", "trap-emulate", "--append", "hello"}),
      keys);
  keys_of(document_of({"compare", "guests/zisa/micro-syscall"}), keys);
  keys_of(document_of({"check", "guests/zisa/hole-read-sr", "--isa", "zisa"}), keys);
  keys_of(document_of({"check", "--fuzz", "2"}), keys);
  REQUIRE(keys.size() > 50);
  for (const auto& key : keys) {
    INFO(key);
    const bool found = described.find("`" + key + "`") != std::string::npos ||
                       described.find("`" + key + ".") != std::string::npos ||
                       described.find("." + key + "`") != std::string::npos;
    CHECK(found);
  }
}

TEST_CASE("runs with equal options are equal, and virtual time makes strategies agree") {
  const Words timed = with(kScript, {"--virtual-time"});
  const json bare = document_of(timed),
             vmm = document_of(with(timed, {"--strategy", "trap-emulate"}));
  CHECK(bare["trace_hash"] == document_of(timed)["trace_hash"]);
  CHECK(bare["state_hash"] == vmm["state_hash"]);
  CHECK(bare["instructions"]["guest"] == vmm["instructions"]["guest"]);
}

TEST_CASE("piped input and a file are typed at the guest") {
  const std::string typed = "hello\nexit 5\n";
  const Outcome piped = call({"run", "guests/zisa/zos"}, typed);
  CHECK(piped.status == 5);
  CHECK(piped.out.find("$ hello\nhello: hello, world\n") != std::string::npos);
  const Outcome file = call({"run", "guests/zisa/zos", "--input", write_scratch("typed", typed)});
  CHECK(file.status == 5);
  CHECK(file.out == piped.out);
}

TEST_CASE("a recorded run is replayed, and a different course is noticed") {
  const std::string log = scratch("log.json");
  const Outcome recorded = call({"run", "guests/zisa/zos", "--record", log}, "hello\nexit 4\n");
  CHECK(recorded.status == 4);
  const Outcome replayed = call({"run", "guests/zisa/zos", "--replay", log});
  CHECK(replayed.status == 4);
  CHECK(replayed.out == recorded.out);
  const Outcome other = call({"run", "guests/zisa/zos", "--replay", log, "--memory", "8M"});
  CHECK(other.status == 65);
  CHECK(other.err.find("another course") != std::string::npos);
}

TEST_CASE("bytes that are no UTF-8 do not spoil the document") {
  const json r = document_of({"run", "guests/zisa/zos", "--append", "echo \xff\xfe"});
  CHECK(r["console"].get<std::string>().find("\xef\xbf\xbd") != std::string::npos);
}

TEST_CASE("a trace adds up to the run") {
  const std::string file = scratch("trace.json");
  const json run = document_of(with(kScript, {"--strategy", "trap-emulate", "--trace", file}));
  const json trace = json::parse(read_file(file), nullptr, false);
  REQUIRE(trace.is_object());
  unsigned long cpu = 0, exits = 0;
  for (const json& event : trace["traceEvents"]) {
    if (event["ph"] != "X") continue;
    if (event["tid"] == 2) cpu += event["args"]["cycles"].get<unsigned long>();
    if (event["tid"] == 3) ++exits;
  }
  CHECK(cpu == run["cycles"]["total"].get<unsigned long>());
  unsigned long counted = 0;
  for (const json& exit : run["exits"]) counted += exit["count"].get<unsigned long>();
  CHECK(exits == counted);
}

TEST_CASE("a trace names the holes") {
  const std::string file = scratch("trace.json");
  call({"run", "guests/zisa/hole-read-sr", "--isa", "zisa", "--strategy", "trap-emulate", "--trace",
        file});
  CHECK(read_file(file).find("\"hole: read_sr\"") != std::string::npos);
}

TEST_CASE("the option --explain says what the words mean") {
  const Words run = {"run",         "guests/zisa/micro-syscall", "--isa", "zisa-v", "--strategy",
                     "trap-emulate"};
  const std::string sentence = "The guest's kernel executed a privileged instruction";
  CHECK(call(run).err.find(sentence) == std::string::npos);
  CHECK(call(with(run, {"--explain"})).err.find(sentence) != std::string::npos);
}
