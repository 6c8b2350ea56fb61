// The floor that flow and Compose are held against: a client that only sends the engine's calls, as many at once as the
// order of a deploy allows. It plans nothing, remembers nothing, listens to no events, and takes what it sends from a
// file in which what flow sent has been recorded (record.h).
//
//   floor SOCKET deploy RECORD [chain]   network and volumes; then all containers; then their starts
//   floor SOCKET delete PREFIX [chain]   each container of these names: stop, remove; then their networks
//   floor SOCKET sweep PREFIX            the same without stopping first
//   floor SOCKET ask RECORD              the GETs of the record but /_ping, all at once
//   floor SOCKET get TARGET              prints the answer's body
//
// `chain`: starts and stops follow the order of the containers' names, one after the other.
#include <curl/curl.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bench/record.h"

namespace {

[[noreturn]] void Die(const std::string& message) {
  std::cerr << "floor: " << message << "\n";
  std::exit(1);
}

// Many requests in flight over one multi handle, which keeps connections.
class Client {
 public:
  using Done = std::function<void(const std::string& body)>;

  explicit Client(std::string socket) : socket_(std::move(socket)), multi_(curl_multi_init()) {}
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client() { curl_multi_cleanup(multi_); }

  // An answer of 400 or more ends the program, except 404 to a DELETE: gone is what was wanted.
  void Send(const std::string& method, const std::string& target, const std::string& body, Done done) {
    auto request = std::make_unique<Request>();
    request->name = method + " " + target;
    request->sent = body;
    request->done = std::move(done);
    CURL* easy = curl_easy_init();
    curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, socket_.c_str());
    curl_easy_setopt(easy, CURLOPT_URL, ("http://engine" + target).c_str());
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method.c_str());
    if (method == "POST") {
      request->headers = curl_slist_append(nullptr, "Content-Type: application/json");
      curl_easy_setopt(easy, CURLOPT_HTTPHEADER, request->headers);
      curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, static_cast<long>(request->sent.size()));
      curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->sent.c_str());
    }
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &Client::OnBody);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, request.get());
    curl_easy_setopt(easy, CURLOPT_PRIVATE, request.release());
    curl_multi_add_handle(multi_, easy);
    ++in_flight_;
  }

  // Until nothing is in flight, what the callbacks send included.
  void Run() {
    while (in_flight_ > 0) {
      int running = 0;
      curl_multi_perform(multi_, &running);
      int left = 0;
      bool finished = false;
      while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
        if (message->msg != CURLMSG_DONE) continue;
        Finish(message->easy_handle, message->data.result);
        finished = true;
      }
      if (!finished) curl_multi_poll(multi_, nullptr, 0, 60000, nullptr);
    }
  }

  std::string Get(const std::string& target) {
    std::string answer;
    Send("GET", target, "", [&answer](const std::string& body) { answer = body; });
    Run();
    return answer;
  }

 private:
  struct Request {
    std::string name;
    std::string sent;
    std::string received;
    curl_slist* headers = nullptr;
    Done done;
  };

  static size_t OnBody(char* data, size_t size, size_t count, void* request) {
    static_cast<Request*>(request)->received.append(data, size * count);
    return size * count;
  }

  void Finish(CURL* easy, CURLcode code) {
    char* pointer = nullptr;
    long status = 0;  // NOLINT(google-runtime-int): libcurl's
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &pointer);
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    const std::unique_ptr<Request> request(reinterpret_cast<Request*>(pointer));
    curl_multi_remove_handle(multi_, easy);
    curl_easy_cleanup(easy);
    curl_slist_free_all(request->headers);
    --in_flight_;
    if (code != CURLE_OK) Die(request->name + ": " + curl_easy_strerror(code));
    const bool gone = status == 404 && request->name.rfind("DELETE", 0) == 0;
    if (status >= 400 && !gone) Die(request->name + ": " + request->received);
    if (request->done) request->done(request->received);
  }

  const std::string socket_;
  CURLM* const multi_;
  int in_flight_ = 0;
};

struct Container {
  std::string name;
  std::string id;
};

// All values of a string field, wherever it stands in the JSON.
std::vector<std::string> FieldValues(const std::string& json, const std::string& field) {
  std::vector<std::string> values;
  const std::string key = "\"" + field + "\":\"";
  for (size_t at = json.find(key); at != std::string::npos; at = json.find(key, at)) {
    at += key.size();
    values.push_back(json.substr(at, json.find('"', at) - at));
  }
  return values;
}

void ReplaceAll(std::string& text, const std::string& from, const std::string& to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
}

std::string Escape(const std::string& text) {
  char* escaped = curl_easy_escape(nullptr, text.c_str(), static_cast<int>(text.size()));
  std::string copy = escaped;
  curl_free(escaped);
  return copy;
}

std::string NameFilter(const std::string& pattern) { return "filters=" + Escape("{\"name\":[\"" + pattern + "\"]}"); }

void Post(Client& client, const std::string& path, Client::Done done) {
  client.Send("POST", path, "", std::move(done));
}
void Delete(Client& client, const std::string& path) { client.Send("DELETE", path, "", nullptr); }

// Calls `step` for each container: for all at once, or for the next when the one before is done.
using Step = std::function<void(const Container&, const Client::Done& next)>;
void ForEach(Client& client, const std::vector<Container>& containers, bool chain, const Step& step) {
  if (!chain) {
    for (const Container& container : containers) step(container, nullptr);
  } else {
    std::function<void(size_t)> begin = [&](size_t i) {
      if (i < containers.size()) step(containers[i], [&begin, i](const std::string&) { begin(i + 1); });
    };
    begin(0);
    client.Run();
  }
  client.Run();
}

std::vector<flow::testkit::HttpRequest> Record(const std::string& file) {
  std::vector<flow::testkit::HttpRequest> requests = bench::ReadRecord(file);
  if (requests.empty()) Die(file + ": holds no requests");
  return requests;
}

void Ask(Client& client, const std::string& record) {
  for (const auto& request : Record(record)) {
    // Which version to speak is in the record.
    if (request.method == "GET" && request.target != "/_ping") client.Send("GET", request.target, "", nullptr);
  }
  client.Run();
}

void Deploy(Client& client, const std::string& record, bool chain) {
  std::vector<std::pair<std::string, std::string>> creates;  // target, body
  std::string network;
  for (const auto& request : Record(record)) {
    if (request.method != "POST") continue;
    const auto to = [&request](const char* path) { return request.target.find(path) != std::string::npos; };
    if (to("/containers/create")) {
      creates.emplace_back(request.target, request.body);
    } else if (to("/networks/create") || to("/volumes/create")) {
      client.Send("POST", request.target, request.body, [&network](const std::string& body) {
        for (const std::string& id : FieldValues(body, "Id")) network = id;  // a volume has none
      });
    }
  }
  client.Run();
  // The record speaks of the network that there was then.
  for (auto& [target, body] : creates) ReplaceAll(body, FieldValues(body, "NetworkMode").at(0), network);
  std::sort(creates.begin(), creates.end());
  std::vector<Container> containers(creates.size());
  for (size_t i = 0; i < creates.size(); ++i) {
    client.Send("POST", creates[i].first, creates[i].second,
                [&containers, i](const std::string& body) { containers[i].id = FieldValues(body, "Id").at(0); });
  }
  client.Run();
  ForEach(client, containers, chain, [&client](const Container& container, const Client::Done& next) {
    Post(client, "/containers/" + container.id + "/start", next);
  });
}

void Remove(Client& client, const std::string& prefix, bool chain, bool stop) {
  std::string containers_json;
  std::string networks_json;
  client.Send("GET", "/containers/json?all=1&" + NameFilter("^/?" + prefix), "",
              [&](const std::string& body) { containers_json = body; });
  client.Send("GET", "/networks?" + NameFilter("^" + prefix), "",
              [&](const std::string& body) { networks_json = body; });
  client.Run();
  const std::vector<std::string> ids = FieldValues(containers_json, "Id");
  std::vector<Container> containers;
  // "Names":["/flow-x-a-1"], one a container here.
  const std::string key = "\"Names\":[\"/";
  size_t at = 0;
  for (const std::string& id : ids) {
    at = containers_json.find(key, at);
    if (at == std::string::npos) Die("not the list of containers that was expected: " + containers_json);
    at += key.size();
    containers.push_back({containers_json.substr(at, containers_json.find('"', at) - at), id});
  }
  std::sort(containers.begin(), containers.end(),
            [](const Container& a, const Container& b) { return a.name < b.name; });
  ForEach(client, containers, chain, [&](const Container& container, const Client::Done& next) {
    const std::string removal = "/containers/" + container.id + "?force=1&v=1";
    if (!stop) return Delete(client, removal);
    Post(client, "/containers/" + container.id + "/stop", [&client, removal, next](const std::string& body) {
      Delete(client, removal);
      if (next) next(body);
    });
  });
  for (const std::string& id : FieldValues(networks_json, "Id")) Delete(client, "/networks/" + id);
  client.Run();
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() < 3) Die("usage: floor SOCKET deploy|delete|sweep|ask|get WHAT [chain]");
  const std::string& verb = arguments[1];
  const std::string& what = arguments[2];
  const bool chain = arguments.size() > 3 && arguments[3] == "chain";
  curl_global_init(CURL_GLOBAL_DEFAULT);
  Client client(arguments[0]);
  if (verb == "deploy") {
    Deploy(client, what, chain);
  } else if (verb == "delete" || verb == "sweep") {
    Remove(client, what, chain, verb == "delete");
  } else if (verb == "ask") {
    Ask(client, what);
  } else if (verb == "get") {
    std::cout << client.Get(what) << "\n";
  } else {
    Die("unknown: " + verb);
  }
  return 0;
}
