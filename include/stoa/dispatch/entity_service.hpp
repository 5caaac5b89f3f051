#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include <stoa/dispatch/common.hpp>
#include <stoa/dispatch/engine.hpp>
#include <stoa/dispatch/service.hpp>
#include <stoa/dispatch/settle.hpp>
#include <stoa/dispatch/slots.hpp>
#include <stoa/stanza/build.hpp>
#include <stoa/stanza/presences.hpp>

namespace stoa::dispatch {

/// Bounds of one service. Every queue is bounded; what does not fit is refused with
/// wait/resource-constraint.
struct ServiceLimits {
  std::size_t memory_bytes = 512u << 20;  ///< of entities; beyond it the least recently used go
  std::size_t queue = 512;                ///< requests that wait for one entity to load
  std::size_t pending = 8192;             ///< requests of one entity that wait for the journal
  std::size_t stanza_bytes = 256 * 1024;  ///< the largest stanza that the link may carry
  std::size_t touch_batch = 64;           ///< entities touched at once after a start
  /// From a start to the first of them: whatever is asked for by then comes first.
  Duration touch_delay = std::chrono::milliseconds(250);
  Duration touch_pause = std::chrono::milliseconds(50);    ///< between two such batches
  Duration sweep = std::chrono::minutes(5);                ///< between looks for stored deadlines
  Duration tick_pause = std::chrono::milliseconds(50);     ///< between two Ticks of one entity
  Duration refused_tick_pause = std::chrono::seconds(30);  ///< after a Tick that was not stored
  std::size_t bulky_bytes = 1024 * 1024;  ///< of a broadcast, all copies: see EntityService::yields
  std::size_t busy_held_bytes = 2u << 20;  ///< that one commit lets go: the link is as good as busy
  Duration crowded_pause = std::chrono::milliseconds(2);  ///< of a queue, while output has no room
};

/// Where one service stands in the program.
struct ServicePlace {
  Common& common;
  Outlet& outlet;                               ///< of the service's domain
  std::set<std::string, std::less<>> admins{};  ///< bare JIDs
  ServiceLimits limits{};
};

/// Runs an Engine: keeps its entities (loaded on first touch, dropped when idle), decides their
/// requests in order, journals what changes, holds what is said until it is stored, and takes back
/// what the store refused (docs/architecture.md, "Dispatch").
template <Engine E>
class EntityService final : public Service {
 public:
  using State = typename E::State;
  using Settings = typename E::Settings;
  using Change = typename E::Change;

  EntityService(ServicePlace place, Settings settings, JournalPort<Change>& journal,
                LoaderPort<E>& loader);
  EntityService(const EntityService&) = delete;
  EntityService& operator=(const EntityService&) = delete;
  ~EntityService() override;

  bool handle(Stanza& stanza) override;
  disco::Info info() const override { return E::service_info(settings_); }
  void list(ListRequest request, std::function<void(Found<ListPage>)> then) override;

  void committed(std::uint64_t watermark) override;
  void refused(std::uint64_t seq, EntityTag entity, Refusal why) override;
  void store_away(bool away) override;

  std::optional<Timestamp> deadline() const override;
  void run_due(Timestamp now) override;
  void recover(std::function<void()> sent) override;
  void reconnected() override;

  /// The settings that decisions are given from now on.
  void set_settings(Settings settings) { settings_ = std::move(settings); }
  const Settings& settings() const { return settings_; }
  void set_admins(std::set<std::string, std::less<>> admins) { admins_ = std::move(admins); }
  /// In memory, those that do not exist but were asked for among them.
  std::size_t entities() const { return entities_.size(); }
  /// Of those in memory the ones that exist.
  std::size_t existing() const { return by_number_.size(); }
  /// Whether anything of any entity is under way.
  bool busy() const { return !busy_.slots().empty(); }
  /// Asks the entity of that key without a stanza: whatever comes of it, nobody is answered.
  void ask(const std::string& key, typename E::Request request);
  /// Called once, later: nullopt when the request is stored, or why it is not.
  using Done = std::function<void(std::optional<StanzaError>)>;
  /// The same, and says what came of it.
  void ask(const std::string& key, typename E::Request request, Done done);
  /// Who carries out errands to the entities of another service.
  using Elsewhere = std::function<void(const std::string& service, const std::string& key,
                                       typename E::Request request, Done done)>;
  void on_errands_elsewhere(Elsewhere carry_out) { elsewhere_ = std::move(carry_out); }

 private:
  using Request = typename E::Request;
  using Outbound = typename E::Outbound;
  using Read = typename E::Read;
  using Need = typename E::Need;
  using StepOf = Step<Change, Outbound>;

  struct Round;  // errands, and what they are for

  /// One request on its way. Ticks and errands have no stanza; a row of the outbox has no request
  /// either. What is large is not moved with it: a job goes through many hands.
  struct Job {
    std::unique_ptr<Stanza> stanza = {};
    std::unique_ptr<const Request> asked = {};
    std::unique_ptr<const OutboxRow> row = {};
    std::uint8_t lacked = 0;
    bool ordered = false;  // the sender's later stanzas wait for this one
    bool tick = false;
    std::size_t errand = 0;             // its place in the round
    std::shared_ptr<Round> round = {};  // shared by its errands; the last one ends it

    Job() = default;
    explicit Job(Request&& request) : asked(std::make_unique<Request>(std::move(request))) {}
    explicit Job(OutboxRow&& what) : row(std::make_unique<OutboxRow>(std::move(what))) {}
    Job(Stanza&& from, Request&& request) : Job(std::move(request)) {
      stanza = std::make_unique<Stanza>(std::move(from));
    }
    Job(std::optional<Stanza>&& from, Request&& request) : Job(std::move(request)) {
      if (from) stanza = std::make_unique<Stanza>(std::move(*from));
    }

    const Request& request() const { return *asked; }
  };

  /// A decided request that rests on something not stored yet.
  struct Record {
    Owner owner = 0;
    std::uint64_t seq = 0;  // 0: it changed nothing
    std::uint64_t after = 0;
    Durability durability = Durability::soft;
    std::shared_ptr<const std::vector<Change>> changes = {};  // shared with the journal's unit
    Job job = {};
    std::unique_ptr<Read> read = {};  // goes to the store when everything before it is stored
  };

  /// Exists only while something is under way.
  struct Activity {
    std::vector<Job> queue;
    std::deque<Record> records;  // taken from the front, many at once
  };

  struct Entity : Slot {
    State state;
    std::unique_ptr<Activity> activity;
  };

  static constexpr std::size_t slot_bytes = sizeof(Entity) + 96;  // with its share of the table
  static constexpr std::uint8_t max_lacks = 16;
  static constexpr Duration near_deadline = std::chrono::minutes(10);

  // entity_table.ipp: which entities there are
  Entity& touch(const std::string& key);
  Entity& create(const std::string& key);
  void load(Entity& entity);
  void loaded(const std::string& key, EntityTag tag, Found<State> found);
  Entity* find(const std::string& key, EntityTag tag);
  Entity* find(EntityTag tag);
  void after_run(Entity& entity);
  void arm(Entity& entity);
  void weigh(Entity& entity);
  void count_population(Entity& entity);
  void number_changed(Entity& entity, std::uint64_t before);
  bool idle(const Entity& entity) const;
  void evict_surplus();
  void drop(Entity& entity);
  Activity& activity(Entity& entity);
  void settle_activity(Entity& entity);

  // entity_decide.ipp: requests, decisions, steps
  Context context(const Jid& sender);
  void submit(Entity& entity, Job job);
  bool enqueue(Entity& entity, Job job);
  static bool queued(const Entity& it) { return it.activity && !it.activity->queue.empty(); }
  bool crowded() const { return outlet_.congested() || common_.release.much_held(); }
  /// Whether the entity lets others go first: what each of its requests sends takes the link
  /// milliseconds, and the link has enough to write, or will have with the next commit. Not once
  /// its own queue is half full.
  bool yields(const Entity& it) const {
    return it.bulky && (outlet_.busy() || common_.release.held_bytes() > limits_.busy_held_bytes) &&
           (!it.activity || it.activity->queue.size() < limits_.queue / 2);
  }
  void note_bulk(Entity& entity, const std::vector<Encoded>& said) const;
  void drain(Entity& entity);
  void run_first(Entity& entity);
  void run(Entity& entity, Job job);
  void decide(Entity& entity, Job job);
  void perform(Entity& entity, Job job, StepOf step);
  void change(Entity& entity, const std::vector<Encoded>& said, Record& record);
  static Outcome outcome(StepOf& step);
  void encode(const Entity& entity, const std::vector<Outbound>& values,
              std::vector<Encoded>& out) const;
  void refuse(Entity& entity, Job job, const StanzaError& error);
  void lack(Entity& entity, Job job, Need need);
  void supplied(const std::string& key, EntityTag tag, std::uint64_t number,
                Found<typename E::Facts> found);
  void keep(Entity& entity, Record record);
  std::uint64_t after_of(const Entity& entity, const Job& job);
  void begin_order(Job& job);
  void end_order(Job& job);
  void reply(const Stanza& request, const Outcome& outcome, std::uint64_t after, Owner owner);
  using MaybeStanza = std::optional<Stanza>;
  void number_known(std::uint64_t number, MaybeStanza stanza, Request request,
                    Found<std::string> key);
  void for_number(std::uint64_t number, MaybeStanza stanza, Request request);
  void follow_up(const Change& change, std::uint64_t seq);

  // entity_reads.ipp: look-ups
  void plan(Entity& entity, Job job, Read read);
  void read(Stanza request, Read read, std::uint64_t after, bool ordered);
  void answered(const Stanza& request, const Read& read, Found<typename E::ReadResult> found);
  void give_answer(const Stanza& request, Result<Answered, StanzaError> answer);
  bool send_out(const Stanza& request, const Read& read, typename E::ReadResult& found);
  void errand_done(Job& job, std::optional<StanzaError> refusal);
  void state_changed(const Entity& entity);

  // entity_undo.ipp: what the journal says
  void drop_settled(Entity& entity);
  void undo_from(Entity& entity, std::size_t first, std::uint64_t guilty, Refusal why);
  void take_back(Entity& entity, const Record& record);

  // entity_recover.ipp: after a start
  struct Recovery;
  void load_shared();
  void next_rows();
  void rows_later();
  void next_row();
  void resend(Entity& entity, const OutboxRow& row);
  void row_failed(const StanzaError& error);
  void touch_some(Timestamp now);

  // entity_presence.ipp: who is on line
  struct Attendance;
  bool take_presence(const Stanza& stanza);
  void gone(const Jid& who);
  void say_presence(const Jid& to, std::string_view type);
  void turned(const Jid& who, Turn turn);
  void watch(const Change& change, std::uint64_t seq);
  void probe_all();
  void attend(Timestamp now);

  /// Wraps a continuation, which runs once, so that it does nothing once this service is gone.
  /// Until then it counts as an open step.
  template <class F>
  auto alive(F f) {
    Metrics::add(common_.metrics.steps_open);
    return [this, token = std::weak_ptr<char>(alive_), f = std::move(f)](auto&&... args) mutable {
      if (token.expired()) return;
      f(std::forward<decltype(args)>(args)...);
      Metrics::sub(common_.metrics.steps_open);
    };
  }

  Common& common_;
  Outlet& outlet_;
  std::set<std::string, std::less<>> admins_;
  ServiceLimits limits_;
  Settings settings_;
  std::string domain_;
  JournalPort<Change>& journal_;
  LoaderPort<E>& loader_;
  Elsewhere elsewhere_ = {};

  std::unordered_map<std::string, Entity> entities_;
  std::unordered_map<std::uint64_t, Entity*> by_number_;
  RecentlyUsed recent_;
  Deadlines deadlines_;
  Busy busy_;
  std::size_t bytes_ = 0;
  std::unique_ptr<Recovery> recovery_;
  std::unique_ptr<Attendance> attendance_;  // null where the engine is not told of presence
  std::uint64_t last_watched_ = 0;          // the last unit that said whose presence is needed
  std::shared_ptr<char> alive_ = std::make_shared<char>('\0');  // watched by continuations
};

}  // namespace stoa::dispatch

#include <stoa/dispatch/detail/entity_decide.ipp>
#include <stoa/dispatch/detail/entity_presence.ipp>
#include <stoa/dispatch/detail/entity_reads.ipp>
#include <stoa/dispatch/detail/entity_recover.ipp>
#include <stoa/dispatch/detail/entity_table.ipp>
#include <stoa/dispatch/detail/entity_undo.ipp>
