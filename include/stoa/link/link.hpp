#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <stoa/link/outbox.hpp>
#include <stoa/stanza/outgoing.hpp>
#include <stoa/stanza/stanza.hpp>
#include <stoa/xml/parser.hpp>

namespace boost::asio {
class io_context;
}

namespace stoa::link {

/// TLS from the first byte (there is no STARTTLS for components). `verify` checks the server's
/// certificate and its name; `unverified` checks neither, which is fit for tests only.
enum class Tls { off, verify, unverified };

struct Settings {
  std::string domain;              ///< of the component, prepared
  std::string host = "127.0.0.1";  ///< name or address of the server's component listener
  std::uint16_t port = 5347;
  std::string secret;  ///< shared with the server; never logged
  std::string server;  ///< who is pinged; empty: server_of(domain)
  Tls tls = Tls::off;
  std::string ca_file;   ///< PEM; empty: the system's certificates
  std::string tls_name;  ///< that the certificate must be for; empty: `host`

  xml::Limits incoming;                       ///< of stanzas that the server sends
  std::size_t stanza_bytes = 256 * 1024;      ///< largest stanza that is ever sent
  std::size_t high_water = 16 * 1024 * 1024;  ///< load of the outbox above which nothing is read
  std::size_t low_water = 8 * 1024 * 1024;    ///< load of the outbox below which reading goes on
  std::size_t busy_bytes = 2 * 1024 * 1024;   ///< outbox bytes that take some milliseconds
  std::size_t outbox_bytes =
      256 * 1024 * 1024;                     ///< held by the outbox; above it new output is dropped
  std::size_t held_bytes = 4 * 1024 * 1024;  ///< read while reading is stopped, see Link

  std::size_t ping_every = 1000;                ///< stanzas between two delivery pings
  std::chrono::milliseconds ping_delay{50};     ///< written output stays without a ping for so long
  std::chrono::milliseconds idle_ping{60'000};  ///< a silent link is pinged that often
  std::chrono::milliseconds ping_timeout{30'000};  ///< no answer and no progress: the link is dead
  std::chrono::milliseconds reply_age{60'000};     ///< older iqs and presences are not redelivered
  std::chrono::milliseconds connect_timeout{10'000};    ///< name look-up and TCP
  std::chrono::milliseconds handshake_timeout{10'000};  ///< TLS, stream header and handshake
  std::chrono::milliseconds close_timeout{5'000};       ///< an orderly close takes no longer
  std::chrono::milliseconds backoff_min{250};           ///< pause before the first new attempt
  std::chrono::milliseconds backoff_max{10'000};        ///< longest pause
};

/// The domain of the server that a component's domain belongs to: `services.example.org` is a
/// component of `example.org`. A domain of one label is its own server: it is then the link itself
/// that gets the pings back, which proves as much.
std::string server_of(std::string_view domain);

/// Why an attempt to connect failed or a link ended.
enum class Fault {
  stopped,         ///< by Link::stop()
  resolve,         ///< the host's name has no address
  connect,         ///< no TCP connection
  tls,             ///< TLS failed, or the certificate is not acceptable
  timeout,         ///< no answer in time, or a ping was not answered
  network,         ///< the connection broke
  closed,          ///< the server closed the stream without an error
  not_authorized,  ///< the secret is wrong (on ejabberd also: the domain is not configured)
  host_unknown,    ///< the server has no component of that domain
  conflict,        ///< another link of that domain is there
  stream_error,    ///< another stream error of the server
  protocol,        ///< the server sent what no server may send; we closed with a stream error
};

struct Down {
  Fault fault = Fault::network;
  std::string text;     ///< what happened
  std::string advice;   ///< what an admin does about it; may be empty
  bool was_up = false;  ///< the handshake had succeeded
};

/// What a link tells. All calls come on the loop thread, never from within a call to the Link.
class LinkHandler {
 public:
  virtual ~LinkHandler() = default;
  virtual void on_up() = 0;
  /// An attempt failed or the link ended; unless it was stopped it tries again by itself.
  virtual void on_down(const Down& down) = 0;
  virtual void on_stanza(Stanza stanza) = 0;
  /// The server has taken everything that was sent with a mark up to this one.
  virtual void on_delivered(std::uint64_t mark) = 0;
};

struct Counters {
  std::uint64_t stanzas_in = 0;
  std::uint64_t stanzas_out = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  std::uint64_t connects = 0;           ///< successful handshakes
  std::uint64_t undecodable = 0;        ///< stanzas in without a usable from or to; dropped
  std::uint64_t dropped_foreign = 0;    ///< outgoings in the name of another domain
  std::uint64_t dropped_too_large = 0;  ///< outgoings with a stanza above the limit
  std::uint64_t dropped_full = 0;       ///< outgoings refused by a full outbox
  std::size_t outbox_bytes = 0;         ///< unwritten, and kept until proved taken
};

/// One component stream (XEP-0114) to one server: connects for ever with growing, jittered pauses
/// (the name is looked up at each try), hands over what comes in, writes what is sent.
///
/// Delivery: what is sent stays in the outbox until the server has proved that it took it (Outbox).
/// After a break, messages and iqs that were not proved are written again, in order.
///
/// Reading stops while the outbox is congested or after pause(). "Stopped" means that on_stanza is
/// not called. Some bytes (held_bytes) are still read then, where the link waits for the server to
/// move: answers to pings must get through, and a server that blocks on writing to us would never
/// read.
///
/// Not thread-safe: every call on the thread that runs the io_context, which must outlive the Link.
/// Destroying it drops the connection at once.
class Link {
 public:
  Link(boost::asio::io_context& loop, Settings settings, LinkHandler& handler);
  ~Link();
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  void start();

  /// Appends to the outbox; written as soon as the link is up and the server reads. Marks never go
  /// down; 0 is none. A stanza above the limit or beyond the outbox's capacity is dropped, counted
  /// and logged.
  void send(Outgoing out, std::uint64_t mark = 0);

  void pause();
  void resume();

  /// Orderly end: writes what waits and has it proved, closes the stream, all within close_timeout.
  /// Stanzas that still come in are dropped. `done` is called once, after the last on_down.
  void stop(std::function<void()> done);

  bool up() const;
  /// Whether the outbox is past its high mark.
  bool congested() const;
  /// Whether the outbox holds more than `busy_bytes`.
  bool busy() const;
  Counters counters() const;
  const Settings& settings() const;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;  // shared with its own coroutines, which may end after the Link
};

}  // namespace stoa::link
