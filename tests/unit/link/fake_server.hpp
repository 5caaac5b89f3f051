#pragma once

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include <stoa/link/link.hpp>

namespace stoa::link::testing {

namespace asio = boost::asio;
using asio::ip::tcp;

/// Runs the loop until something is so; false if it is not within five seconds.
inline bool run_until(asio::io_context& loop, const std::function<bool()>& so) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  while (!so()) {
    if (std::chrono::steady_clock::now() >= end) return false;
    loop.restart();
    loop.run_one_for(std::chrono::milliseconds(20));
  }
  return true;
}

/// One connection as the server sees it.
class Peer : public std::enable_shared_from_this<Peer> {
 public:
  Peer(tcp::socket socket, asio::ssl::context* tls) : socket_(std::move(socket)) {
    if (tls) tls_.emplace(socket_, *tls);
  }

  void start() {
    if (!tls_) return read();
    tls_->async_handshake(asio::ssl::stream_base::server,
                          [self = shared_from_this()](const boost::system::error_code& error) {
                            if (error) {
                              self->closed = true;
                            } else {
                              self->read();
                            }
                          });
  }

  void write(std::string_view text) {
    boost::system::error_code ignored;
    if (tls_) {
      asio::write(*tls_, asio::buffer(text), ignored);
    } else {
      asio::write(socket_, asio::buffer(text), ignored);
    }
  }

  void close() {
    boost::system::error_code ignored;
    socket_.close(ignored);
  }

  /// Answers every ping that came since the last call; how many there were.
  int answer_pings() {
    int answered = 0;
    constexpr std::string_view begin =
        "<iq type='get' from='rooms.example.org' to='example.org' id='";
    for (auto at = got.find(begin, seen_); at != std::string::npos; at = got.find(begin, seen_)) {
      const auto id = at + begin.size();
      const auto end = got.find('\'', id);
      if (end == std::string::npos) break;
      write("<iq type='result' from='example.org' to='rooms.example.org' id='" +
            got.substr(id, end - id) + "'/>");
      seen_ = end;
      ++answered;
    }
    return answered;
  }

  bool has(std::string_view text) const { return got.find(text) != std::string::npos; }

  std::string got;
  bool closed = false;
  bool reading = true;

 private:
  void read() {
    auto taken = [self = shared_from_this()](const boost::system::error_code& error,
                                             std::size_t n) {
      self->got.append(self->buffer_.data(), n);
      if (error) {
        self->closed = true;
      } else if (self->reading) {
        self->read();
      }
    };
    if (tls_) {
      tls_->async_read_some(asio::buffer(buffer_), taken);
    } else {
      socket_.async_read_some(asio::buffer(buffer_), taken);
    }
  }

  tcp::socket socket_;
  std::optional<asio::ssl::stream<tcp::socket&>> tls_;
  std::array<char, 16 * 1024> buffer_{};
  std::size_t seen_ = 0;
};

/// The server's component listener, on a free port of loopback.
class FakeServer {
 public:
  explicit FakeServer(asio::io_context& loop, asio::ssl::context* tls = nullptr)
      : acceptor_(loop), tls_(tls) {
    listen();
    port_ = acceptor_.local_endpoint().port();
  }

  std::uint16_t port() const { return port_; }
  /// On the port that it had before.
  void listen() {
    const tcp::endpoint endpoint(asio::ip::address_v4::loopback(), port_);
    acceptor_.open(endpoint.protocol());
    acceptor_.set_option(tcp::acceptor::reuse_address(true));
    acceptor_.bind(endpoint);
    acceptor_.listen();
    accept();
  }
  void stop_listening() { acceptor_.close(); }
  Peer& last() { return *peers.back(); }

  std::vector<std::shared_ptr<Peer>> peers;

 private:
  void accept() {
    acceptor_.async_accept([this](const boost::system::error_code& error, tcp::socket socket) {
      if (error) return;
      peers.push_back(std::make_shared<Peer>(std::move(socket), tls_));
      peers.back()->start();
      accept();
    });
  }

  tcp::acceptor acceptor_;
  asio::ssl::context* tls_;
  std::uint16_t port_ = 0;
};

/// Writes down what a link tells.
class Told : public LinkHandler {
 public:
  void on_up() override { ++ups; }
  void on_down(const Down& down) override { downs.push_back(down); }
  void on_stanza(Stanza stanza) override {
    stanzas.push_back(std::move(stanza));
    if (then) then();
  }
  void on_delivered(std::uint64_t mark) override { delivered = mark; }

  int ups = 0;
  std::vector<Down> downs;
  std::vector<Stanza> stanzas;
  std::uint64_t delivered = 0;
  std::function<void()> then;
};

constexpr std::string_view header =
    "<?xml version='1.0'?><stream:stream xmlns:stream='http://etherx.jabber.org/streams' "
    "xmlns='jabber:component:accept' id='abc' from='rooms.example.org'>";

inline std::string error_text(const std::string& condition) {
  return "<stream:error><" + condition +
         " xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>";
}

/// A link to a fake server, and what it told.
struct Fixture {
  explicit Fixture(asio::ssl::context* tls = nullptr) : server(loop, tls) {
    settings.domain = "rooms.example.org";
    settings.host = "127.0.0.1";
    settings.port = server.port();
    settings.secret = "sesame";
    settings.backoff_min = settings.backoff_max = std::chrono::milliseconds(1);
    settings.ping_delay = std::chrono::milliseconds(5);
  }

  void start() {
    link.emplace(loop, settings, told);
    link->start();
  }
  bool until(const std::function<bool()>& so) { return run_until(loop, so); }
  /// Waits for the n-th connection and its handshake, and accepts it.
  bool accept(std::size_t n = 1) {
    if (!until([&] {
          return server.peers.size() >= n && server.last().has("to='rooms.example.org'>");
        }))
      return false;
    server.last().write(header);
    if (!until([&] { return server.last().has("</handshake>"); })) return false;
    server.last().write("<handshake/>");
    return until([&] { return told.ups == static_cast<int>(n); });
  }
  bool start_and_accept() {
    start();
    return accept();
  }

  asio::io_context loop;
  FakeServer server;
  Told told;
  Settings settings;
  std::optional<Link> link;
};

inline Outgoing message(const std::string& body, Redelivery redelivery = Redelivery::keep) {
  Outgoing out;
  out.head = "<message from='r@rooms.example.org' to='a@b'><body>" + body + "</body></message>";
  out.redelivery = redelivery;
  return out;
}

}  // namespace stoa::link::testing
