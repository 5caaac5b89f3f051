#include "support/postgres/swallowing_proxy.hpp"

#include <array>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace stoa::test {
namespace {

constexpr int poll_ms = 20;

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  return address;
}

template <class Call>
int with_address(Call call, int socket, const std::string& path) {
  const sockaddr_un address = address_of(path);
  return call(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
}

bool readable(int socket, int timeout_ms) {
  pollfd one{socket, POLLIN, 0};
  return ::poll(&one, 1, timeout_ms) > 0;
}

std::string receive(int socket) {
  std::array<char, 65536> buffer{};
  const ssize_t n = ::recv(socket, buffer.data(), buffer.size(), 0);
  return n > 0 ? std::string(buffer.data(), static_cast<std::size_t>(n)) : std::string();
}

bool send_all(int socket, const std::string& bytes) {
  return ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
         static_cast<ssize_t>(bytes.size());
}

/// Whether a statement of that kind is executed: its Bind names no portal, and then the statement.
bool binds_alone(const std::string& bytes) {
  for (const std::string name :
       {"come_items_alone", "move_items_alone", "insert_room_archive_alone"}) {
    if (bytes.find('\0' + name + '\0') != std::string::npos) return true;
  }
  return false;
}

bool has_commit(const std::string& bytes) {
  static const std::string commit("COMMIT\0", 7);
  return bytes.find(commit) != std::string::npos;
}

/// Whether the server has answered everything: ReadyForQuery comes last, with one byte of content.
bool ends_ready(const std::string& bytes) {
  static const std::string ready("Z\0\0\0\5", 5);
  return bytes.size() > ready.size() &&
         bytes.compare(bytes.size() - ready.size() - 1, ready.size(), ready) == 0;
}

constexpr int answer_ms = 5000;

}  // namespace

SwallowingProxy::SwallowingProxy(std::string target) : target_(std::move(target)) {
  std::array<char, 32> name{"/tmp/stoa-proxy-XXXXXX"};
  if (!mkdtemp(name.data())) throw std::runtime_error("no temporary folder");
  folder_ = name.data();
  listener_ = ::socket(AF_UNIX, SOCK_STREAM, 0);
  const std::string path = folder_ + "/.s.PGSQL.5432";
  if (with_address(::bind, listener_, path) != 0 || ::listen(listener_, 16) != 0) {
    throw std::runtime_error("the proxy cannot listen");
  }
  acceptor_ = std::thread([this] { accept_all(); });
}

SwallowingProxy::~SwallowingProxy() {
  stopping_ = true;
  acceptor_.join();
  for (Carrier& carrier : carriers_) carrier.thread.join();
  ::close(listener_);
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void SwallowingProxy::cut_next(Cut cut, std::function<void()> strike, Then then) {
  const std::lock_guard lock(mutex_);
  order_ = {cut, std::move(strike), then};
}

void SwallowingProxy::refuse(bool on) {
  refuse_ = on;
}

void SwallowingProxy::accept_all() {
  while (!stopping_) {
    if (!readable(listener_, poll_ms)) continue;
    const int client = ::accept(listener_, nullptr, nullptr);
    if (client < 0) continue;
    join_those_over();
    Carrier& carrier = carriers_.emplace_back();
    carrier.thread = std::thread([this, client, &carrier] {
      carry(client);
      carrier.over = true;
    });
  }
}

void SwallowingProxy::join_those_over() {
  carriers_.remove_if([](Carrier& carrier) {
    if (!carrier.over) return false;
    carrier.thread.join();
    return true;
  });
}

void SwallowingProxy::carry(int client) {
  Line line{client, ::socket(AF_UNIX, SOCK_STREAM, 0)};
  bool open = !refuse_ && with_address(::connect, line.server, target_) == 0;
  while (open && !stopping_ && !refuse_) {
    std::array<pollfd, 2> both{pollfd{client, POLLIN, 0}, pollfd{line.server, POLLIN, 0}};
    if (::poll(both.data(), both.size(), poll_ms) <= 0) continue;
    if (both[0].revents != 0) open = up(line);
    if (open && both[1].revents != 0) open = down(line);
  }
  ::close(client);
  ::close(line.server);
}

bool SwallowingProxy::up(Line& line) {
  const std::string bytes = receive(line.client);
  if (bytes.empty()) return false;
  if (bytes.find("stoa journal") != std::string::npos) line.writer = true;
  const bool alone = line.writer && binds_alone(bytes);
  const bool commits = alone || (line.writer && has_commit(bytes));
  if (!commits) return send_all(line.server, bytes);
  if (alone) ++alone_;
  Order order;
  {
    const std::lock_guard lock(mutex_);
    std::swap(order, order_);
  }
  if (order.cut == Cut::none) {
    line.commits = true;
    return send_all(line.server, bytes);
  }
  ++cuts_;
  obey(line, order, bytes);
  ::shutdown(line.client, SHUT_RDWR);
  return false;
}

bool SwallowingProxy::down(Line& line) {
  const std::string bytes = receive(line.server);
  if (line.commits && ends_ready(bytes)) {
    line.commits = false;
    ++commits_;
  }
  return !bytes.empty() && send_all(line.client, bytes);
}

void SwallowingProxy::obey(Line& line, const Order& order, const std::string& bytes) {
  if (order.cut == Cut::after_commit) {
    send_all(line.server, bytes);
    swallow(line);
  }
  if (order.strike) order.strike();
  if (order.then == Then::hangs) {
    hang(line);
  } else if (order.cut == Cut::before_commit) {
    while (readable(line.server, 0) && down(line)) {
    }
  }
}

/// Lets the server carry out what it got, and keeps its answer back.
void SwallowingProxy::swallow(const Line& line) {
  for (std::string answer; !ends_ready(answer);) {
    std::array<pollfd, 2> both{pollfd{line.client, POLLIN, 0}, pollfd{line.server, POLLIN, 0}};
    if (::poll(both.data(), both.size(), answer_ms) <= 0) return;
    if (both[0].revents != 0) {
      const std::string more = receive(line.client);
      if (more.empty() || !send_all(line.server, more)) return;
    }
    if (both[1].revents != 0) {
      const std::string part = receive(line.server);
      if (part.empty()) return;
      answer += part;
    }
  }
  ++commits_;
}

void SwallowingProxy::hang(const Line& line) {
  while (!stopping_) {
    if (readable(line.client, poll_ms) && receive(line.client).empty()) return;
  }
}

}  // namespace stoa::test
