#include "scenarios/hosted/postgres_backing.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <thread>

#include <pqxx/connection>
#include <pqxx/nontransaction>
#include <pqxx/result>
#include <pqxx/transaction>
#include <unistd.h>

#include "scenarios/hosted/accounts.hpp"
#include "scenarios/runner/hosted.hpp"

namespace scenario {

using namespace stoa;

namespace {

/// Passes look-ups on and counts those that are under way.
template <class E>
class CountedLoader final : public dispatch::LoaderPort<E> {
 public:
  template <class T>
  using Then = typename dispatch::LoaderPort<E>::template Then<T>;

  CountedLoader(std::unique_ptr<dispatch::LoaderPort<E>> real, int& under_way)
      : real_(std::move(real)), under_way_(under_way) {}

  void load(std::string key, std::uint64_t after, Then<typename E::State> then) override {
    real_->load(std::move(key), after, counted(std::move(then)));
  }
  void key_of(std::uint64_t number, Then<std::string> then) override {
    real_->key_of(number, counted(std::move(then)));
  }
  void fetch(std::uint64_t number, typename E::Need need, std::uint64_t after,
             Then<typename E::Facts> then) override {
    real_->fetch(number, std::move(need), after, counted(std::move(then)));
  }
  void read(typename E::Read read, std::uint64_t after,
            Then<typename E::ReadResult> then) override {
    real_->read(std::move(read), after, counted(std::move(then)));
  }
  void pending_keys(std::string from, Timestamp until, std::size_t limit,
                    Then<std::vector<std::string>> then) override {
    real_->pending_keys(std::move(from), until, limit, counted(std::move(then)));
  }
  void outbox(std::uint64_t from, std::size_t limit,
              Then<std::vector<std::pair<std::uint64_t, dispatch::OutboxRow>>> then) override {
    real_->outbox(from, limit, counted(std::move(then)));
  }

 private:
  template <class F>
  F counted(F then) {
    ++under_way_;
    return [this, then = std::move(then)](auto found) {
      --under_way_;
      then(std::move(found));
    };
  }

  std::unique_ptr<dispatch::LoaderPort<E>> real_;
  int& under_way_;
};

/// Passes units on and remembers how far they go.
template <class Change>
class CountedJournal final : public dispatch::JournalPort<Change> {
 public:
  CountedJournal(std::unique_ptr<dispatch::JournalPort<Change>> real, std::uint64_t& appended)
      : real_(std::move(real)), appended_(appended) {}
  void append(dispatch::Unit<Change> unit) override {
    appended_ = unit.seq;
    real_->append(std::move(unit));
  }

 private:
  std::unique_ptr<dispatch::JournalPort<Change>> real_;
  std::uint64_t& appended_;
};

void empty_tables(const std::string& url) {
  pqxx::connection connection(url);
  pqxx::work work(connection);
  const auto tables = work.exec(
      "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
      "WHERE n.nspname = current_schema() AND c.relkind = 'r' "
      "AND c.relname NOT IN ('journal', 'schema_version')");
  // Referenced rows go with those that refer to them, whatever the order.
  work.exec0("SET LOCAL session_replication_role = replica");
  for (const auto& table : tables) {
    work.exec0("DELETE FROM " + connection.quote_name(table[0].c_str()));
  }
  work.commit();
}

/// A database of this process in the cluster that the URL (postgresql://HOST/DATABASE?...) leads
/// to.
const std::string& own_database(const std::string& url) {
  static const std::string own = [&url] {
    const std::string name = "scenarios_" + std::to_string(getpid());
    pqxx::connection connection(url);
    pqxx::nontransaction(connection).exec0("CREATE DATABASE " + name);
    const std::size_t path = url.find('/', url.find("://") + 3);
    std::string changed = url;
    changed.replace(path + 1, url.find('?') - path - 1, name);
    store::migrate({.url = changed});
    return changed;
  }();
  return own;
}

}  // namespace

/// What is told by the store, on its way to the dispatcher, and what is under way.
struct PostgresBacking::Watch final : dispatch::JournalEvents, dispatch::JournalControl {
  explicit Watch(PostgresBacking& owner) : owner_(owner) {}

  void committed(std::uint64_t watermark) override {
    settled = watermark;
    events->committed(watermark);
  }
  void refused(std::uint64_t seq, dispatch::EntityTag entity, dispatch::Refusal why) override {
    events->refused(seq, entity, why);
  }
  void store_away(bool away) override { events->store_away(away); }

  void resume(dispatch::EntityTag entity) override { owner_.store_->control().resume(entity); }
  void delivered(const std::string& at, std::uint64_t seq) override {
    owner_.delivered_[at] = std::max(owner_.delivered_[at], seq);
    owner_.store_->control().delivered(at, seq);
  }

  PostgresBacking& owner_;
  dispatch::JournalEvents* events = nullptr;
  std::uint64_t appended = 0;
  std::uint64_t settled = 0;
  int lookups = 0;
  std::unique_ptr<dispatch::JournalPort<muc::Change>> muc_journal;
  std::unique_ptr<dispatch::LoaderPort<muc::Engine>> muc_loader;
  std::unique_ptr<dispatch::JournalPort<pubsub::Change>> pubsub_journal;
  std::unique_ptr<dispatch::LoaderPort<pubsub::Engine>> pubsub_loader;
  std::unique_ptr<NodesOfRun> nodes;
};

PostgresBacking::PostgresBacking(const std::string& url, BothSettings settings)
    : url_(own_database(url)), settings_(std::move(settings)) {
  empty_tables(url_);
}

PostgresBacking::~PostgresBacking() = default;

void PostgresBacking::begin(Loop& loop, Clock&) {
  store_ = std::make_unique<store::Store>(
      store::Options{.url = url_},
      [&loop](std::function<void()> what) { loop.post(std::move(what)); });
  bool open = false;
  store_->open(
      [&](store::Ready ready) {
        open = true;
        last_seq_ = ready.first_seq - 1;
        number_ = ready.first_number - 1;
      },
      [](const std::string& why) { throw std::runtime_error(why); });
  while (!open) {
    if (!loop.run_one(Loop::Wait::yes)) throw std::runtime_error("the store does not open");
  }
  watch_ = std::make_unique<Watch>(*this);
  watch_->settled = watch_->appended = last_seq_;
  const std::string name(domain);
  watch_->muc_journal = std::make_unique<CountedJournal<muc::Change>>(
      store_->journal<muc::Engine>(name), watch_->appended);
  watch_->muc_loader = std::make_unique<CountedLoader<muc::Engine>>(
      store_->loader<muc::Engine>(name), watch_->lookups);
  watch_->pubsub_journal = std::make_unique<CountedJournal<pubsub::Change>>(
      store_->journal<pubsub::Engine>(name), watch_->appended);
  watch_->pubsub_loader = std::make_unique<CountedLoader<pubsub::Engine>>(
      store_->loader<pubsub::Engine>(name), watch_->lookups);
}

void PostgresBacking::end(Stage::Ending ending) {
  if (!store_) return;
  store_->detach();
  if (ending == Stage::Ending::orderly) store_->close();
  watch_.reset();
  store_.reset();
  forget_delivered();
}

/// The removal of proved rows is soft; a play must not depend on whether it was in time.
void PostgresBacking::forget_delivered() {
  pqxx::connection connection(url_);
  pqxx::work work(connection);
  for (const auto& [name, seq] : delivered_) {
    work.exec_params0("DELETE FROM outbox WHERE domain = $1 AND seq <= $2", name, seq);
  }
  work.commit();
  delivered_.clear();
}

dispatch::JournalControl& PostgresBacking::control() {
  return *watch_;
}

std::uint64_t PostgresBacking::last_seq() {
  return last_seq_;
}

void PostgresBacking::attach(dispatch::JournalEvents& events) {
  watch_->events = &events;
  store_->attach(*watch_);
}

void PostgresBacking::add_services(dispatch::Common& common, dispatch::Dispatcher& dispatcher,
                                   dispatch::Outlet& outlet) {
  if (settings_.pep) {
    const NodesOfRun::Place place{common, dispatcher, outlet};
    watch_->nodes =
        std::make_unique<NodesOfRun>(place, settings_.pubsub, [this](const std::string& account) {
          return pep::Ports{std::make_unique<CountedJournal<pubsub::Change>>(
                                store_->journal<pubsub::Engine>(account), watch_->appended),
                            std::make_unique<CountedLoader<pubsub::Engine>>(
                                store_->loader<pubsub::Engine>(account), watch_->lookups)};
        });
    watch_->nodes->add_service(place, *watch_->pubsub_journal, *watch_->pubsub_loader);
    return;
  }
  add_service<muc::Engine>(common, dispatcher, outlet, settings_.muc, *watch_->muc_journal,
                           *watch_->muc_loader);
  add_service<pubsub::Engine>(common, dispatcher, outlet, settings_.pubsub, *watch_->pubsub_journal,
                              *watch_->pubsub_loader);
}

bool PostgresBacking::working() {
  return watch_->lookups > 0 || watch_->settled < watch_->appended;
}

}  // namespace scenario
