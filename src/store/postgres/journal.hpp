#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <stoa/dispatch/ports.hpp>
#include <stoa/store/options.hpp>
#include <stoa/store/store.hpp>

#include "store/postgres/connection.hpp"
#include "store/postgres/notices.hpp"
#include "store/postgres/queue.hpp"
#include "store/postgres/rows.hpp"

namespace stoa::store::postgres {

/// The writer: a thread with a session of its own that takes all that waits, writes it in one
/// transaction and says so. append(), resume() and delivered() are called on the loop thread,
/// tick() on any other than the writer's own.
class Journal : public dispatch::JournalControl {
 public:
  struct Callbacks {
    std::function<void(Ready)> ready;            ///< writer's thread
    std::function<void(std::string)> fatal;      ///< writer's thread; it ends
    std::function<void(std::uint64_t)> settled;  ///< any thread: the watermark has moved
  };

  Journal(const Options& options, Notices& notices, Callbacks callbacks);
  ~Journal() override;

  void start();
  /// Writes what waits, for at most `patience`, then ends the thread.
  void stop(std::chrono::milliseconds patience);

  void append(QueuedUnit unit);
  void resume(dispatch::EntityTag entity) override;
  void delivered(const std::string& domain, std::uint64_t seq) override;

  /// Looks after the time limits; a few times a second.
  void tick();
  Figures figures() const;

 private:
  using Time = std::chrono::steady_clock::time_point;
  using Marks = std::map<std::string, std::uint64_t>;
  /// What the transaction under way has come to. `doubt`: its COMMIT has no answer.
  enum class Phase { idle, writing, committing, doubt };

  void run();
  void step();
  bool wants_to_end();
  void pause();
  void connect();
  void open_first();
  void hold_lease_again();
  void resolve_doubt();
  bool take();
  void gather(std::unique_lock<std::mutex>& lock);
  void write();
  void write_together();
  void write_singly();
  void write_marks();
  void number();
  void begin();
  void committing();
  void commit();
  void settle();
  void probe();
  void answered();
  void recovered_locked();
  void give_back_locked();
  void lost(const Fault& fault);
  void tell(const std::vector<Refused>& refused);
  void cut_if_stuck_locked(Time now);
  bool nothing_left_locked() const;

  const Options options_;
  Notices& notices_;
  Callbacks callbacks_;
  Line line_;
  std::thread thread_;

  // The writer's own.
  std::unique_ptr<Connection> connection_;
  std::unique_ptr<Rows> rows_;  // of that connection
  std::uint64_t epoch_ = 0;
  std::uint64_t batch_ = 0;
  int backend_ = 0;
  std::chrono::milliseconds pause_{0};
  std::vector<Refused> guilty_;  // of the batch that is being written
  Time began_{};                 // its BEGIN
  Time heard_{};                 // the last answer of the database

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  JournalQueue queue_;
  std::size_t wanted_ = 0;         // units in the queue for which an idle writer is woken
  std::vector<QueuedUnit> taken_;  // changed by the writer only
  Marks marks_;                    // delivery marks that wait
  Marks taken_marks_;
  Time marks_since_{};
  bool opened_ = false;
  std::optional<Time> asking_since_;  // connecting, or an idle session is asked for a word
  Phase phase_ = Phase::idle;
  Time phase_since_{};
  std::optional<Time> failing_since_;  // since when something waits in vain
  bool away_ = false;
  bool stopping_ = false;
  Time stop_at_{};
  Figures figures_;
};

}  // namespace stoa::store::postgres
