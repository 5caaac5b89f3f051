#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace stoa::test {

/// Stands between stoa and PostgreSQL on a Unix socket of its own, and cuts connections at the
/// worst moment.
class SwallowingProxy {
 public:
  enum class Cut {
    none,
    before_commit,  ///< what commits is not passed on: a COMMIT, or a statement by itself
    after_commit,   ///< it is passed on and answered, the answer is not
  };

  explicit SwallowingProxy(std::string target);
  ~SwallowingProxy();
  SwallowingProxy(const SwallowingProxy&) = delete;
  SwallowingProxy& operator=(const SwallowingProxy&) = delete;

  const std::string& folder() const { return folder_; }
  void cut_next(Cut cut) { cut_ = cut; }
  int cuts() const { return cuts_; }
  /// How many statements were passed on that are transactions by themselves.
  int alone() const { return alone_; }
  /// Breaks what is open and takes nothing new, or takes connections again.
  void refuse(bool on);

 private:
  void accept_all();
  void carry(int client);
  bool pass(int client, int server, const std::string& bytes);

  std::string target_;
  std::string folder_;
  int listener_ = -1;
  std::atomic<Cut> cut_{Cut::none};
  std::atomic<int> cuts_{0};
  std::atomic<int> alone_{0};
  std::atomic<bool> refuse_{false};
  std::atomic<bool> stopping_{false};
  std::thread acceptor_;
  std::mutex mutex_;
  std::vector<std::thread> carriers_;
};

}  // namespace stoa::test
