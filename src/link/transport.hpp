#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>  // Boost 1.74's awaitable.hpp forgets it

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <stoa/link/link.hpp>

namespace stoa::link {

using boost::asio::awaitable;

/// One TCP connection, with TLS where the settings want it. Operations never throw for a network
/// fault; they say what went wrong. close() may be called at any time and ends what is pending.
class Transport {
 public:
  Transport(boost::asio::io_context& loop, const Settings& settings);

  /// nullopt when the connection stands (TLS not yet).
  awaitable<std::optional<Down>> connect();
  /// Does nothing without TLS.
  awaitable<std::optional<Down>> secure();

  struct Done {
    std::size_t bytes = 0;
    boost::system::error_code error;
  };
  awaitable<Done> read_some(std::span<char> into);
  awaitable<Done> write_some(std::string_view bytes);
  void close();

 private:
  using Endpoints = boost::asio::ip::tcp::resolver::results_type;
  awaitable<std::optional<Down>> resolve(Endpoints& found);
  void configure_tls();

  const Settings& settings_;
  boost::asio::ip::tcp::resolver resolver_;
  boost::asio::ip::tcp::socket socket_;
  std::optional<boost::asio::ssl::context> tls_context_;
  std::optional<boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>> tls_;
};

}  // namespace stoa::link
