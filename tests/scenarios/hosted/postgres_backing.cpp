#include "scenarios/hosted/postgres_backing.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <utility>

#include "scenarios/hosted/accounts.hpp"
#include "scenarios/runner/hosted.hpp"

namespace scenario {

using namespace stoa;

namespace {

/// Passes look-ups on and remembers those that are under way: what each of them waits for.
template <class E>
class CountedLoader final : public dispatch::LoaderPort<E> {
 public:
  template <class T>
  using Then = typename dispatch::LoaderPort<E>::template Then<T>;

  CountedLoader(std::unique_ptr<dispatch::LoaderPort<E>> real,
                std::multiset<std::uint64_t>& under_way)
      : real_(std::move(real)), under_way_(under_way) {}

  void load(std::string key, std::uint64_t after, Then<typename E::State> then) override {
    real_->load(std::move(key), after, counted(after, std::move(then)));
  }
  void key_of(std::uint64_t number, Then<std::string> then) override {
    real_->key_of(number, counted(0, std::move(then)));
  }
  void fetch(std::uint64_t number, typename E::Need need, std::uint64_t after,
             Then<typename E::Facts> then) override {
    real_->fetch(number, std::move(need), after, counted(after, std::move(then)));
  }
  void read(typename E::Read read, std::uint64_t after,
            Then<typename E::ReadResult> then) override {
    real_->read(std::move(read), after, counted(after, std::move(then)));
  }
  void pending_keys(std::string from, Timestamp until, std::size_t limit,
                    Then<std::vector<std::string>> then) override {
    real_->pending_keys(std::move(from), until, limit, counted(0, std::move(then)));
  }
  void outbox(std::uint64_t from, std::size_t limit,
              Then<std::vector<std::pair<std::uint64_t, dispatch::OutboxRow>>> then) override {
    real_->outbox(from, limit, counted(0, std::move(then)));
  }

 private:
  template <class F>
  F counted(std::uint64_t after, F then) {
    const auto place = under_way_.insert(after);
    return [this, place, then = std::move(then)](auto found) {
      under_way_.erase(place);
      then(std::move(found));
    };
  }

  std::unique_ptr<dispatch::LoaderPort<E>> real_;
  std::multiset<std::uint64_t>& under_way_;
};

/// Hands units over for admission.
template <class Change>
class AdmittedJournal final : public dispatch::JournalPort<Change> {
 public:
  using Admit = std::function<void(PostgresBacking::Admission)>;

  AdmittedJournal(std::unique_ptr<dispatch::JournalPort<Change>> real, Admit admit)
      : real_(std::move(real)), admit_(std::move(admit)) {}
  void append(dispatch::Unit<Change> unit) override {
    PostgresBacking::Admission admission{unit.seq, unit.durability, unit.outbox, {}};
    admission.enter = [this, unit = std::move(unit)](std::vector<dispatch::OutboxRow> outbox) {
      dispatch::Unit<Change> entering = unit;
      entering.outbox = std::move(outbox);
      real_->append(std::move(entering));
    };
    admit_(std::move(admission));
  }

 private:
  std::unique_ptr<dispatch::JournalPort<Change>> real_;
  Admit admit_;
};

}  // namespace

/// What is told by the store, on its way to the dispatcher, and what is under way.
struct PostgresBacking::Watch final : dispatch::JournalEvents, dispatch::JournalControl {
  explicit Watch(PostgresBacking& owner) : owner_(owner) {}

  void committed(std::uint64_t watermark) override {
    settled = watermark;
    owner_.told(watermark);
    events->committed(watermark);
  }
  void refused(std::uint64_t seq, dispatch::EntityTag entity, dispatch::Refusal why) override {
    owner_.told_refused();
    events->refused(seq, entity, why);
  }
  void store_away(bool away) override { events->store_away(away); }

  void resume(dispatch::EntityTag entity) override { owner_.store_->control().resume(entity); }
  void delivered(const std::string& at, std::uint64_t seq) override {
    owner_.delivered_[at] = std::max(owner_.delivered_[at], seq);
    if (owner_.passes_marks()) owner_.store_->control().delivered(at, seq);
  }

  PostgresBacking& owner_;
  dispatch::JournalEvents* events = nullptr;
  std::uint64_t appended = 0;
  std::uint64_t settled = 0;
  std::multiset<std::uint64_t> lookups;
  std::unique_ptr<dispatch::JournalPort<muc::Change>> muc_journal;
  std::unique_ptr<dispatch::LoaderPort<muc::Engine>> muc_loader;
  std::unique_ptr<dispatch::JournalPort<pubsub::Change>> pubsub_journal;
  std::unique_ptr<dispatch::LoaderPort<pubsub::Engine>> pubsub_loader;
  std::unique_ptr<NodesOfRun> nodes;
};

PostgresBacking::PostgresBacking(store::Options options, PostgresDesk& desk, BothSettings settings)
    : options_(std::move(options)), desk_(desk), settings_(std::move(settings)) {
  desk_.empty_tables();
}

PostgresBacking::~PostgresBacking() = default;

void PostgresBacking::begin(Loop& loop, Clock&) {
  store_ = std::make_unique<store::Store>(
      options_, [&loop](std::function<void()> what) { loop.post(std::move(what)); });
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
  const auto admit = admitting();
  watch_->muc_journal =
      std::make_unique<AdmittedJournal<muc::Change>>(store_->journal<muc::Engine>(name), admit);
  watch_->muc_loader = std::make_unique<CountedLoader<muc::Engine>>(
      store_->loader<muc::Engine>(name), watch_->lookups);
  watch_->pubsub_journal = std::make_unique<AdmittedJournal<pubsub::Change>>(
      store_->journal<pubsub::Engine>(name), admit);
  watch_->pubsub_loader = std::make_unique<CountedLoader<pubsub::Engine>>(
      store_->loader<pubsub::Engine>(name), watch_->lookups);
}

void PostgresBacking::end(Stage::Ending ending) {
  if (!store_) return;
  store_->detach();
  if (ending == Stage::Ending::orderly) store_->close();
  watch_.reset();
  store_.reset();
  ended();
  desk_.forget_delivered(std::exchange(delivered_, {}));
}

std::function<void(PostgresBacking::Admission)> PostgresBacking::admitting() {
  return [this](Admission admission) {
    watch_->appended = admission.seq;
    admit(std::move(admission));
  };
}

void PostgresBacking::admit(Admission admission) {
  admission.enter(std::move(admission.outbox));
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
          return pep::Ports{std::make_unique<AdmittedJournal<pubsub::Change>>(
                                store_->journal<pubsub::Engine>(account), admitting()),
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
  return !watch_->lookups.empty() || watch_->settled < watch_->appended;
}

bool PostgresBacking::looking_up() {
  const auto first = watch_->lookups.begin();
  return first != watch_->lookups.end() && *first <= watch_->settled;
}

}  // namespace scenario
