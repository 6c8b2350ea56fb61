// A component for bench/stream.py, on libgrpc++: as fast as that is, so that what moves its events is what is measured.
//
//   grpc_component HOST:PORT [NAME=NUMBER...]     what is called says what it is
//
// A source sends so many `events`; a processor lets one of `keep` through; a sink takes `rate` a second (0: as they
// come), and prints how many events came to it in their order and with each byte as it should be. counts=0: it tells no
// counts.
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace {

using grpc::ByteBuffer;

constexpr size_t kPayload = 150;
constexpr int kPerLedger = 10;

constexpr char kIdPrefix[] = "source-";

std::map<std::string, int64_t> settings = {{"events", 0}, {"keep", 1}, {"rate", 0}, {"counts", 1}};
std::atomic<int64_t> handled = 0;

std::string Varint(uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>(value | 0x80);
  return bytes + static_cast<char>(value);
}

std::string Field(int number, const std::string& bytes) {
  return Varint(static_cast<uint64_t>(number) << 3 | 2) + Varint(bytes.size()) + bytes;
}

std::string Field(int number, uint64_t value) { return Varint(static_cast<uint64_t>(number) << 3) + Varint(value); }

ByteBuffer Buffer(const std::string& bytes) {
  const grpc::Slice slice(bytes);
  return ByteBuffer(&slice, 1);
}

// flowctl.v1.Event
std::string EventOf(int64_t number) {
  std::string payload(kPayload, '\0');
  for (size_t i = 0; i < kPayload; ++i) payload[i] = static_cast<char>(number * 31 + i * 7);
  const std::string cursor = Field(1, 1 + number / kPerLedger) + Field(2, number % kPerLedger);
  return Field(1, kIdPrefix + std::to_string(number)) + Field(2, "t") + Field(3, payload) + Field(8, cursor);
}

std::string TextOf(const ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string text;
  if (!buffer.Dump(&slices).ok()) return text;
  for (const grpc::Slice& slice : slices) text.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  return text;
}

// -1: it has none.
int64_t NumberOf(const std::string& event) {
  const size_t prefix = event.find(kIdPrefix);
  return prefix == std::string::npos ? -1 : std::atoll(event.c_str() + prefix + sizeof kIdPrefix - 1);
}

// StreamEvents: one event after the other.
class Source : public grpc::ServerGenericBidiReactor {
 public:
  Source() { StartRead(&request_); }
  void OnReadDone(bool) override { Next(); }
  void OnWriteDone(bool ok) override { ok ? Next() : Finish(grpc::Status::CANCELLED); }
  void OnDone() override { delete this; }

 private:
  void Next() {
    if (sent_ == settings["events"]) return Finish(grpc::Status::OK);
    event_ = Buffer(EventOf(sent_++));
    StartWrite(&event_);
  }

  ByteBuffer request_, event_;
  int64_t sent_ = 0;
};

// Process: what comes in comes out, or one of so many.
class Processor : public grpc::ServerGenericBidiReactor {
 public:
  Processor() { StartRead(&event_); }
  void OnReadDone(bool ok) override {
    if (!ok) return Finish(grpc::Status::OK);
    ++handled;
    ++came_ % settings["keep"] == 0 ? StartWrite(&event_) : StartRead(&event_);
  }
  void OnWriteDone(bool ok) override { ok ? StartRead(&event_) : Finish(grpc::Status::CANCELLED); }
  void OnDone() override { delete this; }

 private:
  ByteBuffer event_;
  int64_t came_ = 0;
};

// Consume: counts, and answers with the count.
class Sink : public grpc::ServerGenericBidiReactor {
 public:
  Sink() { StartRead(&event_); }
  void OnReadDone(bool ok) override {
    if (ok) {
      Look(TextOf(event_));
      if (const int64_t rate = settings["rate"]; rate > 0) {
        std::this_thread::sleep_for(std::chrono::microseconds(1000000 / rate));
      }
      ++handled;
      ++consumed_;
      return StartRead(&event_);
    }
    // Not by a stream: libgrpc++ brings a second libstdc++ along where ours is linked in, and its facets do not fit.
    std::puts(std::to_string(right_).c_str());
    std::fflush(stdout);
    event_ = Buffer(Field(1, static_cast<uint64_t>(consumed_)));
    StartWriteAndFinish(&event_, grpc::WriteOptions(), grpc::Status::OK);
  }
  void OnDone() override { delete this; }

 private:
  void Look(const std::string& event) {
    const int64_t number = NumberOf(event);
    if (number > last_ && event == EventOf(number)) ++right_;
    last_ = number;
  }

  ByteBuffer event_;
  int64_t consumed_ = 0, right_ = 0, last_ = -1;
};

// HealthCheck: it serves, and is done with so many events.
class Health : public grpc::ServerGenericBidiReactor {
 public:
  Health() { StartRead(&message_); }
  void OnReadDone(bool) override {
    const auto count = [](const char* name, int64_t value) {
      return Field(2, Field(1, name) + Field(2, std::to_string(value)));
    };
    const bool counts = settings["counts"] != 0;
    message_ = Buffer(Field(1, 2) + (counts ? count("success_count", handled) + count("error_count", 0) : ""));
    StartWriteAndFinish(&message_, grpc::WriteOptions(), grpc::Status::OK);
  }
  void OnDone() override { delete this; }

 private:
  ByteBuffer message_;
};

class Refusal : public grpc::ServerGenericBidiReactor {
 public:
  Refusal() { Finish(grpc::Status(grpc::StatusCode::UNIMPLEMENTED, "")); }
  void OnDone() override { delete this; }
};

class Service : public grpc::CallbackGenericService {
 public:
  grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext* context) override {
    const std::string& method = context->method();
    const std::string name = method.substr(method.rfind('/') + 1);
    if (name == "HealthCheck") return new Health;
    if (name == "StreamEvents") return new Source;
    if (name == "Process") return new Processor;
    if (name == "Consume") return new Sink;
    return new Refusal;
  }
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  for (int i = 2; i < argc; ++i) {
    const std::string word = argv[i];
    const size_t equals = word.find('=');
    if (equals == std::string::npos || !settings.contains(word.substr(0, equals))) return 2;
    settings[word.substr(0, equals)] = std::atoll(word.c_str() + equals + 1);
  }
  Service service;
  grpc::ServerBuilder builder;
  builder.AddListeningPort(argv[1], grpc::InsecureServerCredentials());
  builder.RegisterCallbackGenericService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) return 1;
  std::puts("serves");
  std::fflush(stdout);
  server->Wait();
}
