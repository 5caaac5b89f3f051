#include "link/transport.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>

namespace stoa::link {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

std::string where(const Settings& settings) {
  return settings.host + ":" + std::to_string(settings.port);
}

std::string tls_name(const Settings& settings) {
  return settings.tls_name.empty() ? settings.host : settings.tls_name;
}

std::string tls_advice(const Settings& settings, const error_code& error) {
  const bool certificate =
      ERR_GET_REASON(static_cast<unsigned long>(error.value())) == SSL_R_CERTIFICATE_VERIFY_FAILED;
  if (certificate) {
    return "the certificate must be issued for " + tls_name(settings) +
           " by an authority in `ca_file` (default: the system's)";
  }
  return "check that the listener speaks TLS from the first byte (Prosody's does not: tls = "
         "\"off\")";
}

}  // namespace

Transport::Transport(asio::io_context& loop, const Settings& settings)
    : settings_(settings), resolver_(loop), socket_(loop) {}

awaitable<std::optional<Down>> Transport::resolve(Endpoints& found) {
  error_code error;
  const auto literal = asio::ip::make_address(settings_.host, error);
  if (!error) {
    found = Endpoints::create(tcp::endpoint(literal, settings_.port), settings_.host, "");
    co_return std::nullopt;
  }
  found = co_await resolver_.async_resolve(settings_.host, std::to_string(settings_.port),
                                           asio::redirect_error(asio::use_awaitable, error));
  if (!error) co_return std::nullopt;
  co_return Down{Fault::resolve, "no address for " + settings_.host + ": " + error.message(),
                 "check `host` and the name servers", false};
}

awaitable<std::optional<Down>> Transport::connect() {
  Endpoints found;
  if (auto down = co_await resolve(found)) co_return down;
  error_code error = asio::error::host_not_found;
  for (const auto& entry : found) {
    error_code ignored;
    socket_.close(ignored);
    co_await socket_.async_connect(entry.endpoint(),
                                   asio::redirect_error(asio::use_awaitable, error));
    if (!error || error == asio::error::operation_aborted) break;
  }
  if (error) {
    co_return Down{Fault::connect, "no connection to " + where(settings_) + ": " + error.message(),
                   "check that the server runs and that its component listener is at `host` and "
                   "`port`",
                   false};
  }
  socket_.set_option(tcp::no_delay(true), error);
  socket_.set_option(asio::socket_base::keep_alive(true), error);
  co_return std::nullopt;
}

void Transport::configure_tls() {
  tls_context_.emplace(asio::ssl::context::tls_client);
  if (settings_.tls == Tls::verify) {
    tls_context_->set_verify_mode(asio::ssl::verify_peer);
    if (settings_.ca_file.empty()) {
      tls_context_->set_default_verify_paths();
    } else {
      tls_context_->load_verify_file(settings_.ca_file);
    }
    tls_context_->set_verify_callback(asio::ssl::host_name_verification(tls_name(settings_)));
  }
  tls_.emplace(socket_, *tls_context_);
  error_code error;
  asio::ip::make_address(tls_name(settings_), error);
  if (!error) return;
  std::string name = tls_name(settings_);
  SSL_ctrl(tls_->native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
           name.data());
}

awaitable<std::optional<Down>> Transport::secure() {
  if (settings_.tls == Tls::off) co_return std::nullopt;
  error_code error;
  try {
    configure_tls();
  } catch (const boost::system::system_error& fault) {
    co_return Down{Fault::tls, std::string("TLS: ") + fault.what(),
                   "check that `ca_file` can be read and holds certificates in PEM", false};
  }
  co_await tls_->async_handshake(asio::ssl::stream_base::client,
                                 asio::redirect_error(asio::use_awaitable, error));
  if (!error) co_return std::nullopt;
  co_return Down{Fault::tls, "no TLS with " + where(settings_) + ": " + error.message(),
                 tls_advice(settings_, error), false};
}

awaitable<Transport::Done> Transport::read_some(std::span<char> into) {
  Done done;
  const auto buffer = asio::buffer(into.data(), into.size());
  if (tls_) {
    done.bytes = co_await tls_->async_read_some(
        buffer, asio::redirect_error(asio::use_awaitable, done.error));
  } else {
    done.bytes = co_await socket_.async_read_some(
        buffer, asio::redirect_error(asio::use_awaitable, done.error));
  }
  co_return done;
}

awaitable<Transport::Done> Transport::write_some(std::string_view bytes) {
  Done done;
  const auto buffer = asio::buffer(bytes.data(), bytes.size());
  if (tls_) {
    done.bytes = co_await tls_->async_write_some(
        buffer, asio::redirect_error(asio::use_awaitable, done.error));
  } else {
    done.bytes = co_await socket_.async_write_some(
        buffer, asio::redirect_error(asio::use_awaitable, done.error));
  }
  co_return done;
}

void Transport::close() {
  resolver_.cancel();
  error_code ignored;
  socket_.close(ignored);
}

}  // namespace stoa::link
