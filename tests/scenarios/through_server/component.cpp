#include "scenarios/through_server/component.hpp"

#include <array>
#include <cerrno>
#include <stdexcept>

#include <netinet/in.h>
#include <openssl/evp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <stoa/stanza/namespaces.hpp>
#include <stoa/xml/write.hpp>

#include "scenarios/through_server/company.hpp"

namespace scenario {

using stoa::xml::Element;
namespace ns = stoa::ns;

namespace {

/// XEP-0114, 3: SHA-1 of the stream's id and the secret, in lower case hexadecimal.
std::string handshake(const std::string& stream_id, const std::string& secret) {
  const std::string input = stream_id + secret;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (EVP_Digest(input.data(), input.size(), digest.data(), &size, EVP_sha1(), nullptr) != 1) {
    throw std::runtime_error("no SHA-1");
  }
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) {
    constexpr std::string_view digits = "0123456789abcdef";
    hex += digits[digest[i] / 16];
    hex += digits[digest[i] % 16];
  }
  return hex;
}

}  // namespace

int connect_to(std::uint16_t port) {
  const int made = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval patience{.tv_sec = Company::patience.count(), .tv_usec = 0};
  ::setsockopt(made, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(made, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(made, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    return made;
  }
  ::close(made);
  return -1;
}

Component::Component(std::uint16_t port, std::string domain, const std::string& secret)
    : domain_(std::move(domain)), socket_(connect_to(port)), parser_(*this) {
  if (socket_ < 0) fail("nobody listens on port " + std::to_string(port));
  std::string header = "<?xml version='1.0'?><stream:stream xmlns='";
  header.append(ns::component).append("' xmlns:stream='").append(ns::stream);
  write(header + "' to='" + domain_ + "'>");
  while (stream_id_.empty()) read();
  write("<handshake>" + handshake(stream_id_, secret) + "</handshake>");
  while (!accepted_) read();
}

Component::~Component() {
  if (socket_ >= 0) ::close(socket_);
}

void Component::send(const Element& stanza) {
  write(stoa::xml::to_string(stanza, ns::client));
}

void Component::read() {
  std::array<char, 64 * 1024> buffer{};
  const ssize_t count = ::recv(socket_, buffer.data(), buffer.size(), 0);
  if (count < 0 && errno == EINTR) return;
  if (count <= 0) fail("the server broke the stream off");
  const auto fault = parser_.feed({buffer.data(), static_cast<std::size_t>(count)});
  if (fault) fail("what came was no stream: " + fault->condition + " " + fault->text);
  if (closed_) fail("the server closed the stream");
}

void Component::on_stream_open(const Element& header) {
  stream_id_ = header.attr_or("id", "");
  if (stream_id_.empty()) fail("a stream without id");
}

void Component::on_stanza(Element stanza) {
  if (stanza.is("handshake", ns::component)) {
    accepted_ = true;
  } else if (stanza.ns() == ns::stream) {
    fail("the server says " + stoa::xml::to_string(stanza));
  } else {
    stanza.rename_ns(ns::component, stoa::xml::NamespaceName(ns::client));
    inbox_.push_back(std::move(stanza));
  }
}

void Component::on_stream_close() {
  closed_ = true;
}

void Component::write(std::string_view text) const {
  while (!text.empty()) {
    const ssize_t count = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) fail("the server does not take what is sent");
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

void Component::fail(const std::string& what) const {
  throw std::runtime_error("component " + domain_ + ": " + what);
}

}  // namespace scenario
