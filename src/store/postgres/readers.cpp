#include "store/postgres/readers.hpp"

#include <iterator>
#include <utility>

#include <stoa/base/log.hpp>

#include "store/postgres/damage.hpp"

namespace stoa::store::postgres {

using dispatch::ReadFault;
using std::chrono::steady_clock;
using namespace std::chrono_literals;

namespace {

constexpr auto reconnect_pause = 100ms;

std::unique_ptr<Connection> open_reader(const Options& options, Line& line) {
  auto connection = std::make_unique<Connection>(options.url, "stoa reader", &line);
  connection->run(
      "SET default_transaction_read_only = on; "
      "SET max_parallel_workers_per_gather = 0; SET statement_timeout = " +
      std::to_string(options.read_timeout.count()));
  return connection;
}

std::string logged_key(const Readers::Lookup& lookup, Connection* connection,
                       std::uint64_t number) {
  std::string key;
  try {
    if (connection != nullptr && lookup.key_of) key = lookup.key_of(*connection, number);
  } catch (const std::exception&) {
    // Then it has to be said as it was asked.
  }
  return key.empty() ? lookup.key : key;
}

}  // namespace

Readers::Readers(const Options& options, Executor executor)
    : options_(options), executor_(std::move(executor)) {}

Readers::~Readers() {
  stop();
}

void Readers::start() {
  for (std::size_t i = 0; i < options_.readers; ++i) {
    Reader& reader = *readers_.emplace_back(std::make_unique<Reader>());
    reader.thread = std::thread([this, &reader] { run(reader); });
  }
}

void Readers::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (const auto& reader : readers_) reader->line.cut();
  }
  wake_.notify_all();
  stop_.notify_all();
  for (const auto& reader : readers_) {
    if (reader->thread.joinable()) reader->thread.join();
  }
}

void Readers::ask(Lookup lookup) {
  Asked asked{std::move(lookup), steady_clock::now() + options_.read_timeout};
  {
    const std::lock_guard lock(mutex_);
    if (asked.lookup.after > watermark_) {
      const std::uint64_t after = asked.lookup.after;
      waiting_.emplace(after, std::move(asked));
      return;
    }
    ready_.push_back(std::move(asked));
  }
  wake_.notify_one();
}

void Readers::settled(std::uint64_t watermark) {
  bool any = false;
  {
    const std::lock_guard lock(mutex_);
    if (watermark <= watermark_) return;
    watermark_ = watermark;
    while (!waiting_.empty() && waiting_.begin()->first <= watermark_) {
      ready_.push_back(std::move(waiting_.begin()->second));
      waiting_.erase(waiting_.begin());
      any = true;
    }
  }
  if (any) wake_.notify_all();
}

void Readers::tick() {
  const Time now = steady_clock::now();
  std::vector<Asked> late;
  {
    const std::lock_guard lock(mutex_);
    for (auto at = waiting_.begin(); at != waiting_.end();) {
      if (at->second.until > now) {
        ++at;
        continue;
      }
      late.push_back(std::move(at->second));
      at = waiting_.erase(at);
    }
    while (!ready_.empty() && ready_.front().until <= now) {
      late.push_back(std::move(ready_.front()));
      ready_.pop_front();
    }
    for (const auto& reader : readers_) {
      if (reader->busy && reader->until < now) reader->line.cut();
    }
  }
  for (Asked& asked : late) fail(asked, ReadFault::away);
}

void Readers::fail(Asked& asked, ReadFault fault) {
  executor_([then = std::move(asked.lookup.fail), fault] { then(fault); });
}

void Readers::run(Reader& reader) {
  std::unique_ptr<Connection> connection;
  Asked asked;
  while (next(reader, asked)) {
    answer(connection, reader, asked);
    asked = {};
  }
}

bool Readers::next(Reader& reader, Asked& asked) {
  std::unique_lock lock(mutex_);
  reader.busy = false;
  wake_.wait(lock, [&] { return stopping_ || !ready_.empty(); });
  if (stopping_) return false;
  asked = std::move(ready_.front());
  ready_.pop_front();
  reader.busy = true;
  reader.until = asked.until;
  return true;
}

/// False when the time is over, or the end has come.
bool Readers::pause(Time until) {
  std::unique_lock lock(mutex_);
  if (stop_.wait_for(lock, reconnect_pause, [&] { return stopping_; })) return false;
  return steady_clock::now() < until;
}

void Readers::answer(std::unique_ptr<Connection>& connection, Reader& reader, Asked& asked) {
  for (;;) {
    try {
      if (!connection) connection = open_reader(options_, reader.line);
      std::function<void()> told = asked.lookup.run(*connection);
      executor_(std::move(told));
      return;
    } catch (const DamagedRow& row) {
      log_damage(logged_key(asked.lookup, connection.get(), row.number), row.what());
      break;
    } catch (const Fault& fault) {
      if (fault.kind == FaultKind::content) {
        log::error("store.unreadable",
                   {{"key", logged_key(asked.lookup, connection.get(), 0)}, {"why", fault.what()}});
        break;
      }
      connection.reset();
      log::warning("store.read_again", {{"key", asked.lookup.key}, {"why", fault.what()}});
    } catch (const std::exception& other) {
      // A value that the program never writes: libpqxx throws logic errors.
      log_damage(logged_key(asked.lookup, connection.get(), 0), other.what());
      break;
    }
    if (!pause(asked.until)) return fail(asked, ReadFault::away);
  }
  connection.reset();
  fail(asked, ReadFault::damaged);
}

}  // namespace stoa::store::postgres
