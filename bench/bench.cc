// Deploys the same pipelines with flow, Docker Compose and the floor, in turns, and prints what each took.
//
//   bazel run --config=release //bench            some minutes
//   bazel run --config=release //bench -- --pairs=1 --quick_pairs=5
#include <gflags/gflags.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "bench/chart.h"
#include "bench/process.h"
#include "bench/programs.h"
#include "bench/record.h"
#include "bench/report.h"
#include "bench/scratch.h"
#include "testkit/file.h"
#include "testkit/http_request.h"
#include "testkit/socket.h"
#include "testkit/wire.h"

DEFINE_int32(pairs, 5, "how often each pipeline is deployed and deleted by each program; 0: not at all");
DEFINE_int32(quick_pairs, 20, "how often the quick jobs are done: status, unchanged apply, start-up; 0: not at all");
DEFINE_string(chart, "", "where to write the figures as a picture too (SVG)");
DEFINE_bool(show_requests, false, "print the requests that flow and Compose sent");

namespace bench {
namespace {

using flow::testkit::ReadFile;
using flow::testkit::WriteFile;

constexpr char kCheckedTitle[] = "chain of 5 with health checks";

// The engine's things of one run all have names that begin with this.
std::string RunPrefix() { return absl::StrCat("bench-", getpid(), "-"); }

std::string EngineSocket() {
  const char* host = std::getenv("DOCKER_HOST");
  if (host == nullptr || *host == '\0') return "/var/run/docker.sock";
  if (absl::StartsWith(host, "unix://")) return host + sizeof "unix://" - 1;
  std::cerr << "bench: DOCKER_HOST=" << host << ": only an engine on a unix socket can be measured here\n";
  std::exit(2);
}

class Bench : public Scratch {
 public:
  explicit Bench(std::string socket) : programs_(Programs::Find()), socket_(std::move(socket)) {
    UseEngine(socket_);
    unsetenv("DOCKER_CONTEXT");
    if (programs_.compose.empty()) {
      std::cerr << "bench: no Docker Compose: neither FLOW_COMPOSE, nor docker-compose in PATH, nor the CLI's plugin; "
                   "its rows are left out\n";
    }
  }

  int Measure() {
    std::cout << Machine();
    Pipeline ten = NewPipeline({.name = "ten", .title = "10 independent", .components = 10});
    Pipeline chain = NewPipeline({.name = "chain", .title = "chain of 3", .components = 3, .chain = true});
    Pipeline checked =
        NewPipeline({.name = "checked", .title = kCheckedTitle, .components = 5, .chain = true, .checked = true});
    for (Pipeline* pipeline : {&ten, &chain, &checked}) CountRequests(*pipeline);
    for (const Pipeline* pipeline : {&ten, &chain, &checked}) Deploys(*pipeline);
    if (FLAGS_quick_pairs > 0) QuickJobs(ten);
    StartUp(ten);
    CleanUp();
    std::cout << "\n" << FiguresTable(rows_) << "\n" << RatiosTable(rows_) << "\n" << TargetsTable(rows_, Targets());
    std::cout << libcurl_lines_;
    if (!FLAGS_chart.empty()) WriteFile(FLAGS_chart, Chart(rows_, "Compose"));
    return 0;
  }

 private:
  static void UseEngine(const std::string& socket) { setenv("DOCKER_HOST", ("unix://" + socket).c_str(), 1); }

  // All of this run's, whatever state it is in.
  void TakeBack() override {
    UseEngine(socket_);
    const Usage usage = Run({programs_.floor, socket_, "sweep", absl::StrCat("flow-", RunPrefix())}, Path("sweep"));
    if (usage.exit_code != 0) {
      std::cerr << "bench: could not remove all of flow-" << RunPrefix() << "*: " << ReadFile(Path("sweep"));
    }
  }

  std::string OutputOf(const Command& command) {
    Take(command);
    return Output();
  }

  Usage Do(Peer peer, Job job, const Pipeline& pipeline) {
    return Take(CommandOf(peer, job, pipeline, programs_, socket_));
  }

  std::string Machine() {
    const std::string version = OutputOf({programs_.floor, socket_, "get", "/version"});
    std::string engine = "?";
    // {"Platform":…,"Components":[…],"Version":"20.10.24+dfsg1",…}; the components have one each, too.
    has_start_interval_ = HasStartInterval(version);
    const std::string key = "\"Version\":\"";
    if (const size_t last = version.rfind("],\"" + key.substr(1)); last != std::string::npos) {
      const size_t begin = last + 2 + key.size();
      engine = version.substr(begin, version.find('"', begin) - begin);
    }
    std::string compose = "no Docker Compose";
    if (!programs_.compose.empty()) {
      compose = absl::StrCat("Docker Compose ", OutputOf({programs_.compose, "version", "--short"}));
      while (compose.back() == '\n') compose.pop_back();
    }
#ifdef NDEBUG
    const char* build = "";
#else
    const char* build = " (NOT a release build: use --config=release)";
#endif
    return absl::StrCat("flow", build, ", ", compose, ", engine ", engine, ", ", std::thread::hardware_concurrency(),
                        " cores\n");
  }

  // Whether the engine, by its GET /version, probes more often while a container starts: from API 1.44 on.
  static bool HasStartInterval(const std::string& version) {
    const std::string key = "\"ApiVersion\":\"1.";
    const size_t at = version.find(key);
    return at != std::string::npos && std::atoi(version.c_str() + at + key.size()) >= 44;
  }

  // The rest of a pipeline: its names and its files.
  Pipeline NewPipeline(Pipeline pipeline) {
    pipeline.name = RunPrefix() + pipeline.name;
    pipeline.file = Path(pipeline.name + ".yaml");
    pipeline.compose_file = Path(pipeline.name + ".compose.yaml");
    pipeline.state_dir = Path("state");
    for (int job = 0; job < kJobs; ++job) pipeline.records[job] = Path(absl::StrCat(pipeline.name, ".requests.", job));
    WriteFile(pipeline.file, PipelineText(pipeline));
    return pipeline;
  }

  // The order differs from round to round: who comes second meets an engine that has just been busy.
  std::vector<Peer> Turn(int round, std::vector<Peer> peers) const {
    if (programs_.compose.empty()) std::erase(peers, kCompose);
    std::rotate(peers.begin(), peers.begin() + round % static_cast<int>(peers.size()), peers.end());
    return peers;
  }

  static std::vector<Peer> PeersOf(const Pipeline& pipeline) {
    return HasFloor(pipeline) ? std::vector<Peer>{kFlow, kCompose, kFloor} : std::vector<Peer>{kFlow, kCompose};
  }

  Row& RowOf(const std::string& title) {
    for (Row& row : rows_) {
      if (row.title == title) return row;
    }
    rows_.push_back({.title = title});
    return rows_.back();
  }

  Row& RowOf(Job job, const Pipeline& pipeline) { return RowOf(absl::StrCat(kJobNames[job], ", ", pipeline.title)); }

  // Which containers of the pipeline there are, as the engine lists those that run.
  std::string Running(const Pipeline& pipeline) {
    // {"name":["flow-NAME-"]}
    return OutputOf(
        {programs_.floor, socket_, "get",
         absl::StrCat("/containers/json?filters=%7B%22name%22%3A%5B%22flow-", pipeline.name, "-%22%5D%7D")});
  }

  static int Count(const std::string& text, const std::string& part) {
    int count = 0;
    for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
    return count;
  }

  // One pass of all jobs through the proxy, which is not timed. From flow's the floor learns what to send, and Compose
  // gets its file. Also sees to it that each program does do what is asked of it.
  void CountRequests(Pipeline& pipeline) {
    for (const Peer peer : Turn(0, PeersOf(pipeline))) {
      for (const Job job : {kDeploy, kUnchanged, kStatus, kDelete}) {
        std::cerr << "bench: counting requests: " << kPeerNames[peer] << ", " << kJobNames[job] << ", "
                  << pipeline.title << "\n";
        const std::string listen = Path("engine.sock");
        const flow::testkit::Wire wire(listen, flow::testkit::OfSocket(socket_));
        UseEngine(listen);
        Take(CommandOf(peer, job, pipeline, programs_, listen));
        UseEngine(socket_);
        const std::vector<flow::testkit::HttpRequest> requests = wire.Record();
        RowOf(job, pipeline).requests[kPeerNames[peer]] = requests.size();
        if (FLAGS_show_requests) {
          for (const auto& request : requests) {
            std::cout << kPeerNames[peer] << ", " << kJobNames[job] << ": " << request.method << " " << request.target
                      << "\n";
          }
        }
        if (peer == kFlow) WriteRecord(pipeline.records[job], requests);
        if (peer == kFlow && job == kDeploy) {
          WriteFile(pipeline.compose_file,
                    ReadFile(absl::StrCat(pipeline.state_dir, "/default/", pipeline.name, "/compose.yaml")));
        }
        const int running = Count(Running(pipeline), "\"Id\":\"");
        const int expected = job == kDelete ? 0 : pipeline.components;
        if (running != expected) {
          Fail(absl::StrCat(kPeerNames[peer], ": after ", kJobNames[job], " ", running, " containers run, not ",
                            expected));
        }
      }
    }
  }

  void Deploys(const Pipeline& pipeline) {
    for (int round = 0; round < FLAGS_pairs; ++round) {
      std::cerr << "bench: " << pipeline.title << ": deploying and deleting, " << round + 1 << " of " << FLAGS_pairs
                << "\n";
      for (const Peer peer : Turn(round, PeersOf(pipeline))) {
        for (const Job job : {kDeploy, kDelete}) {
          RowOf(job, pipeline).usages[kPeerNames[peer]].push_back(Do(peer, job, pipeline));
        }
      }
    }
  }

  // Unchanged apply and status, with flow's and Compose's containers side by side.
  void QuickJobs(const Pipeline& pipeline) {
    std::cerr << "bench: unchanged apply and status, " << FLAGS_quick_pairs << " times\n";
    Pipeline peer_pipeline = pipeline;
    peer_pipeline.name = RunPrefix() + "peer";
    peer_pipeline.compose_file = Path(peer_pipeline.name + ".compose.yaml");
    WriteFile(peer_pipeline.compose_file,
              absl::StrReplaceAll(ReadFile(pipeline.compose_file), {{pipeline.name, peer_pipeline.name}}));
    const std::vector<Peer> peers = {kFlow, kCompose, kFloor};
    const auto pipeline_of = [&](Peer peer) -> const Pipeline& { return peer == kCompose ? peer_pipeline : pipeline; };
    for (const Peer peer : Turn(0, {kFlow, kCompose})) Do(peer, kDeploy, pipeline_of(peer));
    const auto ids = [&] { return absl::StrCat(Running(pipeline), Running(peer_pipeline)); };
    const int before = Count(ids(), "\"Id\":\"");
    for (const Job job : {kUnchanged, kStatus}) {
      for (int round = 0; round < FLAGS_quick_pairs; ++round) {
        for (const Peer peer : Turn(round, peers)) {
          RowOf(job, pipeline).usages[kPeerNames[peer]].push_back(Do(peer, job, pipeline_of(peer)));
        }
      }
    }
    if (Count(ids(), "\"Id\":\"") != before) Fail("an apply of what was there changed something");
    for (const Peer peer : Turn(0, {kFlow, kCompose})) Do(peer, kDelete, pipeline_of(peer));
  }

  // What speaks to no engine, against a program that does nothing.
  void StartUp(const Pipeline& pipeline) {
    std::cerr << "bench: start-up\n";
    for (const Command& command :
         {Command{"flowctl", "--help"}, Command{"flow-apply", "--help"}, Command{"flow-validate", pipeline.file}}) {
      const bool help = command[1] == "--help";
      const std::string title = absl::StrCat("`", command[0], help ? " --help`" : " FILE`");
      const Command flow = {absl::StrCat(programs_.flow, "/", command[0]), command[1]};
      std::vector<std::pair<std::string, Command>> programs = {{"flow", flow}, {"/bin/true", {"/bin/true"}}};
      if (help && !programs_.compose.empty()) programs.push_back({"Compose", {programs_.compose, "--help"}});
      for (int round = 0; round < FLAGS_quick_pairs; ++round) {
        for (const auto& [program, its_command] : programs) {
          RowOf(title).usages[program].push_back(Take(its_command));
        }
        std::rotate(programs.begin(), programs.begin() + 1, programs.end());
      }
      const std::string libraries = Libraries(flow);
      absl::StrAppend(&libcurl_lines_, "| ", title, " | starts without libcurl | ", Count(libraries, "calling init: "),
                      " shared libraries | ", absl::StrContains(libraries, "libcurl") ? "**falls short**" : "met",
                      " |\n");
    }
  }

  // What the dynamic linker says that it loads, also later by dlopen.
  std::string Libraries(const Command& command) {
    setenv("LD_DEBUG", "libs", 1);
    setenv("LD_DEBUG_OUTPUT", Path("ld").c_str(), 1);
    Take(command);
    unsetenv("LD_DEBUG");
    unsetenv("LD_DEBUG_OUTPUT");
    std::string text;
    for (const auto& entry : std::filesystem::directory_iterator(folder())) {
      if (!absl::StartsWith(entry.path().filename().string(), "ld.")) continue;
      text += ReadFile(entry.path());
      std::filesystem::remove(entry.path());
    }
    return text;
  }

  std::vector<Target> Targets() const {
    return {
        {"first deploy, 10 independent", Figure::kWall, "floor", 1.1},
        {"first deploy, 10 independent", Figure::kWall, "Compose", 1.05},
        {"delete, 10 independent", Figure::kWall, "Compose", 1},
        {absl::StrCat("first deploy, ", kCheckedTitle), Figure::kWall, "Compose", has_start_interval_ ? 0.8 : 0.9},
        {"unchanged apply, 10 independent", Figure::kWall, "Compose", 0.5},
        {"unchanged apply, 10 independent", Figure::kMemory, "Compose", 1. / 3},
        {"unchanged apply, 10 independent", Figure::kRequests, "", 5},
        {"status, 10 independent", Figure::kWall, "Compose", 0.5},
        {"status, 10 independent", Figure::kMemory, "Compose", 1. / 3},
        {"status, 10 independent", Figure::kRequests, "", 2},
    };
  }

  const Programs programs_;
  const std::string socket_;
  std::vector<Row> rows_;
  std::string libcurl_lines_;
  bool has_start_interval_ = false;  // the engine
};

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  gflags::SetUsageMessage("flow beside Docker Compose and the floor; bench/README.md");
  gflags::ParseCommandLineFlags(&argc, &argv, true);
  return bench::Bench(bench::EngineSocket()).Measure();
}
