// What flow-stream is measured beside (bench/stream.py): the same events moved by libgrpc++, with its blocking calls and a
// thread for each direction, as one would write it without more.
//
//   grpc_mover SOURCE PROCESSOR SINK...     HOST:PORT each
#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/codegen/rpc_method.h>
#include <grpcpp/support/sync_stream.h>

#include <deque>
#include <iostream>
#include <memory>
#include <string>
#include <thread>

namespace {

using grpc::ByteBuffer;
using grpc::internal::RpcMethod;

std::shared_ptr<grpc::Channel> To(const std::string& address) {
  return grpc::CreateChannel(address, grpc::InsecureChannelCredentials());
}

// A sink's stream, and what that needs for as long as it is open.
struct Sink {
  explicit Sink(const std::string& address)
      : channel(To(address)),
        method("/flowctl.v1.ConsumerService/Consume", RpcMethod::CLIENT_STREAMING, channel),
        stream(grpc::internal::ClientWriterFactory<ByteBuffer>::Create(channel.get(), method, &context, &answer)) {}

  std::shared_ptr<grpc::Channel> channel;
  RpcMethod method;
  grpc::ClientContext context;
  ByteBuffer answer;
  std::unique_ptr<grpc::ClientWriter<ByteBuffer>> stream;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  const auto source = To(argv[1]), processor = To(argv[2]);
  std::deque<Sink> sinks;
  for (int i = 3; i < argc; ++i) sinks.emplace_back(argv[i]);

  const RpcMethod stream_events("/flowctl.v1.SourceService/StreamEvents", RpcMethod::SERVER_STREAMING, source);
  const RpcMethod process("/flowctl.v1.ProcessorService/Process", RpcMethod::BIDI_STREAMING, processor);
  grpc::ClientContext of_source, of_processor;
  const grpc::Slice nothing("");
  const ByteBuffer request(&nothing, 1);
  const std::unique_ptr<grpc::ClientReader<ByteBuffer>> in(
      grpc::internal::ClientReaderFactory<ByteBuffer>::Create(source.get(), stream_events, &of_source, request));
  const std::unique_ptr<grpc::ClientReaderWriter<ByteBuffer, ByteBuffer>> through(
      grpc::internal::ClientReaderWriterFactory<ByteBuffer, ByteBuffer>::Create(processor.get(), process,
                                                                                &of_processor));
  std::thread feed([&] {
    for (ByteBuffer event; in->Read(&event) && through->Write(event);) {
    }
    through->WritesDone();
  });
  for (ByteBuffer event; through->Read(&event);) {
    for (Sink& sink : sinks) sink.stream->Write(event);
  }
  feed.join();
  bool well = in->Finish().ok() && through->Finish().ok();
  for (Sink& sink : sinks) {
    sink.stream->WritesDone();
    well = sink.stream->Finish().ok() && well;
  }
  return well ? 0 : 1;
}
