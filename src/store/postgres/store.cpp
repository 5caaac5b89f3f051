#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>

#include <stoa/muc/engine/engine.hpp>
#include <stoa/pubsub/engine/engine.hpp>
#include <stoa/store/store.hpp>

#include "store/postgres/journal.hpp"
#include "store/postgres/lease.hpp"
#include "store/postgres/migrations.hpp"
#include "store/postgres/notices.hpp"
#include "store/postgres/ports.hpp"
#include "store/postgres/readers.hpp"

namespace stoa::store {

using namespace std::chrono_literals;

namespace {

/// Calls a function a few times a second, on a thread of its own.
class Ticker {
 public:
  explicit Ticker(std::function<void()> tick) : tick_(std::move(tick)) {}
  ~Ticker() { stop(); }

  void start() {
    thread_ = std::thread([this] {
      std::unique_lock lock(mutex_);
      while (!wake_.wait_for(lock, 100ms, [&] { return stopping_; })) tick_();
    });
  }
  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_one();
    if (thread_.joinable()) thread_.join();
  }

 private:
  std::function<void()> tick_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

std::unique_ptr<postgres::Connection> connect_for_migration(const Options& options) {
  try {
    return std::make_unique<postgres::Connection>(options.url, "stoa migrate", nullptr);
  } catch (const postgres::Fault& fault) {
    throw std::runtime_error(std::string("cannot reach the database: ") + fault.what());
  }
}

}  // namespace

struct Store::Parts {
  Parts(Options o, Executor e)
      : options(std::move(o)),
        executor(std::move(e)),
        notices(executor),
        readers(options, executor),
        journal(options, notices,
                {[this](Ready r) { tell_ready(r); },
                 [this](std::string why) { tell_fatal(std::move(why)); },
                 [this](std::uint64_t watermark) { readers.settled(watermark); }}),
        ticker([this] {
          journal.tick();
          readers.tick();
        }) {}

  void tell_ready(Ready r) {
    executor([this, alive = std::weak_ptr<int>(life), r] {
      if (alive.expired()) return;
      first_seq = r.first_seq;
      readers.settled(r.first_seq - 1);
      ready(r);
    });
  }
  void tell_fatal(std::string why) {
    executor([this, alive = std::weak_ptr<int>(life), why = std::move(why)] {
      if (!alive.expired()) fatal(why);
    });
  }

  const Options options;
  Executor executor;
  std::shared_ptr<int> life = std::make_shared<int>(0);  // loop thread: whether this still lives
  std::function<void(Ready)> ready;
  std::function<void(std::string)> fatal;
  std::uint64_t first_seq = 0;
  postgres::Notices notices;
  postgres::Readers readers;
  postgres::Journal journal;
  Ticker ticker;
};

Store::Store(Options options, Executor executor)
    : parts_(std::make_unique<Parts>(std::move(options), std::move(executor))) {}

Store::~Store() {
  detach();
  parts_->journal.stop(0ms);
  parts_->readers.stop();
  parts_->ticker.stop();
}

void Store::open(std::function<void(Ready)> ready, std::function<void(std::string)> fatal) {
  parts_->ready = std::move(ready);
  parts_->fatal = std::move(fatal);
  parts_->ticker.start();
  parts_->readers.start();
  parts_->journal.start();
}

void Store::attach(dispatch::JournalEvents& events) {
  parts_->notices.attach(events);
}

void Store::detach() {
  parts_->notices.detach();
}

void Store::close() {
  parts_->journal.stop(parts_->options.commit_timeout);
  parts_->readers.stop();
  parts_->ticker.stop();
}

dispatch::JournalControl& Store::control() {
  return parts_->journal;
}

Figures Store::figures() const {
  return parts_->journal.figures();
}

template <>
std::unique_ptr<dispatch::JournalPort<pubsub::Change>> Store::journal<pubsub::Engine>(
    std::string domain) {
  return std::make_unique<postgres::UnitJournal<pubsub::Change>>(parts_->journal,
                                                                 std::move(domain));
}

template <>
std::unique_ptr<dispatch::JournalPort<muc::Change>> Store::journal<muc::Engine>(
    std::string domain) {
  return std::make_unique<postgres::UnitJournal<muc::Change>>(parts_->journal, std::move(domain));
}

template <>
std::unique_ptr<dispatch::LoaderPort<pubsub::Engine>> Store::loader<pubsub::Engine>(
    std::string domain) {
  return std::make_unique<postgres::TableLoader<pubsub::Engine, postgres::PubsubReader>>(
      parts_->readers, parts_->first_seq, std::move(domain));
}

template <>
std::unique_ptr<dispatch::LoaderPort<muc::Engine>> Store::loader<muc::Engine>(std::string domain) {
  return std::make_unique<postgres::TableLoader<muc::Engine, postgres::MucReader>>(
      parts_->readers, parts_->first_seq, std::move(domain));
}

std::vector<std::string> migrate(const Options& options) {
  const auto connection = connect_for_migration(options);
  if (!postgres::try_lease(*connection)) {
    throw std::runtime_error("a stoa is running on this database: stop it first");
  }
  std::vector<std::string> names;
  for (const auto& migration : postgres::missing_migrations(*connection)) {
    names.emplace_back(migration.name);
  }
  postgres::migrate(*connection);
  return names;
}

DatabaseCheck check_database(const Options& options) {
  DatabaseCheck found;
  std::unique_ptr<postgres::Connection> connection;
  try {
    connection = connect_for_migration(options);
  } catch (const std::exception& failure) {
    found.connection = failure.what();
    return found;
  }
  try {
    found.missing = postgres::try_migrations(*connection);
    const bool empty = found.missing == postgres::migrations().size();
    if (!empty) postgres::current_epoch(*connection);
  } catch (const std::exception& failure) {
    found.schema = failure.what();
  }
  return found;
}

std::string pending_migrations(const Options& options) {
  const auto connection = connect_for_migration(options);
  std::string sql;
  for (const auto& migration : postgres::missing_migrations(*connection)) sql += migration.sql;
  return sql;
}

}  // namespace stoa::store
