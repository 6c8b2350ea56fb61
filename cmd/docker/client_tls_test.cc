// The client against TLS servers: the openssl program, which the test starts, and plain ones. Cases P26.
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cmd/docker/unreachable.h"
#include "cmd/http/client.h"
#include "cmd/http/fake_server.h"
#include "cmd/http/trouble.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace flow {
namespace {

using ::testing::HasSubstr;

// Starts `arguments`; its standard output can be read from the result's descriptor.
struct Child {
  pid_t pid = -1;
  int output = -1;
};

Child Spawn(const std::vector<std::string>& arguments) {
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) abort();
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  Child child;
  child.output = ends[0];
  EXPECT_EQ(posix_spawnp(&child.pid, argv[0], &actions, nullptr, argv.data(), environ), 0) << "no program " << argv[0];
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  return child;
}

void RunProgram(const std::vector<std::string>& arguments) {
  const Child child = Spawn(arguments);
  int status = -1;
  waitpid(child.pid, &status, 0);
  close(child.output);
  ASSERT_EQ(status, 0) << arguments[1];
}

class TlsServer {
 public:
  TlsServer(const std::string& certificates, const std::string& name, std::vector<std::string> more = {}) {
    std::vector<std::string> arguments = {"openssl",
                                          "s_server",
                                          "-accept",
                                          "127.0.0.1:0",
                                          "-www",
                                          "-cert",
                                          certificates + "/" + name + ".pem",
                                          "-key",
                                          certificates + "/" + name + ".key"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    child_ = Spawn(arguments);
    std::string line;  // "ACCEPT 127.0.0.1:43211"
    for (char c = 0; line.find("ACCEPT") == std::string::npos || c != '\n';) {
      if (read(child_.output, &c, 1) != 1) break;
      line += c;
    }
    port_ = line.substr(line.rfind(':') + 1);
    port_ = port_.substr(0, port_.find('\n'));
  }

  ~TlsServer() {
    kill(child_.pid, SIGKILL);
    waitpid(child_.pid, nullptr, 0);
    close(child_.output);
  }

  const std::string& port() const { return port_; }

 private:
  Child child_;
  std::string port_;
};

class ClientTlsTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = ::testing::TempDir() + "/tls-XXXXXX";
    ASSERT_NE(mkdtemp(folder_.data()), nullptr);
    RunProgram({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
                "2", "-subj", "/CN=test authority", "-keyout", folder_ + "/ca.key", "-out", folder_ + "/ca.pem"});
    Certify("right", "IP:127.0.0.1,DNS:localhost");
    Certify("other", "DNS:build-7.example");
    Certify("client", "DNS:client");
  }

  static void Certify(const std::string& name, const std::string& alternative) {
    RunProgram({"openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-days",
                "2",
                "-subj",
                "/CN=" + name,
                "-addext",
                "subjectAltName=" + alternative,
                "-CA",
                folder_ + "/ca.pem",
                "-CAkey",
                folder_ + "/ca.key",
                "-keyout",
                folder_ + "/" + name + ".key",
                "-out",
                folder_ + "/" + name + ".pem"});
  }

  static Endpoint At(const std::string& port, bool tls, bool trust = true) {
    Endpoint endpoint;
    endpoint.kind = Endpoint::Kind::kTcp;
    endpoint.host = "127.0.0.1";
    endpoint.address = "tcp://127.0.0.1:" + port;
    endpoint.url = absl::StrCat(tls ? "https" : "http", "://127.0.0.1:", port);
    endpoint.chosen_by = "DOCKER_HOST";
    endpoint.tls = tls;
    if (tls) endpoint.tls_set_by = "DOCKER_TLS_VERIFY and DOCKER_CERT_PATH (" + folder_ + ")";
    if (tls && trust) endpoint.ca = folder_ + "/ca.pem";
    return endpoint;
  }

  static absl::StatusOr<http::Response> Get(const Endpoint& endpoint) {
    const absl::StatusOr<std::unique_ptr<Client>> client = Client::Create(endpoint);
    EXPECT_TRUE(client.ok()) << client.status();
    http::Request request;
    request.target = "/version";
    std::optional<absl::StatusOr<http::Response>> got;
    (*client)->Send(request, absl::Seconds(20),
                    [&](absl::StatusOr<http::Response> answer) { got = std::move(answer); });
    while (!got) EXPECT_TRUE((*client)->Poll(absl::Seconds(20), {}).ok());
    return *got;
  }

  static void ExpectTrouble(const Endpoint& endpoint, Trouble trouble, const std::string& words,
                            const std::string& setting) {
    const absl::Time start = absl::Now();
    const absl::Status status = Get(endpoint).status();
    EXPECT_LT(absl::Now() - start, absl::Seconds(3));  // not by a time-out; on a machine that is not busy, within 50 ms
    EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
    EXPECT_EQ(TroubleOf(status), trouble) << status;
    EXPECT_FALSE(MayHaveReachedEngine(status));
    const std::string text = ExplainUnreachable(endpoint, status, {});
    EXPECT_THAT(text, HasSubstr(endpoint.address));
    EXPECT_THAT(text, HasSubstr("(from DOCKER_HOST)"));
    EXPECT_THAT(text, HasSubstr(words));
    EXPECT_THAT(text, HasSubstr(setting));
  }

  static std::string folder_;
};

std::string ClientTlsTest::folder_;

TEST_F(ClientTlsTest, VerifiedServerAnswers) {
  TlsServer server(folder_, "right");
  const absl::StatusOr<http::Response> answer = Get(At(server.port(), true));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->status, 200);
}

TEST_F(ClientTlsTest, P26EngineSpeaksTlsAndHangsUpOnPlainRequests) {
  TlsServer server(folder_, "right");
  ExpectTrouble(At(server.port(), false), Trouble::kEngineSpeaksTls, "speaks TLS, and flow was not told to",
                "DOCKER_TLS_VERIFY=1");
}

TEST_F(ClientTlsTest, P26EngineSpeaksTlsAndSaysSoInPlain) {
  for (const char* said : {"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n",
                           "\x15\x03\x01\x00\x02\x02\x46"}) {
    const std::string bytes = said[0] == '\x15' ? std::string(said, 7) : said;
    FakeServer server(FakeServer::Tcp{}, [&](FakeConnection& connection) {
      connection.Read();
      connection.Write(bytes);
    });
    Endpoint endpoint = server.endpoint();
    endpoint.chosen_by = "DOCKER_HOST";
    ExpectTrouble(endpoint, Trouble::kEngineSpeaksTls, "speaks TLS, and flow was not told to", "DOCKER_TLS_VERIFY=1");
  }
}

TEST_F(ClientTlsTest, P26EngineSpeaksNoTls) {
  FakeServer server(FakeServer::Tcp{}, [](FakeConnection& connection) {
    connection.ReadSome();
    connection.Answer(400, "Bad Request");
  });
  const std::string& address = server.endpoint().address;
  ExpectTrouble(At(address.substr(address.rfind(':') + 1), true), Trouble::kEngineSpeaksNoTls, "does not speak TLS",
                "unset DOCKER_TLS_VERIFY");
}

TEST_F(ClientTlsTest, EngineThatLetsTheHandshakeHangIsToldAfterTheConnectTimeout) {
  FakeServer server(FakeServer::Tcp{}, [](FakeConnection& connection) { connection.WaitForClose(); });
  const std::string& address = server.endpoint().address;
  const absl::Status status = Get(At(address.substr(address.rfind(':') + 1), true)).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_FALSE(MayHaveReachedEngine(status)) << status;
  EXPECT_THAT(std::string(status.message()),
              ::testing::AnyOf(HasSubstr("which was asked for"), HasSubstr("within 5 s")));
}

TEST_F(ClientTlsTest, P26CertificateForAnotherName) {
  TlsServer server(folder_, "other");
  ExpectTrouble(At(server.port(), true), Trouble::kCertificateForOtherName, "is for another name than \"127.0.0.1\"",
                "Use a name that is in it, in DOCKER_HOST");
}

TEST_F(ClientTlsTest, AuthorityThatIsNotTrusted) {
  TlsServer server(folder_, "right");
  ExpectTrouble(At(server.port(), true, /*trust=*/false), Trouble::kCertificateUntrusted, "not trusted",
                "DOCKER_CERT_PATH");
}

TEST_F(ClientTlsTest, EngineWantsACertificate) {
  for (const char* version : {"-tls1_2", "-tls1_3"}) {
    TlsServer server(folder_, "right",
                     {"-Verify", "1", "-verify_return_error", "-CAfile", folder_ + "/ca.pem", version});
    Endpoint endpoint = At(server.port(), true);
    ExpectTrouble(endpoint, Trouble::kOwnCertificateRefused, "wants a certificate of the client", "DOCKER_CERT_PATH");
    endpoint.certificate = folder_ + "/client.pem";
    endpoint.key = folder_ + "/client.key";
    const absl::StatusOr<http::Response> answer = Get(endpoint);
    EXPECT_TRUE(answer.ok()) << answer.status();
  }
}

TEST_F(ClientTlsTest, OwnFileThatIsNoCertificate) {
  TlsServer server(folder_, "right");
  Endpoint endpoint = At(server.port(), true);
  endpoint.certificate = folder_ + "/client.key";
  endpoint.key = folder_ + "/client.key";
  ExpectTrouble(endpoint, Trouble::kOwnCertificateUnusable, "cannot be used", "DOCKER_CERT_PATH");
  endpoint = At(server.port(), true);
  endpoint.ca = folder_ + "/client.key";
  ExpectTrouble(endpoint, Trouble::kOwnCertificateUnusable, "cannot be used", "DOCKER_CERT_PATH");
}

}  // namespace
}  // namespace flow
