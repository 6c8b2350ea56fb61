// A component for bench/stream.py, on libgrpc++: as fast as that is, so that what moves its events is what is measured.
//
//   grpc_component HOST:PORT [EVENTS]     which of them a source sends; what is called says what it is
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>

namespace {

using grpc::ByteBuffer;

constexpr size_t kPayload = 150;
constexpr int kPerLedger = 10;

int64_t events_of_source = 0;
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
ByteBuffer EventOf(int64_t number) {
  const std::string cursor = Field(1, 1 + number / kPerLedger) + Field(2, number % kPerLedger);
  return Buffer(Field(1, "source-" + std::to_string(number)) + Field(2, "t") + Field(3, std::string(kPayload, '\0')) +
                Field(8, cursor));
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
    if (sent_ == events_of_source) return Finish(grpc::Status::OK);
    event_ = EventOf(sent_++);
    StartWrite(&event_);
  }

  ByteBuffer request_, event_;
  int64_t sent_ = 0;
};

// Process: what comes in comes out.
class Processor : public grpc::ServerGenericBidiReactor {
 public:
  Processor() { StartRead(&event_); }
  void OnReadDone(bool ok) override {
    if (!ok) return Finish(grpc::Status::OK);
    ++handled;
    StartWrite(&event_);
  }
  void OnWriteDone(bool ok) override { ok ? StartRead(&event_) : Finish(grpc::Status::CANCELLED); }
  void OnDone() override { delete this; }

 private:
  ByteBuffer event_;
};

// Consume: counts, and answers with the count.
class Sink : public grpc::ServerGenericBidiReactor {
 public:
  Sink() { StartRead(&event_); }
  void OnReadDone(bool ok) override {
    if (ok) {
      ++handled;
      ++consumed_;
      return StartRead(&event_);
    }
    std::cout << consumed_ << std::endl;
    event_ = Buffer(Field(1, static_cast<uint64_t>(consumed_)));
    StartWriteAndFinish(&event_, grpc::WriteOptions(), grpc::Status::OK);
  }
  void OnDone() override { delete this; }

 private:
  ByteBuffer event_;
  int64_t consumed_ = 0;
};

// HealthCheck: it serves, and is done with so many events.
class Health : public grpc::ServerGenericBidiReactor {
 public:
  Health() { StartRead(&message_); }
  void OnReadDone(bool) override {
    const auto count = [](const char* name, int64_t value) {
      return Field(2, Field(1, name) + Field(2, std::to_string(value)));
    };
    message_ = Buffer(Field(1, 2) + count("success_count", handled) + count("error_count", 0));
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
  if (argc > 2) events_of_source = std::atoll(argv[2]);
  Service service;
  grpc::ServerBuilder builder;
  builder.AddListeningPort(argv[1], grpc::InsecureServerCredentials());
  builder.RegisterCallbackGenericService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) return 1;
  std::cout << "serves" << std::endl;
  server->Wait();
}
