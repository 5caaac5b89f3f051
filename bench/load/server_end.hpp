#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace bench {

/// The server's end of one component stream: accepts stoa's connection on a loopback port, lets any
/// secret in, answers its pings, and hands out every other stanza as raw XML. Single-threaded; it
/// finds stanza borders by scanning, not by parsing, so that it is never the limit of a
/// measurement.
class ServerEnd {
 public:
  /// Called for each stanza; the view is valid during the call only.
  using OnStanza = std::function<void(std::string_view)>;

  /// Listens on a free port of 127.0.0.1. Throws std::system_error.
  ServerEnd();
  ~ServerEnd();
  ServerEnd(const ServerEnd&) = delete;
  ServerEnd& operator=(const ServerEnd&) = delete;

  int port() const { return port_; }

  /// Waits for stoa's connection and its handshake. Throws std::runtime_error after `seconds`.
  void accept(double seconds);
  void on_stanza(OnStanza handler) { handler_ = std::move(handler); }

  /// Queues bytes; they leave during run().
  void send(std::string_view xml) { out_.append(xml); }
  std::size_t queued() const { return out_.size() - sent_; }

  /// Reads and writes until `done` says so (asked after each round). Throws std::runtime_error when
  /// `seconds` pass before, or when the stream closes.
  void run_until(const std::function<bool()>& done, double seconds);
  /// Closes the connection without a word, as a crash of the server would.
  void drop();

  std::size_t bytes_read() const { return bytes_read_; }

 private:
  bool read_some();
  void write_some();
  bool shake_hands();
  void scan();
  std::size_t stanza_end(std::size_t begin) const;
  std::string_view unread() const { return {in_.get(), filled_}; }
  void consume(std::size_t bytes);
  void take(std::string_view stanza);

  int listener_ = -1;
  int socket_ = -1;
  int port_ = 0;
  std::unique_ptr<char[]> in_;  // what was read and not handed out yet
  std::size_t filled_ = 0;
  bool opened_ = false;
  bool shaken_ = false;
  std::string out_;
  std::size_t sent_ = 0;
  std::size_t bytes_read_ = 0;
  OnStanza handler_;
};

/// Value of an attribute of the stanza's own start tag, empty where absent.
std::string_view attribute(std::string_view stanza, std::string_view name);

}  // namespace bench
