#include "cmd/docker/engine_wire.h"

#include <optional>
#include <string>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "cmd/docker/listen.h"
#include "cmd/http/trouble.h"
#include "flow/docker/engine/pull_progress.h"
#include "flow/docker/engine/registry_auth.h"
#include "flow/docker/engine/request.h"
#include "flow/docker/engine/response.h"
#include "flow/docker/engine/retry.h"
#include "flow/pipeline/image_reference.h"

namespace flow {

// How often a pull tells how far it is.
static constexpr absl::Duration kProgressEvery = absl::Seconds(1);

// What goes on: a request, or the stream of events.
struct EngineWire::Request {
  ~Request() { client.Cancel(id); }

  Client& client;
  docker::engine::Call call;
  Over over;
  int id = 0;                                   // the client's number; 0: it waits for credentials
  std::shared_ptr<void> credentials = nullptr;  // as long as they are awaited
};

EngineWire::Handle EngineWire::Try(const docker::Send& send, absl::Duration left, Over over) {
  const auto handle = std::shared_ptr<Request>(new Request{client_, send.call, std::move(over)});
  Request& request = *handle;  // which outlives all that it is told
  if (const auto* pull = std::get_if<docker::engine::PullImage>(&send.call)) {
    if (hooks_.credentials) {
      request.credentials = hooks_.credentials(
          pipeline::ParseImageReference(pull->reference).registry,
          [this, &request, send](const RegistryCredentials::Found& found) { Pull(request, send, found); });
    } else {
      Pull(request, send, {});
    }
    return handle;
  }
  const http::Request message = docker::engine::BuildRequest(send.call, send.version);
  hooks_.request(message);
  request.id = client_.Send(message, left, [this, &request](absl::StatusOr<http::Response> response) {
    End(request, response, response.ok() ? docker::engine::ReadReply(request.call, *response) : response.status());
  });
  return handle;
}

void EngineWire::Pull(Request& request, const docker::Send& send, const RegistryCredentials::Found& credentials) {
  if (!credentials.warning.empty()) hooks_.report({deploy::Report::Kind::kWarning, "", credentials.warning});
  docker::engine::PullImage pull = std::get<docker::engine::PullImage>(send.call);
  if (credentials.login.has_value()) {
    const std::string registry = pipeline::ParseImageReference(pull.reference).registry;
    pull.registry_auth = docker::engine::RegistryAuthHeader(*credentials.login, pipeline::CredentialsKey(registry));
  }
  const http::Request message = docker::engine::BuildRequest(pull, send.version);
  hooks_.request(message);
  struct State {
    docker::engine::PullProgressReader reader;
    std::string told;
    absl::Time when = absl::Now();
  };
  const auto state = std::make_shared<State>();
  Client::StreamHandlers handlers;
  handlers.chunk = [this, state, image = pull.reference](absl::string_view piece) {
    state->reader.Read(piece);
    const std::string text = state->reader.Text();
    if (text == state->told || absl::Now() - state->when < kProgressEvery) return;
    state->told = text;
    state->when = absl::Now();
    hooks_.report({deploy::Report::Kind::kProgress, "", absl::StrCat("pull image ", image, ": ", text), "pull", "image",
                   image, state->reader.LayerTexts()});
  };
  handlers.done = [this, state, &request](const absl::StatusOr<http::Response>& response) {
    absl::Status status = docker::engine::EndOfStream(response);
    state->reader.Read("\n");
    if (status.ok()) status = state->reader.error();
    End(request, response, status.ok() ? absl::StatusOr<docker::engine::Reply>(docker::engine::Reply()) : status);
  };
  request.id = client_.Stream(message, std::move(handlers));
}

void EngineWire::End(const Request& request, const absl::StatusOr<http::Response>& response,
                     absl::StatusOr<docker::engine::Reply> reply) const {
  Outcome outcome{.reply = std::move(reply),
                  .may_be_repeated = docker::engine::MayBeRepeated(request.call),
                  .unanswered = response.status()};
  if (response.ok()) {
    outcome.setback = docker::engine::SetbackOf(*response);
  } else if (client_.answered() && IsRetryable(response.status())) {
    outcome.setback = http::Setback{.may_be_done = MayHaveReachedEngine(response.status())};
  }
  const Over over = request.over;  // which ends the request
  over(std::move(outcome));
}

EngineWire::Handle EngineWire::Open(const docker::OpenStream& open, Handlers handlers) {
  const http::Request message =
      docker::engine::BuildEventsRequest(open.filter.labels, open.filter.since_nano, open.version);
  hooks_.request(message);
  const auto handle = std::shared_ptr<Request>(new Request{client_, {}, nullptr});
  handle->id = OpenEvents(client_, message,
                          {.opened = std::move(handlers.opened),
                           .happened = std::move(handlers.happened),
                           .ended = std::move(handlers.ended)});
  return handle;
}

}  // namespace flow
