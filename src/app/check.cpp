#include "app/check.hpp"

#include <optional>
#include <utility>

#include <boost/asio/io_context.hpp>

#include <stoa/base/log.hpp>
#include <stoa/store/store.hpp>

namespace stoa::app {

namespace {

class OneAttempt final : public link::LinkHandler {
 public:
  void on_up() override { done = true; }
  void on_down(const link::Down& why) override {
    if (!done) down = why;
    done = true;
  }
  void on_stanza(Stanza) override {}
  void on_delivered(std::uint64_t) override {}

  bool done = false;
  std::optional<link::Down> down;
};

bool check_database(const store::Options& options, std::ostream& out) {
  const store::DatabaseCheck found = store::check_database(options);
  if (!found.connection.empty()) {
    out << "database: FAILED: " << found.connection << "; check [database] url\n";
    return false;
  }
  out << "database: ok\n";
  if (!found.schema.empty()) {
    out << "schema: FAILED: " << found.schema << "\n";
    return false;
  }
  out << (found.missing == 0 ? "schema: ok, up to date\n"
                             : "schema: ok, will be brought up to date at the start\n");
  return true;
}

bool check_link(const link::Settings& settings, std::ostream& out) {
  boost::asio::io_context loop;
  OneAttempt attempt;
  link::Link link(loop, settings, attempt);
  link.start();
  while (!attempt.done && loop.run_one() > 0) {
  }
  out << "link " << settings.domain << " at " << settings.host << ":" << settings.port << ": ";
  if (attempt.down && attempt.down->fault == link::Fault::conflict) {
    // Servers look at the secret first.
    out << "ok, the secret is right; another process serves the domain now\n";
    return true;
  }
  if (attempt.down) {
    out << "FAILED: " << attempt.down->text;
    if (!attempt.down->advice.empty()) out << "; " << attempt.down->advice;
  } else {
    out << "ok, the server accepts the handshake";
    bool stopped = false;
    link.stop([&] { stopped = true; });
    while (!stopped && loop.run_one() > 0) {
    }
  }
  out << "\n";
  return !attempt.down;
}

}  // namespace

bool check(const Config& config, std::ostream& out) {
  log::set_level(log::Level::error);  // each line says what the log would
  bool well = check_database(config.database, out);
  for (const LinkConfig& link : config.links) well = check_link(link.link, out) && well;
  return well;
}

}  // namespace stoa::app
