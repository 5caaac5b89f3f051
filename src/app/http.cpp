#include "app/http.hpp"

#include <charconv>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

#include <stoa/base/log.hpp>

namespace stoa::app {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr int max_connections = 64;                     // monitoring needs one or two
constexpr std::chrono::seconds request_time{10};        // to send a request or take an answer
constexpr std::chrono::milliseconds accept_pause{100};  // after accept failed

std::optional<tcp::endpoint> endpoint_of(std::string_view listen) {
  const std::size_t colon = listen.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string host(listen.substr(0, colon));
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host == "localhost") host = "127.0.0.1";
  error_code error;
  const auto address = asio::ip::make_address(host, error);
  std::uint16_t port = 0;
  const char* const end = listen.data() + listen.size();
  const auto read = std::from_chars(listen.data() + colon + 1, end, port);
  if (error || read.ec != std::errc() || read.ptr != end || port == 0) return std::nullopt;
  return tcp::endpoint(address, port);
}

http::response<http::string_body> respond(const http::request<http::empty_body>& request,
                                          const HttpServer::Answer& answer) {
  HttpAnswer made;
  if (request.method() != http::verb::get && request.method() != http::verb::head) {
    made = {405, "text/plain; charset=utf-8", "GET or HEAD only\n"};
  } else {
    const std::string_view target(request.target().data(), request.target().size());
    made = answer(target.substr(0, target.find('?')));
  }
  http::response<http::string_body> response(static_cast<http::status>(made.status),
                                             request.version());
  response.set(http::field::content_type, made.type);
  response.set(http::field::cache_control, "no-store");
  response.keep_alive(request.keep_alive());
  response.body() = std::move(made.body);
  response.prepare_payload();
  if (request.method() == http::verb::head) response.body().clear();
  return response;
}

}  // namespace

bool can_listen_at(std::string_view listen) {
  return endpoint_of(listen).has_value();
}

struct HttpServer::Parts {
  explicit Parts(Answer told) : acceptor(loop), answer(std::move(told)) {}

  asio::awaitable<void> accept_all();
  asio::awaitable<void> serve(tcp::socket socket);

  asio::io_context loop{1};
  tcp::acceptor acceptor;
  Answer answer;
  int connections = 0;
  std::thread thread;
};

asio::awaitable<void> HttpServer::Parts::accept_all() {
  for (;;) {
    error_code error;
    tcp::socket socket =
        co_await acceptor.async_accept(asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::operation_aborted) co_return;
    if (error) {
      asio::steady_timer pause(loop, accept_pause);
      co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
    } else if (connections < max_connections) {
      ++connections;
      asio::co_spawn(loop, serve(std::move(socket)), [this](const std::exception_ptr& failure) {
        --connections;
        if (failure) log::warning("http connection failed");
      });
    }
  }
}

asio::awaitable<void> HttpServer::Parts::serve(tcp::socket socket) {
  beast::tcp_stream stream(std::move(socket));
  beast::flat_buffer buffer(16 * 1024);
  error_code error;
  for (bool more = true; more && !error;) {
    http::request<http::empty_body> request;
    stream.expires_after(request_time);
    co_await http::async_read(stream, buffer, request,
                              asio::redirect_error(asio::use_awaitable, error));
    if (error) break;
    http::response<http::string_body> response = respond(request, answer);
    more = response.keep_alive();
    co_await http::async_write(stream, response, asio::redirect_error(asio::use_awaitable, error));
  }
  stream.socket().shutdown(tcp::socket::shutdown_both, error);
}

HttpServer::HttpServer(const std::string& listen, Answer answer)
    : parts_(std::make_unique<Parts>(std::move(answer))) {
  const tcp::endpoint endpoint = endpoint_of(listen).value();
  error_code error;
  parts_->acceptor.open(endpoint.protocol(), error);
  if (!error) parts_->acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) parts_->acceptor.bind(endpoint, error);
  if (!error) parts_->acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    throw std::runtime_error("http.listen: cannot listen at " + listen + ": " + error.message());
  }
  asio::co_spawn(parts_->loop, parts_->accept_all(), asio::detached);
  parts_->thread = std::thread([parts = parts_.get()] { parts->loop.run(); });
}

HttpServer::~HttpServer() {
  parts_->loop.stop();
  parts_->thread.join();
}

}  // namespace stoa::app
