#pragma once

#include <functional>
#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>

namespace stoa::app {

/// The socket behind `stoa command`: a file that only the daemon's user and root may open. A client
/// writes one request and shuts its side down; one answer comes back, and the end.
class AdminSocket {
 public:
  using Reply = std::function<void(std::string)>;
  /// Called on the loop's thread for each request; calls back once, now or later.
  using Handler = std::function<void(std::string request, Reply reply)>;

  /// Throws std::runtime_error where it cannot listen at `path`, or another process does.
  AdminSocket(boost::asio::io_context& loop, const std::string& path, Handler handler);
  ~AdminSocket();
  AdminSocket(const AdminSocket&) = delete;
  AdminSocket& operator=(const AdminSocket&) = delete;

 private:
  struct Parts;
  std::shared_ptr<Parts> parts_;  // connections that are under way look at it too
};

/// The other side: the answer of the daemon that listens at `path`. Throws std::runtime_error.
std::string ask_daemon(const std::string& path, const std::string& request);

}  // namespace stoa::app
