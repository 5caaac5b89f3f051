// The journal alone, without engines and links: publishes of one item against what one connection
// can write, in the same run.
//
//     stoa-bench-journal 'host=/tmp/pg user=stoa dbname=empty'

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <libpq-fe.h>
#include <sys/resource.h>

#include <stoa/pubsub/engine/engine.hpp>
#include <stoa/store/store.hpp>

namespace {

using namespace stoa;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

double cpu_seconds() {
  rusage use{};
  getrusage(RUSAGE_SELF, &use);
  const auto of = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return of(use.ru_utime) + of(use.ru_stime);
}

double median(std::vector<double> times) {
  std::sort(times.begin(), times.end());
  return times.at(times.size() / 2);
}

/// One connection that writes rows as large as an item's.
class Plain {
 public:
  explicit Plain(const std::string& url) : connection_(PQconnectdb(url.c_str()), PQfinish) {
    check(PQexec(connection_.get(), "DROP TABLE IF EXISTS bench_limit"));
    check(PQexec(connection_.get(), "CREATE TABLE bench_limit (id bigint PRIMARY KEY, body text)"));
    check(PQprepare(connection_.get(), "put",
                    "INSERT INTO bench_limit SELECT * FROM unnest($1::bigint[], $2::text[])", 2,
                    nullptr));
  }
  ~Plain() { check(PQexec(connection_.get(), "DROP TABLE bench_limit")); }
  Plain(const Plain&) = delete;
  Plain& operator=(const Plain&) = delete;

  /// Median seconds of a batch.
  double batch(std::size_t rows, std::size_t batches) {
    std::vector<double> times;
    for (std::size_t b = 0; b < batches; ++b) {
      std::string ids = "{";
      std::string bodies = "{";
      for (std::size_t r = 0; r < rows; ++r) {
        ids += (r > 0 ? "," : "") + std::to_string(next_++);
        bodies += (r > 0 ? "," : "") + std::string(200, 'x');
      }
      ids += '}';
      bodies += '}';
      const char* values[] = {ids.c_str(), bodies.c_str()};
      const auto start = Clock::now();
      check(PQexecPrepared(connection_.get(), "put", 2, values, nullptr, nullptr, 0));
      times.push_back(seconds_since(start));
    }
    return median(std::move(times));
  }

 private:
  void check(PGresult* result) const {
    const ExecStatusType status = PQresultStatus(result);
    PQclear(result);
    if (status != PGRES_COMMAND_OK) throw std::runtime_error(PQerrorMessage(connection_.get()));
  }

  std::unique_ptr<PGconn, decltype(&PQfinish)> connection_;
  std::size_t next_ = 0;
};

class Loop {
 public:
  void post(std::function<void()> task) {
    {
      const std::lock_guard lock(mutex_);
      tasks_.push_back(std::move(task));
    }
    wake_.notify_one();
  }
  void run_one() {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [&] { return !tasks_.empty(); });
    const std::function<void()> task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    task();
  }

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> tasks_;
};

class Publishing : public dispatch::JournalEvents {
 public:
  explicit Publishing(const std::string& url)
      : store_(options(url), [this](std::function<void()> task) { loop_.post(std::move(task)); }) {
    store_.attach(*this);
    journal_ = store_.journal<pubsub::Engine>("bench.example");
    std::optional<store::Ready> ready;
    store_.open([&](store::Ready r) { ready = r; },
                [](const std::string& why) { throw std::runtime_error(why); });
    while (!ready) loop_.run_one();
    seq_ = ready->first_seq;
    node_ = ready->first_number;
    create();
  }
  ~Publishing() override { store_.detach(); }
  Publishing(const Publishing&) = delete;
  Publishing& operator=(const Publishing&) = delete;

  void committed(std::uint64_t watermark) override { watermark_ = watermark; }
  void refused(std::uint64_t, dispatch::EntityTag, dispatch::Refusal) override {
    throw std::runtime_error("the journal refuses");
  }
  void store_away(bool) override {}

  /// Rows per second with so many in flight.
  double rate(std::size_t rows, std::size_t in_flight) {
    const auto start = Clock::now();
    for (std::size_t i = 0; i < rows; ++i) {
      publish();
      while (seq_ - 1 - watermark_ >= in_flight) loop_.run_one();
    }
    settle();
    return static_cast<double>(rows) / seconds_since(start);
  }

  double one_in_flight(std::size_t rows) {
    std::vector<double> times;
    for (std::size_t i = 0; i < rows; ++i) {
      const auto start = Clock::now();
      publish();
      settle();
      times.push_back(seconds_since(start));
    }
    return median(std::move(times));
  }

  store::Figures figures() const { return store_.figures(); }

 private:
  static store::Options options(const std::string& url) {
    store::Options made;
    made.url = url;
    return made;
  }

  void settle() {
    while (watermark_ < seq_ - 1) loop_.run_one();
  }

  void append(pubsub::Change change) {
    dispatch::Unit<pubsub::Change> unit;
    unit.seq = seq_++;
    unit.entity = 1;
    unit.changes = std::make_shared<const std::vector<pubsub::Change>>(1, std::move(change));
    journal_->append(std::move(unit));
  }

  void create() {
    append(pubsub::change::NodeCreated{.number = node_,
                                       .node = "bench" + std::to_string(node_),
                                       .creator = publisher_,
                                       .created = Timestamp(),
                                       .config = std::make_shared<pubsub::NodeConfig>()});
    settle();
  }

  void publish() {
    pubsub::change::ItemPublished published;
    published.number = node_;
    published.item.meta = {.id = "item-" + std::to_string(item_),
                           .seq = item_,
                           .first_seq = item_,
                           .publisher = publisher_};
    published.item.payload = std::make_shared<const std::string>(payload_);
    ++item_;
    append(std::move(published));
  }

  const Jid publisher_ = *Jid::parse("hamlet@denmark.example");
  const std::string payload_ = "<entry xmlns='urn:example'>" + std::string(165, 'x') + "</entry>";
  Loop loop_;
  store::Store store_;
  std::unique_ptr<dispatch::JournalPort<pubsub::Change>> journal_;
  std::uint64_t seq_ = 1;
  std::uint64_t node_ = 0;
  std::uint64_t item_ = 1;
  std::uint64_t watermark_ = 0;
};

void measure(const std::string& url) {
  Plain plain(url);
  plain.batch(500, 20);
  const double single = plain.batch(1, 1000);
  const double best = 500 / plain.batch(500, 100);
  std::printf("one connection: single-row commit p50 %.0f us, 500-row unnest batches %.0f rows/s\n",
              single * 1e6, best);

  Publishing publishing(url);
  publishing.rate(5000, 128);
  std::printf("journal, one in flight: p50 %.0f us (%.2f of a single-row commit)\n",
              publishing.one_in_flight(1000) * 1e6, publishing.one_in_flight(1000) / single);
  for (const std::size_t in_flight : {std::size_t{16}, std::size_t{128}, std::size_t{2000}}) {
    const auto before = publishing.figures();
    const double cpu = cpu_seconds();
    constexpr std::size_t rows = 60'000;
    const double rate = publishing.rate(rows, in_flight);
    const auto after = publishing.figures();
    std::printf(
        "journal, %4zu in flight: %.0f rows/s (%.2f of one connection), %.0f rows a batch, "
        "%.1f us CPU a row\n",
        in_flight, rate, rate / best,
        static_cast<double>(rows) / static_cast<double>(after.batches - before.batches),
        (cpu_seconds() - cpu) / rows * 1e6);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: stoa-bench-journal CONNECTION-STRING\n");
    return 2;
  }
  try {
    measure(argv[1]);
    return 0;
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "stoa-bench-journal: %s\n", problem.what());
    return 1;
  }
}
