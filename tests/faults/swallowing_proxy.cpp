#include "faults/swallowing_proxy.hpp"

#include <array>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

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
  for (std::thread& carrier : carriers_) carrier.join();
  ::close(listener_);
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void SwallowingProxy::refuse(bool on) {
  refuse_ = on;
}

void SwallowingProxy::accept_all() {
  while (!stopping_) {
    if (!readable(listener_, poll_ms)) continue;
    const int client = ::accept(listener_, nullptr, nullptr);
    if (client < 0) continue;
    const std::lock_guard lock(mutex_);
    carriers_.emplace_back([this, client] { carry(client); });
  }
}

void SwallowingProxy::carry(int client) {
  const int server = ::socket(AF_UNIX, SOCK_STREAM, 0);
  bool open = !refuse_ && with_address(::connect, server, target_) == 0;
  while (open && !stopping_ && !refuse_) {
    std::array<pollfd, 2> both{pollfd{client, POLLIN, 0}, pollfd{server, POLLIN, 0}};
    if (::poll(both.data(), both.size(), poll_ms) <= 0) continue;
    if (both[0].revents != 0) open = pass(client, server, receive(client));
    if (open && both[1].revents != 0) {
      const std::string bytes = receive(server);
      open = !bytes.empty() && send_all(client, bytes);
    }
  }
  ::close(client);
  ::close(server);
}

namespace {

/// Whether a statement of that kind is executed: its Bind names no portal, and then the statement.
bool binds_alone(const std::string& bytes) {
  for (const std::string name :
       {"come_items_alone", "move_items_alone", "insert_room_archive_alone"}) {
    if (bytes.find('\0' + name + '\0') != std::string::npos) return true;
  }
  return false;
}

}  // namespace

bool SwallowingProxy::pass(int client, int server, const std::string& bytes) {
  static const std::string commit("COMMIT\0", 7);
  if (bytes.empty()) return false;
  const bool alone = binds_alone(bytes);
  if (alone) ++alone_;
  const bool commits = alone || bytes.find(commit) != std::string::npos;
  if (cut_ == Cut::none || !commits) return send_all(server, bytes);
  const Cut cut = cut_.exchange(Cut::none);
  ++cuts_;
  if (cut == Cut::after_commit) {
    send_all(server, bytes);
    if (readable(server, 5000)) receive(server);
  }
  ::shutdown(client, SHUT_RDWR);
  return false;
}

}  // namespace stoa::test
