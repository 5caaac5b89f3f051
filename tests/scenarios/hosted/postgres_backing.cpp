#include "scenarios/hosted/postgres_backing.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <set>
#include <stdexcept>
#include <utility>
#include <variant>

#include "scenarios/hosted/accounts.hpp"
#include "scenarios/runner/hosted.hpp"

namespace scenario {

using namespace stoa;

namespace {

/// How far one looks ahead where long times pass.
constexpr auto far = std::chrono::hours(4);

/// What the store was given and what it has done, as numbers of units, and what each of the
/// look-ups that are under way waits for.
struct Progress {
  std::uint64_t appended = 0;
  std::uint64_t settled = 0;
  std::multiset<std::uint64_t> lookups;
};

/// Passes look-ups on and remembers those that are under way.
template <class E>
class CountedLoader final : public dispatch::LoaderPort<E> {
 public:
  template <class T>
  using Then = typename dispatch::LoaderPort<E>::template Then<T>;
  using Keys = Then<std::vector<std::string>>;

  CountedLoader(std::unique_ptr<dispatch::LoaderPort<E>> real, Progress& progress)
      : real_(std::move(real)), progress_(progress) {}

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
  /// Comes every few minutes of the days that pass in a scenario. What is not due for hours is not
  /// due now either, for as long as nothing is stored.
  void pending_keys(std::string from, Timestamp until, std::size_t limit, Keys then) override {
    if (from.empty()) {
      const bool still = progress_.appended == progress_.settled && looked_ == progress_.settled;
      looked_ = progress_.settled;
      if (!still) ahead_.reset();
      if (still && !(ahead_ && until <= ahead_->until)) return look_ahead(until, limit, then);
      if (ahead_ && ahead_->empty) return then(std::vector<std::string>());
    }
    real_->pending_keys(std::move(from), until, limit, counted(0, std::move(then)));
  }
  void outbox(std::uint64_t from, std::size_t limit,
              Then<std::vector<std::pair<std::uint64_t, dispatch::OutboxRow>>> then) override {
    real_->outbox(from, limit, counted(0, std::move(then)));
  }

 private:
  template <class F>
  F counted(std::uint64_t after, F then) {
    const auto place = progress_.lookups.insert(after);
    return [this, place, then = std::move(then)](auto found) {
      progress_.lookups.erase(place);
      then(std::move(found));
    };
  }

  void look_ahead(Timestamp until, std::size_t limit, const Keys& then) {
    const Keys looked = [this, until, limit,
                         then](dispatch::Found<std::vector<std::string>> found) {
      const auto* const keys = std::get_if<std::vector<std::string>>(&found);
      ahead_ = Ahead{until + far, keys != nullptr && keys->empty()};
      pending_keys("", until, limit, then);
    };
    real_->pending_keys("", until + far, 1, counted(0, looked));
  }

  /// Whether anything is due until then.
  struct Ahead {
    Timestamp until;
    bool empty;
  };

  std::unique_ptr<dispatch::LoaderPort<E>> real_;
  Progress& progress_;
  std::optional<Ahead> ahead_;           // since the unit `looked_`
  std::optional<std::uint64_t> looked_;  // what was settled then
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
    progress.settled = watermark;
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
  Progress progress;
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
  watch_->progress.settled = watch_->progress.appended = last_seq_;
  const std::string name(domain);
  const auto admit = admitting();
  watch_->muc_journal =
      std::make_unique<AdmittedJournal<muc::Change>>(store_->journal<muc::Engine>(name), admit);
  watch_->muc_loader = std::make_unique<CountedLoader<muc::Engine>>(
      store_->loader<muc::Engine>(name), watch_->progress);
  watch_->pubsub_journal = std::make_unique<AdmittedJournal<pubsub::Change>>(
      store_->journal<pubsub::Engine>(name), admit);
  watch_->pubsub_loader = std::make_unique<CountedLoader<pubsub::Engine>>(
      store_->loader<pubsub::Engine>(name), watch_->progress);
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
    watch_->progress.appended = admission.seq;
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
                                store_->loader<pubsub::Engine>(account), watch_->progress)};
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
  const Progress& progress = watch_->progress;
  return !progress.lookups.empty() || progress.settled < progress.appended;
}

bool PostgresBacking::looking_up() {
  const Progress& progress = watch_->progress;
  const auto first = progress.lookups.begin();
  return first != progress.lookups.end() && *first <= progress.settled;
}

}  // namespace scenario
