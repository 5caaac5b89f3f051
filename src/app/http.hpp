#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace stoa::app {

struct HttpAnswer {
  unsigned status = 200;
  std::string type = "text/plain; charset=utf-8";
  std::string body;
};

/// Whether this is ADDRESS:PORT, with an address and no name but `localhost`.
bool can_listen_at(std::string_view listen);

/// A small HTTP server on a thread of its own, for monitoring. GET and HEAD only.
class HttpServer {
 public:
  /// The answer to a path. Called on the server's thread.
  using Answer = std::function<HttpAnswer(std::string_view path)>;

  /// Throws std::runtime_error where `listen`, which can_listen_at(), is taken or not this
  /// machine's.
  HttpServer(const std::string& listen, Answer answer);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace stoa::app
