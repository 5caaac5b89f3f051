#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <stoa/app/config.hpp>
#include <stoa/base/result.hpp>
#include <stoa/base/system.hpp>
#include <stoa/dispatch/dispatcher.hpp>
#include <stoa/link/link.hpp>
#include <stoa/store/store.hpp>

#include "app/board.hpp"
#include "app/services.hpp"

namespace stoa::app {

/// The program put together: the store, the dispatcher with the services of each domain, and the
/// links. Everything on the thread that runs the loop.
class Program {
 public:
  using Reload = std::function<Result<std::vector<std::string>, std::string>()>;

  /// `ended` is called once, when everything has stopped: empty, or why the program gave up.
  Program(boost::asio::io_context& loop, Config config,
          std::function<void(std::string fatal)> ended);
  ~Program();

  /// Opens the database, for as long as it takes, then connects the links.
  void start();
  /// Orderly end: takes nothing more in, stores and writes what is pending, closes the links.
  void shut_down();
  /// Whether it ended to be started again.
  bool to_be_restarted() const { return restart_; }
  /// Takes over what may change in a running program; logs and returns what would need a restart.
  std::vector<std::string> reload(const Config& read);
  /// What an administrator's command to read the configuration again does. To be set before
  /// start().
  void on_reload(Reload reload) { reload_ = std::move(reload); }
  /// A request of the operator (an iq, as text); the answer is a stanza, or `!` and a reason.
  void operate(const std::string& request, const std::function<void(std::string)>& then);

  const Board& board() const { return board_; }
  /// nullptr until the services stand; may then be read from any thread.
  const dispatch::Metrics* metrics() const { return metrics_.load(); }

 private:
  class Domain;
  using Clock = std::chrono::steady_clock;

  void compose(store::Ready ready);
  void add_domain(const LinkConfig& link);
  void host_program_commands(const LinkConfig& link);
  dispatch::DomainSettings domain_settings(const LinkConfig& link) const;
  void fatal(std::string why);
  void keep_time();
  void run_due();
  void look_after();
  void end_as_ordered();
  void look_at_journal(const store::Figures& figures);
  void hold_back();
  void publish();
  void drain(Clock::time_point until);
  bool anything_under_way() const;
  void dismiss();
  void close_links();
  void finish();

  boost::asio::io_context& loop_;
  Config config_;
  std::function<void(std::string)> ended_;
  Reload reload_;
  SystemClock clock_;
  std::optional<RandomIds> ids_;
  store::Store store_;
  std::optional<dispatch::Common> common_;
  std::vector<std::unique_ptr<Domain>> domains_;
  std::vector<Hosted> hosted_;  // outlives the services, which are the dispatcher's
  std::optional<dispatch::Dispatcher> dispatcher_;

  boost::asio::steady_timer due_;    // of the dispatcher's deadlines
  boost::asio::steady_timer watch_;  // of look_after()
  std::optional<Timestamp> due_at_;
  Board board_;
  std::atomic<const dispatch::Metrics*> metrics_ = nullptr;
  std::string fatal_;
  bool ready_told_ = false;
  bool journal_behind_ = false;
  bool much_held_ = false;
  bool held_back_ = false;
  bool stopping_ = false;
  bool restart_ = false;
  bool dismissing_ = false;  // everybody must be told before the links are closed
  std::size_t links_open_ = 0;
};

}  // namespace stoa::app
