#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <stoa/dispatch/ports.hpp>
#include <stoa/store/options.hpp>

#include "store/postgres/connection.hpp"

namespace stoa::store::postgres {

/// A few threads, each with a session that only reads. A look-up waits until everything it must see
/// is settled. One of several statements begins with a Snapshot. Thread-safe.
class Readers {
 public:
  struct Lookup {
    std::uint64_t after = 0;
    std::string key;  ///< for the log
    /// A better one where something is damaged: of the entity of that number (0: not known) or of
    /// the one that was asked about; empty where there is none. Reader thread.
    std::function<std::string(Connection&, std::uint64_t number)> key_of;
    /// Reader thread; what it returns is executed on the loop. May be called again after a break.
    std::function<std::function<void()>(Connection&)> run;
    std::function<void(dispatch::ReadFault)> fail;  ///< loop thread
  };

  Readers(const Options& options, Executor executor);
  ~Readers();

  void start();
  void stop();  ///< what has not been answered never is

  void ask(Lookup lookup);
  /// The journal has settled everything up to it.
  void settled(std::uint64_t watermark);
  /// Looks after the time limit; a few times a second.
  void tick();

 private:
  using Time = std::chrono::steady_clock::time_point;
  struct Asked {
    Lookup lookup;
    Time until;
  };
  struct Reader {
    std::thread thread;
    Line line;
    bool busy = false;
    Time until{};
  };

  void run(Reader& reader);
  bool next(Reader& reader, Asked& asked);
  void answer(std::unique_ptr<Connection>& connection, Reader& reader, Asked& asked);
  void fail(Asked& asked, dispatch::ReadFault fault);
  bool pause(Time until);

  const Options options_;
  Executor executor_;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable stop_;
  std::multimap<std::uint64_t, Asked> waiting_;  // by what must be settled first
  std::deque<Asked> ready_;
  std::uint64_t watermark_ = 0;
  bool stopping_ = false;
  std::vector<std::unique_ptr<Reader>> readers_;
};

}  // namespace stoa::store::postgres
