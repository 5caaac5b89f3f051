#include "server_end.hpp"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <stdexcept>
#include <system_error>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace bench {

namespace {

constexpr std::size_t buffer_bytes = 8 * 1024 * 1024;  // far above the largest stanza

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

}  // namespace

std::string_view attribute(std::string_view stanza, std::string_view name) {
  const std::string_view tag = stanza.substr(0, stanza.find('>'));
  std::size_t at = 0;
  while ((at = tag.find(name, at)) != std::string_view::npos) {
    const std::size_t equals = at + name.size();
    if (at > 0 && tag[at - 1] == ' ' && equals + 1 < tag.size() && tag[equals] == '=') {
      const char quote = tag[equals + 1];
      const std::size_t end = tag.find(quote, equals + 2);
      return tag.substr(equals + 2, end - equals - 2);
    }
    at = equals;
  }
  return {};
}

ServerEnd::ServerEnd() : in_(new char[buffer_bytes]) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener_ < 0) fail("socket");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* raw = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_, raw, length) < 0) fail("bind");
  if (::listen(listener_, 4) < 0) fail("listen");
  if (::getsockname(listener_, raw, &length) < 0) fail("getsockname");
  port_ = ntohs(address.sin_port);
}

ServerEnd::~ServerEnd() {
  drop();
  ::close(listener_);
}

void ServerEnd::drop() {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
  handler_ = nullptr;  // whoever listened to that stream may be gone
  filled_ = 0;
  opened_ = false;
  shaken_ = false;
  out_.clear();
  sent_ = 0;
}

void ServerEnd::accept(double seconds) {
  drop();
  pollfd waiting{listener_, POLLIN, 0};
  if (::poll(&waiting, 1, static_cast<int>(seconds * 1000)) <= 0) {
    throw std::runtime_error("stoa did not connect");
  }
  socket_ = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (socket_ < 0) fail("accept");
  const int on = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  run_until([this] { return shaken_; }, seconds);  // answers to pings may wait
}

/// The opening of the stream; true once it is done.
bool ServerEnd::shake_hands() {
  if (!opened_ && unread().find("jabber:component:accept") != std::string_view::npos) {
    const std::size_t end = unread().find('>', unread().find("<stream:stream"));
    if (end == std::string_view::npos) return false;
    consume(end + 1);
    send(
        "<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept' "
        "xmlns:stream='http://etherx.jabber.org/streams' id='bench' from='bench'>");
    opened_ = true;
  }
  constexpr std::string_view close = "</handshake>";
  const std::size_t end = unread().find(close);
  if (opened_ && end != std::string_view::npos) {
    consume(end + close.size());
    send("<handshake/>");
    shaken_ = true;
  }
  return shaken_;
}

void ServerEnd::consume(std::size_t bytes) {
  filled_ -= bytes;
  std::memmove(in_.get(), in_.get() + bytes, filled_);
}

void ServerEnd::run_until(const std::function<bool()>& done, double seconds) {
  using clock = std::chrono::steady_clock;
  const auto deadline = clock::now() + std::chrono::duration<double>(seconds);
  while (!done()) {
    if (clock::now() > deadline) throw std::runtime_error("timed out waiting for stoa");
    write_some();
    pollfd waiting{socket_, static_cast<short>(queued() > 0 ? POLLIN | POLLOUT : POLLIN), 0};
    if (::poll(&waiting, 1, 100) < 0 && errno != EINTR) fail("poll");
    for (int reads = 0; reads < 16 && read_some(); ++reads) {
      if (shaken_ || shake_hands()) scan();
    }
  }
}

bool ServerEnd::read_some() {
  if (filled_ == buffer_bytes) throw std::runtime_error("a stanza larger than the read buffer");
  const ssize_t got = ::recv(socket_, in_.get() + filled_, buffer_bytes - filled_, 0);
  if (got == 0) throw std::runtime_error("stoa closed the stream");
  if (got < 0 && errno != EAGAIN && errno != EINTR) fail("recv");
  if (got <= 0) return false;
  filled_ += static_cast<std::size_t>(got);
  bytes_read_ += static_cast<std::size_t>(got);
  return true;
}

void ServerEnd::write_some() {
  if (queued() == 0) return;
  const ssize_t put = ::send(socket_, out_.data() + sent_, queued(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (put < 0 && errno != EAGAIN && errno != EINTR) fail("send");
  if (put > 0) sent_ += static_cast<std::size_t>(put);
  if (queued() == 0) {
    out_.clear();
    sent_ = 0;
  }
}

/// End of the stanza that begins at `begin`, npos while it is not whole yet.
std::size_t ServerEnd::stanza_end(std::size_t begin) const {
  const std::string_view all = unread();
  const std::size_t tag_end = all.find('>', begin);
  if (tag_end == std::string_view::npos) return tag_end;
  if (all[tag_end - 1] == '/') return tag_end + 1;
  // A message that was forwarded (XEP-0297) stands in another one.
  const std::string_view name = all[begin + 1] == 'm'   ? "message"
                                : all[begin + 1] == 'p' ? "presence"
                                                        : "iq";
  const std::string open = '<' + std::string(name);
  const std::string close = "</" + std::string(name) + '>';
  const auto next = [&](const std::string& text, std::size_t from, std::size_t until) {
    const void* const found = ::memmem(all.data() + from, until - from, text.data(), text.size());
    if (found == nullptr) return std::string_view::npos;
    return static_cast<std::size_t>(static_cast<const char*>(found) - all.data());
  };
  std::size_t inner = tag_end;
  for (std::size_t from = tag_end;;) {
    const std::size_t end = next(close, from, all.size());
    if (end == std::string_view::npos) return end;
    from = end + close.size();
    inner = next(open, inner, end);
    if (inner == std::string_view::npos) return from;
    inner += open.size();
  }
}

void ServerEnd::scan() {
  std::size_t at = 0;
  while (at < filled_) {
    if (in_[at] != '<') {
      ++at;
      continue;
    }
    const std::size_t end = stanza_end(at);
    if (end == std::string_view::npos) break;
    take(unread().substr(at, end - at));
    at = end;
  }
  if (at > 0) consume(at);
}

void ServerEnd::take(std::string_view stanza) {
  const bool ping = stanza.starts_with("<iq") && attribute(stanza, "type") == "get" &&
                    stanza.find("urn:xmpp:ping") != std::string_view::npos;
  if (!ping) {
    if (handler_) handler_(stanza);
    return;
  }
  std::string answer = "<iq type='result' id='";
  answer.append(attribute(stanza, "id")).append("' from='").append(attribute(stanza, "to"));
  answer.append("' to='").append(attribute(stanza, "from")).append("'/>");
  send(answer);
}

}  // namespace bench
