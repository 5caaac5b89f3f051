#include "app/admin_socket.hpp"

#include <stdexcept>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace stoa::app {

namespace asio = boost::asio;
using asio::local::stream_protocol;
using boost::system::error_code;

namespace {

constexpr std::size_t most_bytes = 4u << 20;  // of a request; a copy comes in smaller pieces
constexpr int most_connections = 16;          // people at a keyboard, and scripts
constexpr std::chrono::seconds request_patience{10};  // for a request that is begun
constexpr std::chrono::seconds answer_patience{90};   // whatever it waits for

/// Whether somebody listens there.
bool in_use(const std::string& path) {
  asio::io_context loop;
  stream_protocol::socket socket(loop);
  error_code error;
  socket.connect(path, error);
  return !error;
}

/// What an earlier run left there goes; nothing else.
void clear_away(const std::string& path) {
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0) return;
  if (!S_ISSOCK(found.st_mode)) {
    throw std::runtime_error("admin.socket: " + path + " is there and is no socket");
  }
  if (in_use(path)) throw std::runtime_error("admin.socket: another stoa listens at " + path);
  ::unlink(path.c_str());
}

void close_on_exec(int descriptor) {
  ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
}

}  // namespace

struct AdminSocket::Parts : std::enable_shared_from_this<Parts> {
  Parts(asio::io_context& io, std::string at, Handler given)
      : loop(io), acceptor(io), path(std::move(at)), handler(std::move(given)) {}

  void open();
  asio::awaitable<void> accept_all();
  asio::awaitable<void> serve(std::shared_ptr<stream_protocol::socket> socket);

  asio::io_context& loop;
  stream_protocol::acceptor acceptor;
  std::string path;
  Handler handler;
  int connections = 0;
};

void AdminSocket::Parts::open() {
  clear_away(path);
  error_code error;
  acceptor.open(stream_protocol(), error);
  const mode_t before = ::umask(S_IXUSR | S_IRWXG | S_IRWXO);
  if (!error) acceptor.bind(path, error);
  ::umask(before);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    throw std::runtime_error("admin.socket: cannot listen at " + path + ": " + error.message());
  }
  close_on_exec(acceptor.native_handle());
}

asio::awaitable<void> AdminSocket::Parts::accept_all() {
  const auto self = shared_from_this();
  for (;;) {
    error_code error;
    stream_protocol::socket socket =
        co_await acceptor.async_accept(asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::operation_aborted || !acceptor.is_open()) co_return;
    if (error) {
      asio::steady_timer pause(loop, std::chrono::milliseconds(100));
      co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
    } else if (connections < most_connections) {
      close_on_exec(socket.native_handle());
      ++connections;
      asio::co_spawn(loop, serve(std::make_shared<stream_protocol::socket>(std::move(socket))),
                     [self](const std::exception_ptr&) { --self->connections; });
    }
  }
}

asio::awaitable<void> AdminSocket::Parts::serve(std::shared_ptr<stream_protocol::socket> socket) {
  const auto self = shared_from_this();
  error_code error;
  std::string request;
  asio::steady_timer patience(loop, request_patience);
  patience.async_wait([socket](const error_code& ended) {
    error_code gone;
    if (!ended) socket->cancel(gone);
  });
  co_await asio::async_read(*socket, asio::dynamic_buffer(request, most_bytes),
                            asio::redirect_error(asio::use_awaitable, error));
  patience.cancel();
  if (error != asio::error::eof) co_return;
  // The answer outlives this coroutine where nobody waits for it any more.
  const auto answer = std::make_shared<std::string>("!no answer in time");
  const auto there = std::make_shared<asio::steady_timer>(loop, answer_patience);
  handler(std::move(request), [answer, there](std::string text) {
    *answer = std::move(text);
    there->cancel();
    there->expires_at(asio::steady_timer::time_point::min());
  });
  co_await there->async_wait(asio::redirect_error(asio::use_awaitable, error));
  const std::string text = *answer;
  co_await asio::async_write(*socket, asio::buffer(text),
                             asio::redirect_error(asio::use_awaitable, error));
}

AdminSocket::AdminSocket(asio::io_context& loop, const std::string& path, Handler handler)
    : parts_(std::make_shared<Parts>(loop, path, std::move(handler))) {
  parts_->open();
  asio::co_spawn(loop, parts_->accept_all(), asio::detached);
}

AdminSocket::~AdminSocket() {
  error_code error;
  parts_->acceptor.close(error);
  ::unlink(parts_->path.c_str());
}

std::string ask_daemon(const std::string& path, const std::string& request) {
  asio::io_context loop;
  stream_protocol::socket socket(loop);
  error_code error;
  socket.connect(path, error);
  if (error) {
    throw std::runtime_error("no stoa listens at " + path +
                             " ([admin] socket): " + error.message());
  }
  asio::write(socket, asio::buffer(request), error);
  if (!error) socket.shutdown(stream_protocol::socket::shutdown_send, error);
  std::string answer;
  if (!error) asio::read(socket, asio::dynamic_buffer(answer), error);
  if (error && error != asio::error::eof) {
    throw std::runtime_error("the daemon did not answer: " + error.message());
  }
  return answer;
}

}  // namespace stoa::app
