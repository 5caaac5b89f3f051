#include "app/run.hpp"

#include <cerrno>
#include <csignal>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <boost/asio/signal_set.hpp>
#include <unistd.h>

#include <stoa/base/log.hpp>

#include "app/admin_socket.hpp"
#include "app/http.hpp"
#include "app/program.hpp"

namespace stoa::app {

namespace asio = boost::asio;

namespace {

HttpAnswer answer(const Program& program, std::string_view path) {
  if (path == "/healthz") return {.body = "alive\n"};
  if (path == "/readyz") {
    const std::string missing = program.board().get().missing();
    if (missing.empty()) return {.body = "ready\n"};
    return {.status = 503, .body = missing};
  }
  if (path == "/metrics") {
    return {.type = "text/plain; version=0.0.4; charset=utf-8",
            .body = prometheus(program.board().get(), program.metrics())};
  }
  return {.status = 404, .body = "/metrics, /healthz, /readyz\n"};
}

/// The daemon: the program, its signals and its HTTP server.
class Daemon {
 public:
  Daemon(const Config& config, std::filesystem::path file)
      : file_(std::move(file)),
        signals_(loop_, SIGTERM, SIGINT, SIGHUP),
        program_(std::make_unique<Program>(loop_, config,
                                           [this](const std::string& fatal) { end(fatal); })) {
    program_->on_reload([this] { return reload(); });
    if (!config.admin_socket.empty()) {
      admin_.emplace(loop_, config.admin_socket,
                     [this](const std::string& request, const AdminSocket::Reply& reply) {
                       program_->operate(request, reply);
                     });
    }
    if (config.http_listen.empty()) return;
    http_.emplace(config.http_listen,
                  [this](std::string_view path) { return answer(*program_, path); });
  }

  int run() {
    await_signal();
    program_->start();
    loop_.run();
    http_.reset();
    admin_.reset();
    return exit_code_;
  }
  bool to_be_restarted() const { return exit_code_ == 0 && program_->to_be_restarted(); }

 private:
  void await_signal() {
    signals_.async_wait([this](const boost::system::error_code& error, int signal) {
      if (error) return;
      take(signal);
      await_signal();
    });
  }

  void take(int signal) {
    if (signal == SIGHUP) {
      std::ignore = reload();  // it has logged what is to be said
    } else if (std::exchange(stopping_, true)) {
      log::warning("stopped at once, not everything was written");
      loop_.stop();
    } else {
      program_->shut_down();
    }
  }

  /// The keys that need a restart, or what is wrong.
  Result<std::vector<std::string>, std::string> reload() {
    const Result<Config, ConfigFaults> read = load_config(file_);
    if (read.ok()) return program_->reload(read.value());
    std::string faults;
    for (const ConfigFault& fault : read.error()) {
      log::error("configuration not taken over", {{"why", to_string(fault)}});
      faults += (faults.empty() ? "" : "; ") + to_string(fault);
    }
    return faults;
  }

  void end(const std::string& fatal) {
    log::info("stopped");
    exit_code_ = fatal.empty() ? 0 : 1;
    loop_.stop();
  }

  std::filesystem::path file_;
  asio::io_context loop_{1};
  asio::signal_set signals_;
  std::unique_ptr<Program> program_;
  std::optional<HttpServer> http_;
  std::optional<AdminSocket> admin_;
  int exit_code_ = 0;
  bool stopping_ = false;
};

/// The process becomes a fresh one, with the same arguments. Comes back only where that fails.
void start_again() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  std::vector<std::string> words;
  for (std::string word; std::getline(file, word, '\0');) words.push_back(word);
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  if (words.empty()) return;
  ::execvp(arguments.front(), arguments.data());
  ::execv("/proc/self/exe", arguments.data());
  log::error("cannot start again", {{"errno", std::to_string(errno)}});
}

}  // namespace

int run(const Config& config, const std::filesystem::path& file) {
  log::set_level(config.log_level);
  log::info("starting", {{"version", STOA_VERSION}});
  std::optional<Daemon> daemon(std::in_place, config, file);
  const int code = daemon->run();
  const bool again = daemon->to_be_restarted();
  daemon.reset();  // ports and the lease are free before the next one wants them
  if (again) start_again();
  return code;
}

}  // namespace stoa::app
