#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include <stoa/xml/parser.hpp>

namespace scenario {

/// One component stream (XEP-0114) to a server on loopback, for one domain. Not that of the daemon:
/// what is under test does not test itself. Throws std::runtime_error when the server ends it.
class Component final : stoa::xml::StreamHandler {
 public:
  /// Blocks until the server has taken the handshake.
  Component(std::uint16_t port, std::string domain, const std::string& secret);
  ~Component() override;
  Component(const Component&) = delete;
  Component& operator=(const Component&) = delete;

  const std::string& domain() const { return domain_; }
  int socket() const { return socket_; }
  /// Blocks until it is written.
  void send(const stoa::xml::Element& stanza);
  /// Reads what there is: to be called when the socket is readable.
  void read();
  /// What came, in order, in jabber:client.
  std::deque<stoa::xml::Element>& inbox() { return inbox_; }

 private:
  void on_stream_open(const stoa::xml::Element& header) override;
  void on_stanza(stoa::xml::Element stanza) override;
  void on_stream_close() override;
  void write(std::string_view text) const;
  [[noreturn]] void fail(const std::string& what) const;

  std::string domain_;
  int socket_ = -1;
  stoa::xml::StreamParser parser_;
  std::string stream_id_;
  bool accepted_ = false;
  bool closed_ = false;
  std::deque<stoa::xml::Element> inbox_;
};

/// A TCP connection to loopback, on which nothing waits longer than Company::patience; -1 where
/// nobody listens.
int connect_to(std::uint16_t port);

}  // namespace scenario
