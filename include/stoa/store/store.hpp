#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <stoa/dispatch/ports.hpp>
#include <stoa/store/options.hpp>

namespace stoa::pubsub {
struct Engine;
}
namespace stoa::muc {
struct Engine;
}

namespace stoa::store {

/// What a run begins with. Neither seqs nor numbers are ever given twice, not by later runs either.
struct Ready {
  std::uint64_t first_seq = 1;  ///< of the first unit of this run
  std::uint64_t first_number =
      1;  ///< of the first entity made in this run; enough follow for any run
};

/// For metrics; counted since the start.
struct Figures {
  std::uint64_t batches = 0;
  std::uint64_t units = 0;  ///< stored
  std::uint64_t refused = 0;
  double commit_seconds = 0;  ///< of all batches, from BEGIN to the answer of COMMIT
  double last_commit_seconds = 0;
  std::size_t last_batch_units = 0;
  std::size_t waiting_units = 0;
  std::size_t waiting_bytes = 0;
  std::uint64_t connects = 0;  ///< sessions of the writer
  bool away = false;           ///< failing for longer than archive_grace
  bool connected = false;      ///< the writer has a session
};

/// PostgreSQL behind the ports of dispatch: one journal, a few readers, threads of their own.
/// Everything here is called on the loop thread; callbacks come through the executor.
class Store {
 public:
  Store(Options options, Executor executor);
  /// Ends the threads; what waits in the queue is lost (see close()).
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  /// Connects (for as long as it takes), waits until no other stoa holds this database, brings the
  /// schema up to date, then calls `ready`. `fatal` is called instead, or later, when going on is
  /// pointless: the schema is newer than this program, or another stoa has taken the database over.
  /// Nothing is stored after that.
  void open(std::function<void(Ready)> ready, std::function<void(std::string)> fatal);

  /// From now on `events` is told; it must live until detach() or the end of the store.
  void attach(dispatch::JournalEvents& events);
  void detach();

  /// Blocks until everything appended is stored, at most commit_timeout; then the threads have
  /// ended.
  void close();

  dispatch::JournalControl& control();

  /// The journal and the loader of one service at one domain. They must not outlive the store.
  template <class Engine>
  std::unique_ptr<dispatch::JournalPort<typename Engine::Change>> journal(std::string domain);
  template <class Engine>
  std::unique_ptr<dispatch::LoaderPort<Engine>> loader(std::string domain);

  Figures figures() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

/// Whether libpq takes this for a connection URI or string. A password with an unescaped `@` or `/`
/// is not taken, though libpq would look for a host or database of that name.
bool is_database_url(const std::string& url);

/// `stoa migrate`: brings the schema up to date. Returns the names of the migrations that were
/// applied. Throws std::runtime_error, in words for the admin, where the database cannot be
/// reached, is in use by a stoa that runs, or has a newer schema.
std::vector<std::string> migrate(const Options& options);
/// What `stoa check` finds out: empty texts where all is well, else what is wrong.
struct DatabaseCheck {
  std::string connection;
  std::string schema;       ///< too new, or its migrations, tried out and rolled back, fail
  std::size_t missing = 0;  ///< migrations that the next start applies
};
DatabaseCheck check_database(const Options& options);
/// The SQL that migrate() would execute; empty when there is nothing to do. Same exceptions.
std::string pending_migrations(const Options& options);

}  // namespace stoa::store
