// The client against TLS servers: the openssl program, which the test starts, and plain ones.
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cmd/docker/unreachable.h"
#include "cmd/http/trouble.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testkit/client.h"
#include "testkit/fake_server.h"
#include "testkit/file.h"
#include "testkit/process.h"
#include "testkit/temporary_folder.h"

namespace flow {
namespace {

using ::testing::HasSubstr;
using testkit::FakeConnection;
using testkit::FakeServer;

void RunOpenssl(const std::vector<std::string>& arguments) {
  testkit::Process process("/usr/bin/openssl", arguments);
  const testkit::Finished& run = process.Wait();
  ASSERT_EQ(run.exit_code, 0) << run.Describe();
}

class TlsServer {
 public:
  TlsServer(const std::string& certificates, const std::string& name, const std::vector<std::string>& more = {})
      : process_("/usr/bin/openssl", Arguments(certificates, name, more)) {
    EXPECT_NE(port_, "") << process_.Err();
  }

  const std::string& port() const { return port_; }

 private:
  static std::vector<std::string> Arguments(const std::string& certificates, const std::string& name,
                                            const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {"s_server",    "-accept",
                                          "127.0.0.1:0", "-www",
                                          "-cert",       certificates + "/" + name + ".pem",
                                          "-key",        certificates + "/" + name + ".key"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }

  testkit::Process process_;
  const std::string port_ = process_.AwaitLine("ACCEPT 127.0.0.1:");
};

class ClientTlsTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    temporary_.emplace();
    folder_ = temporary_->path();
    RunOpenssl({"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                "/CN=test authority", "-keyout", folder_ + "/ca.key", "-out", folder_ + "/ca.pem"});
    Certify("right", "IP:127.0.0.1,DNS:localhost");
    Certify("other", "DNS:build-7.example");
    Certify("client", "DNS:client");
  }

  static void Certify(const std::string& name, const std::string& alternative) {
    RunOpenssl({"req",
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
  static void TearDownTestSuite() { temporary_.reset(); }

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

  static testkit::Answer Get(const Endpoint& endpoint) {
    return testkit::Ask(*testkit::NewClient(endpoint), {.target = "/version"});
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

  static inline std::optional<testkit::TemporaryFolder> temporary_;
  static inline std::string folder_;
};

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

// Keys that are in no file get into none.
TEST_F(ClientTlsTest, CertificatesAndKeysMayBeBytes) {
  TlsServer server(folder_, "right", {"-Verify", "1", "-verify_return_error", "-CAfile", folder_ + "/ca.pem"});
  Endpoint endpoint = At(server.port(), true, /*trust=*/false);
  endpoint.ca_pem = testkit::ReadFile(folder_ + "/ca.pem");
  endpoint.certificate_pem = testkit::ReadFile(folder_ + "/client.pem");
  endpoint.key_pem = testkit::ReadFile(folder_ + "/client.key");
  const absl::StatusOr<http::Response> answer = Get(endpoint);
  EXPECT_TRUE(answer.ok()) << answer.status();
  endpoint.ca_pem = testkit::ReadFile(folder_ + "/client.pem");
  ExpectTrouble(endpoint, Trouble::kCertificateUntrusted, "not trusted", "DOCKER_CERT_PATH");
  endpoint.ca_pem = "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n";
  ExpectTrouble(endpoint, Trouble::kAuthoritiesUnusable, "cannot be used", "DOCKER_CERT_PATH");
}

TEST_F(ClientTlsTest, TheCertificateMayHaveAnotherNameThanTheAddress) {
  TlsServer server(folder_, "other");
  Endpoint endpoint = At(server.port(), true);
  endpoint.url = "https://build-7.example:" + server.port();
  endpoint.connect_to = "127.0.0.1:" + server.port();
  const absl::StatusOr<http::Response> answer = Get(endpoint);
  EXPECT_TRUE(answer.ok()) << answer.status();
}

TEST_F(ClientTlsTest, WhoIsNotVerifiedIsShownOurCertificateAllTheSame) {
  TlsServer server(folder_, "other", {"-Verify", "1", "-verify_return_error", "-CAfile", folder_ + "/ca.pem"});
  Endpoint endpoint = At(server.port(), true, /*trust=*/false);
  endpoint.verify = false;
  endpoint.certificate = folder_ + "/client.pem";
  endpoint.key = folder_ + "/client.key";
  const absl::StatusOr<http::Response> answer = Get(endpoint);
  EXPECT_TRUE(answer.ok()) << answer.status();
}

TEST_F(ClientTlsTest, FilesThatCannotBeUsedAreNamed) {
  TlsServer server(folder_, "right");
  const std::string key = folder_ + "/client.key", certificate = folder_ + "/client.pem",
                    missing = folder_ + "/missing";
  for (const std::string& file : {key, missing}) {
    Endpoint endpoint = At(server.port(), true);
    endpoint.certificate = file;
    endpoint.key = key;
    ExpectTrouble(endpoint, Trouble::kOwnCertificateUnusable, "The certificate " + file + " cannot be used",
                  "DOCKER_CERT_PATH");
    endpoint = At(server.port(), true);
    endpoint.ca = file;
    ExpectTrouble(endpoint, Trouble::kAuthoritiesUnusable, "The file " + file + " with the authorities",
                  "DOCKER_CERT_PATH");
  }
  for (const std::string& file : {certificate, folder_ + "/right.key", missing}) {
    Endpoint endpoint = At(server.port(), true);
    endpoint.certificate = certificate;
    endpoint.key = file;
    ExpectTrouble(endpoint, Trouble::kOwnKeyUnusable,
                  "The key " + file + " cannot be used, or is not that of " + certificate, "DOCKER_CERT_PATH");
  }
}

}  // namespace
}  // namespace flow
