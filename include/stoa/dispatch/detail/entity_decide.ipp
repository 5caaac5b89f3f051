// Part of entity_service.hpp: from a stanza to its decision, and what a decision does.
#pragma once

#include <algorithm>
#include <chrono>

namespace stoa::dispatch {
namespace detail {

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

}  // namespace detail

template <Engine E>
Context EntityService<E>::context(const Jid& sender) {
  const bool admin = !admins_.empty() && admins_.find(sender.bare_view()) != admins_.end();
  return Context{.now = common_.now(),
                 .ids = common_.ids(),
                 .service_admin = admin,
                 .presences = attendance_ ? &attendance_->book : nullptr};
}

template <Engine E>
bool EntityService<E>::handle(Stanza& stanza) {
  if constexpr (PresenceAware<E>) {
    if (take_presence(stanza)) return true;
  }
  auto claim = E::decode(stanza, settings_, context(stanza.from));
  const auto settle_now = [&](Outcome outcome) {
    reply(stanza, outcome, common_.senders.last_after(stanza.from), 0);
    return true;
  };
  return std::visit(
      detail::Overloaded{
          [](claim::NotMine&) { return false; }, [](claim::Silence&) { return true; },
          [&](claim::Answer& answer) { return settle_now(Accepted{std::move(answer.reply)}); },
          [&](StanzaError& error) { return settle_now(std::move(error)); },
          [&](claim::ForEntity<Request>& it) {
            submit(touch(it.key), Job(std::move(stanza), std::move(it.request)));
            return true;
          },
          [&](claim::ForNewEntity<Request>& it) {
            Entity& entity = create(it.key);
            entity.phase = Slot::Phase::ready;
            weigh(entity);
            submit(entity, Job(std::move(stanza), std::move(it.request)));
            return true;
          },
          [&](claim::ForNumber<Request>& it) {
            for_number(it.number, std::move(stanza), std::move(it.request));
            return true;
          },
          [&](claim::ForStore<Read>& it) {
            const std::uint64_t after = common_.senders.last_after(stanza.from);
            read(std::move(stanza), std::move(it.read), after, false);
            return true;
          }},
      claim);
}

template <Engine E>
void EntityService<E>::for_number(std::uint64_t number, MaybeStanza stanza, Request request) {
  if (const auto it = by_number_.find(number); it != by_number_.end()) {
    submit(*it->second, Job(std::move(stanza), std::move(request)));
    return;
  }
  loader_.key_of(number, alive([this, number, stanza = std::move(stanza),
                                request = std::move(request)](Found<std::string> key) mutable {
                   number_known(number, std::move(stanza), std::move(request), std::move(key));
                 }));
}

template <Engine E>
void EntityService<E>::number_known(std::uint64_t number, MaybeStanza stanza, Request request,
                                    Found<std::string> key) {
  if (const auto it = by_number_.find(number); it != by_number_.end()) {
    submit(*it->second, Job(std::move(stanza), std::move(request)));
    return;
  }
  const auto* name = std::get_if<std::string>(&key);
  if (!name || name->empty()) return;
  submit(touch(*name), Job(std::move(stanza), std::move(request)));
}

template <Engine E>
void EntityService<E>::ask(const std::string& key, Request request) {
  submit(touch(key), Job(std::move(request)));
}

template <Engine E>
void EntityService<E>::ask(const std::string& key, Request request, Done done) {
  Job job(std::move(request));
  job.round = std::make_shared<Round>();
  job.round->outcomes.resize(1);
  job.round->left = 1;
  job.round->ended = [this, done = std::move(done)](Round& round) {
    common_.post([done, outcome = std::move(round.outcomes.front())] { done(outcome); });
  };
  submit(touch(key), std::move(job));
}

/// Runs the job, or queues it where the entity is not ready or others wait already.
template <Engine E>
void EntityService<E>::submit(Entity& entity, Job job) {
  if (entity.phase != Slot::Phase::ready || queued(entity) || yields(entity)) {
    if (!enqueue(entity, std::move(job))) return;
    if (entity.phase != Slot::Phase::ready || !entity.bulky) return;
    drain(entity);
    if (entity.activity && entity.activity->queue.size() > limits_.queue / 2) run_first(entity);
    after_run(entity);
    return;
  }
  run(entity, std::move(job));
  after_run(entity);
}

template <Engine E>
bool EntityService<E>::enqueue(Entity& entity, Job job) {
  Activity& activity = this->activity(entity);
  if (activity.queue.size() >= limits_.queue) {
    refuse(entity, std::move(job), too_many_waiting());
    return false;
  }
  begin_order(job);
  activity.queue.push_back(std::move(job));
  return true;
}

/// Runs what waits, until something has to wait for facts again, or for room: a queue may hold more
/// joins of a large room than an outbox takes. What is left goes on when it is due (arm()).
template <Engine E>
void EntityService<E>::drain(Entity& entity) {
  const auto may_run = [&] {
    return entity.phase == Slot::Phase::ready && !crowded() && !yields(entity);
  };
  while (may_run() && entity.activity && !entity.activity->queue.empty()) {
    std::vector<Job> jobs = std::exchange(entity.activity->queue, {});
    std::size_t i = 0;
    for (; i < jobs.size() && (i == 0 || may_run()); ++i) {
      run(entity, std::move(jobs[i]));
    }
    // What a job put into the queue while it ran comes before the rest.
    std::vector<Job>& queue = activity(entity).queue;
    std::move(jobs.begin() + static_cast<std::ptrdiff_t>(i), jobs.end(), std::back_inserter(queue));
  }
}

/// Whoever let others go first is not refused for it: there is room for the next one.
template <Engine E>
void EntityService<E>::run_first(Entity& entity) {
  std::vector<Job>& queue = entity.activity->queue;
  Job job = std::move(queue.front());
  queue.erase(queue.begin());
  run(entity, std::move(job));
}

template <Engine E>
void EntityService<E>::run(Entity& entity, Job job) {
  if (job.row) {
    resend(entity, *job.row);
    return;
  }
  if (entity.activity && entity.activity->records.size() >= limits_.pending) {
    refuse(entity, std::move(job), too_many_waiting());
    return;
  }
  if (job.tick) entity.not_before = common_.now() + limits_.tick_pause;
  decide(entity, std::move(job));
}

template <Engine E>
void EntityService<E>::decide(Entity& entity, Job job) {
  const auto start = std::chrono::steady_clock::now();
  auto decision = E::decide(entity.state, job.request(), settings_,
                            context(job.stanza ? job.stanza->from : settings_.service));
  const auto spent = std::chrono::steady_clock::now() - start;
  common_.metrics.count_decide(static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(spent).count()));
  std::visit(detail::Overloaded{
                 [&](StepOf& step) { perform(entity, std::move(job), std::move(step)); },
                 [&](ReadPlan<Read>& it) { plan(entity, std::move(job), std::move(it.read)); },
                 [&](Lacks<Need>& it) { lack(entity, std::move(job), std::move(it.need)); },
                 [&](StanzaError& error) { refuse(entity, std::move(job), error); }},
             decision);
}

/// What a reply to this job must wait for besides its own unit. Of an iq everything said waits for
/// the sender's earlier requests too, so that its reply keeps its place among what the step says.
template <Engine E>
std::uint64_t EntityService<E>::after_of(const Entity& entity, const Job& job) {
  if (!job.stanza || job.stanza->kind != StanzaKind::iq) return entity.last_after;
  return std::max(entity.last_after, common_.senders.last_after(job.stanza->from));
}

template <Engine E>
void EntityService<E>::encode(const Entity& entity, const std::vector<Outbound>& values,
                              std::vector<Encoded>& out) const {
  for (const Outbound& value : values) E::encode(value, entity.state, settings_, out);
}

template <Engine E>
void EntityService<E>::note_bulk(Entity& entity, const std::vector<Encoded>& said) const {
  std::size_t bytes = 0;
  bool broadcast = false;
  for (const Encoded& it : said) {
    if (!it.outgoing.recipients) continue;
    broadcast = true;
    bytes += it.outgoing.bytes();
  }
  if (broadcast) entity.bulky = bytes >= limits_.bulky_bytes;
}

template <Engine E>
void EntityService<E>::perform(Entity& entity, Job job, StepOf step) {
  Record record;
  record.owner = common_.release.next_owner();
  record.after = after_of(entity, job);
  const std::uint64_t number = E::number(entity.state);
  for (const Change& change : step.changes) {
    E::apply(entity.state, change);
    record.durability = std::min(record.durability, E::durability(change));
  }
  number_changed(entity, number);
  state_changed(entity);

  std::vector<Encoded> said;
  encode(entity, step.before_reply, said);
  const std::size_t before_reply = said.size();
  encode(entity, step.outbound, said);
  note_bulk(entity, said);
  if (!step.changes.empty()) {
    record.changes = std::make_shared<const std::vector<Change>>(std::move(step.changes));
    change(entity, said, record);
  }
  entity.last_after = std::max(entity.last_after, record.after);
  const bool held = !common_.release.passed(record.after);
  if (held && job.stanza) common_.senders.note_after(job.stanza->from, record.after);

  const auto put = [&](std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i) {
      common_.release.put(outlet_, std::move(said[i].outgoing), record.after, record.owner);
    }
  };
  put(0, before_reply);
  if (job.stanza && step.replies == Replies::now) {
    reply(*job.stanza, outcome(step), record.after, record.owner);
  }
  put(before_reply, said.size());
  end_order(job);
  if (record.changes) {
    for (const Change& change : *record.changes) follow_up(change, record.seq);
  }
  if (!held) {
    errand_done(job, std::nullopt);
    return;
  }
  record.job = std::move(job);
  keep(entity, std::move(record));
}

/// What a journalled change means for others.
template <Engine E>
void EntityService<E>::follow_up([[maybe_unused]] const Change& change,
                                 [[maybe_unused]] std::uint64_t seq) {
  if constexpr (PresenceAware<E>) watch(change, seq);
  if constexpr (Neighbourly<E>) {
    auto next = E::follow_up(change);
    if (!next) return;
    // Not within the step that it follows: the entity may be the same one.
    common_.post(alive([this, seq, next = std::move(*next)]() mutable {
      Entity& other = touch(next.first);
      other.last_seq = std::max(other.last_seq, seq);  // its look-ups see the change
      submit(other, Job(std::move(next.second)));
    }));
  }
}

template <Engine E>
Outcome EntityService<E>::outcome(StepOf& step) {
  if (!step.refusal) return Accepted{std::move(step.reply)};
  return AcceptedPartly{std::move(*step.refusal), std::move(step.reply)};
}

/// Journals the changes of a record.
template <Engine E>
void EntityService<E>::change(Entity& entity, const std::vector<Encoded>& said, Record& record) {
  Unit<Change> unit;
  unit.seq = common_.release.next_seq();
  unit.entity = entity.tag;
  unit.key = *entity.key;
  unit.durability = record.durability;
  unit.changes = record.changes;
  if (record.durability != Durability::soft) {
    for (const Encoded& it : said) {
      const Outgoing& o = it.outgoing;
      if (!it.audience || (o.recipients && o.recipients->size() == 0)) continue;
      unit.outbox.push_back(
          {domain_, E::number(entity.state), *it.audience, o.head, o.middle, o.tail});
    }
  }
  record.seq = unit.seq;
  entity.last_seq = unit.seq;
  const bool waits = record.durability == Durability::hard ||
                     (record.durability == Durability::chat && !common_.store_away);
  if (waits) record.after = unit.seq;
  journal_.append(std::move(unit));
}

template <Engine E>
void EntityService<E>::keep(Entity& entity, Record record) {
  activity(entity).records.push_back(std::move(record));
}

template <Engine E>
void EntityService<E>::refuse(Entity& entity, Job job, const StanzaError& error) {
  end_order(job);
  if (job.row) row_failed(error);
  errand_done(job, error);
  if (!job.stanza) return;
  // A refusal rests on what the entity's pending requests made of it, whatever kind of stanza it
  // was.
  Record record;
  record.owner = common_.release.next_owner();
  record.after = std::max(entity.last_after, common_.senders.last_after(job.stanza->from));
  reply(*job.stanza, error, record.after, record.owner);
  if (common_.release.passed(entity.last_after) || !entity.activity ||
      entity.activity->records.empty()) {
    return;
  }
  entity.last_after = std::max(entity.last_after, record.after);
  record.job = std::move(job);
  keep(entity, std::move(record));
}

template <Engine E>
void EntityService<E>::lack(Entity& entity, Job job, Need need) {
  if (++job.lacked > max_lacks) {
    refuse(entity, std::move(job), read_failed(ReadFault::damaged));
    return;
  }
  begin_order(job);
  std::vector<Job>& queue = activity(entity).queue;
  queue.insert(queue.begin(), std::move(job));
  entity.phase = Slot::Phase::waiting;
  deadlines_.set(entity, std::nullopt);
  Metrics::add(common_.metrics.lookups);
  const std::uint64_t number = E::number(entity.state);
  loader_.fetch(
      number, std::move(need), entity.last_seq,
      alive([this, key = *entity.key, tag = entity.tag, number](Found<typename E::Facts> found) {
        supplied(key, tag, number, std::move(found));
      }));
}

template <Engine E>
void EntityService<E>::supplied(const std::string& key, EntityTag tag, std::uint64_t number,
                                Found<typename E::Facts> found) {
  Entity* const entity = find(key, tag);
  if (!entity) return;
  entity->phase = Slot::Phase::ready;
  if (const auto* fault = std::get_if<ReadFault>(&found)) {
    std::vector<Job>& queue = entity->activity->queue;
    // The one that asked carries the count; others may have been put before it.
    const auto asked =
        std::find_if(queue.begin(), queue.end(), [](const Job& job) { return job.lacked > 0; });
    if (asked != queue.end()) {
      Job job = std::move(*asked);
      queue.erase(asked);
      if (job.tick) entity->not_before = common_.now() + limits_.refused_tick_pause;
      refuse(*entity, std::move(job), read_failed(*fault));
    }
  } else if (E::number(entity->state) == number) {
    E::supply(entity->state, std::get<typename E::Facts>(std::move(found)));
  }
  drain(*entity);
  after_run(*entity);
}

template <Engine E>
void EntityService<E>::begin_order(Job& job) {
  if (!job.stanza || job.ordered) return;
  job.ordered = true;
  common_.senders.begin(job.stanza->from);
}

template <Engine E>
void EntityService<E>::end_order(Job& job) {
  if (!job.ordered) return;
  job.ordered = false;
  common_.senders.end(job.stanza->from);
}

template <Engine E>
void EntityService<E>::reply(const Stanza& request, const Outcome& outcome, std::uint64_t after,
                             Owner owner) {
  Settling settling{.by = {}, .stanza_bytes = limits_.stanza_bytes};
  if (!std::holds_alternative<Accepted>(outcome)) settling.by = E::error_by(request);
  auto outgoing = settle(request, outcome, settling, common_.metrics);
  if (!outgoing) return;
  if (!common_.release.passed(after)) common_.senders.note_after(request.from, after);
  common_.release.put(outlet_, std::move(*outgoing), after, owner);
}

}  // namespace stoa::dispatch
