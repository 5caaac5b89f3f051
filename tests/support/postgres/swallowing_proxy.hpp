#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <thread>

namespace stoa::test {

/// Stands between stoa and PostgreSQL on a Unix socket of its own, and cuts the writer's line at
/// the worst moment.
class SwallowingProxy {
 public:
  enum class Cut {
    none,
    before_commit,  ///< what commits is not passed on: a COMMIT, or a statement by itself
    after_commit,   ///< it is passed on and answered, the answer is not
  };
  enum class Then {
    closes,  ///< both sides see the end of the line, stoa after the server's last words, if any
    hangs,   ///< nothing passes any more until stoa closes its side
  };

  explicit SwallowingProxy(std::string target);
  ~SwallowingProxy();
  SwallowingProxy(const SwallowingProxy&) = delete;
  SwallowingProxy& operator=(const SwallowingProxy&) = delete;

  const std::string& folder() const { return folder_; }
  /// Cuts the writer's line at its next commit. `strike` is called at that moment, on a thread of
  /// the proxy.
  void cut_next(Cut cut, std::function<void()> strike = {}, Then then = Then::closes);
  int cuts() const { return cuts_; }
  /// How many commits of writers the server has answered. It is counted before stoa can know.
  int commits() const { return commits_; }
  /// How many statements were passed on that are transactions by themselves.
  int alone() const { return alone_; }
  /// Breaks what is open and takes nothing new, or takes connections again.
  void refuse(bool on);

 private:
  struct Order {
    Cut cut = Cut::none;
    std::function<void()> strike;
    Then then = Then::closes;
  };
  struct Line {
    int client;
    int server;
    bool writer = false;
    bool commits = false;  // what was passed on last commits, and has no answer yet
  };
  struct Carrier {
    std::thread thread;
    std::atomic<bool> over{false};
  };

  void accept_all();
  void join_those_over();
  void carry(int client);
  bool up(Line& line);
  bool down(Line& line);
  void obey(Line& line, const Order& order, const std::string& bytes);
  void swallow(const Line& line);
  void hang(const Line& line);

  std::string target_;
  std::string folder_;
  int listener_ = -1;
  std::mutex mutex_;
  Order order_;
  std::atomic<int> cuts_{0};
  std::atomic<int> commits_{0};
  std::atomic<int> alone_{0};
  std::atomic<bool> refuse_{false};
  std::atomic<bool> stopping_{false};
  std::thread acceptor_;
  std::list<Carrier> carriers_;  // the acceptor's own
};

}  // namespace stoa::test
