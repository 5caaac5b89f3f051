#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include "unit/link/fake_server.hpp"

namespace stoa::link::testing {
namespace {

template <class T, void (*release)(T*)>
struct Releaser {
  void operator()(T* object) const { release(object); }
};
using Key = std::unique_ptr<EVP_PKEY, Releaser<EVP_PKEY, EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Releaser<X509, X509_free>>;

Key new_key() {
  return Key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
}

Certificate self_signed(EVP_PKEY* key, const char* name) {
  Certificate certificate(X509_new());
  X509* x = certificate.get();
  X509_set_version(x, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
  X509_gmtime_adj(X509_getm_notBefore(x), -3600);
  X509_gmtime_adj(X509_getm_notAfter(x), 3600);
  X509_set_pubkey(x, key);
  X509_NAME* subject = X509_get_subject_name(x);
  std::string common = "server of a test";
  X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_UTF8,
                             reinterpret_cast<unsigned char*>(common.data()), -1, -1, 0);
  X509_set_issuer_name(x, subject);
  X509V3_CTX context;
  X509V3_set_ctx(&context, x, x, nullptr, nullptr, 0);
  X509_EXTENSION* names = X509V3_EXT_conf_nid(nullptr, &context, NID_subject_alt_name, name);
  X509_add_ext(x, names, -1);
  X509_EXTENSION_free(names);
  X509_sign(x, key, EVP_sha256());
  return certificate;
}

template <class Write>
std::string pem(Write write) {
  BIO* bio = BIO_new(BIO_s_mem());
  write(bio);
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio, &text);
  std::string result(text, static_cast<std::size_t>(size));
  BIO_free(bio);
  return result;
}

/// A certificate for one name, its server-side context, and the file that a client trusts.
struct Authority {
  explicit Authority(const char* name) : context(asio::ssl::context::tls_server) {
    const Key key = new_key();
    const Certificate certificate = self_signed(key.get(), name);
    const std::string text = pem([&](BIO* bio) { PEM_write_bio_X509(bio, certificate.get()); });
    context.use_certificate_chain(asio::buffer(text));
    context.use_private_key(asio::buffer(pem([&](BIO* bio) {
                              PEM_write_bio_PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr,
                                                       nullptr);
                            })),
                            asio::ssl::context::pem);
    std::string pattern = (std::filesystem::temp_directory_path() / "stoa-ca-XXXXXX").string();
    const int file_descriptor = mkstemp(pattern.data());
    REQUIRE(file_descriptor >= 0);
    close(file_descriptor);
    file = pattern;
    std::ofstream(file) << text;
  }
  ~Authority() { std::filesystem::remove(file); }

  asio::ssl::context context;
  std::string file;
};

}  // namespace

TEST_CASE("a link speaks TLS with a server whose certificate it can verify") {
  Authority authority("IP:127.0.0.1");
  Fixture f(&authority.context);
  f.settings.tls = Tls::verify;
  f.settings.ca_file = authority.file;
  REQUIRE(f.start_and_accept());
  const std::string large(200'000, 'x');
  f.link->send(message(large), 1);
  REQUIRE(f.until([&] { return f.server.last().answer_pings() == 1; }));
  CHECK(f.server.last().has(large));
  CHECK(f.until([&] { return f.told.delivered == 1; }));
}

TEST_CASE("a certificate that is not trusted, or not the server's, is refused") {
  Authority authority("DNS:elsewhere.example");
  for (const bool trusted : {false, true}) {
    Fixture f(&authority.context);
    f.settings.tls = Tls::verify;
    if (trusted) f.settings.ca_file = authority.file;
    f.start();
    REQUIRE(f.until([&] { return !f.told.downs.empty(); }));
    CHECK(f.told.downs[0].fault == Fault::tls);
    CHECK(f.told.downs[0].advice.find("certificate") != std::string::npos);
  }
}

TEST_CASE("the name to verify can be given apart from the address") {
  Authority authority("DNS:xmpp.example.org");
  Fixture f(&authority.context);
  f.settings.tls = Tls::verify;
  f.settings.ca_file = authority.file;
  f.settings.tls_name = "xmpp.example.org";
  CHECK(f.start_and_accept());
}

TEST_CASE("a server that does not speak TLS is a TLS fault") {
  Fixture f;
  f.settings.tls = Tls::verify;
  f.start();
  REQUIRE(f.until([&] { return !f.server.peers.empty() && !f.server.last().got.empty(); }));
  f.server.last().write(header);
  REQUIRE(f.until([&] { return !f.told.downs.empty(); }));
  CHECK(f.told.downs[0].fault == Fault::tls);
}

}  // namespace stoa::link::testing
