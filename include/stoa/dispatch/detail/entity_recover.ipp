// Part of entity_service.hpp: what a fresh start owes, and deadlines.
#pragma once

#include <algorithm>

namespace stoa::dispatch {

template <Engine E>
struct EntityService<E>::Recovery {
  std::function<void()> sent;
  std::vector<std::pair<std::uint64_t, OutboxRow>> rows;
  std::size_t next = 0;
  std::uint64_t last_row = 0;  // sent or given up
  std::uint64_t previous_row = 0;
  std::uint64_t after = 0;   // what the rows that were sent wait for
  std::uint64_t number = 0;  // of the entity of the last row
  std::string key;           // and its key
  std::optional<Timestamp> retry_rows;
  bool begun = false;
  bool swept = false;   // everything that was pending at the start was touched once
  bool shared = false;  // the settings hold what follows from the shared entity

  std::string touched;  // keys up to here were touched in this sweep
  std::optional<Timestamp> next_touch;
};

template <Engine E>
void EntityService<E>::recover(std::function<void()> sent) {
  recovery_->begun = true;
  recovery_->sent = std::move(sent);
  common_.release.withhold_marks(outlet_);
  if constexpr (PresenceAware<E>) probe_all();
  load_shared();
}

/// What every decision must know comes before the first stanza.
template <Engine E>
void EntityService<E>::load_shared() {
  if constexpr (requires { E::shares(settings_); }) {
    if (!E::shares(settings_)) {
      recovery_->shared = true;
      next_rows();
      return;
    }
  }
  if constexpr (requires(const State& state) { E::share(settings_, state); }) {
    loader_.load(std::string(E::shared_key()), 0, alive([this](Found<State> found) {
                   const auto* state = std::get_if<State>(&found);
                   if (!state && std::get<ReadFault>(found) == ReadFault::away) {
                     rows_later();
                     return;
                   }
                   if (state) E::share(settings_, *state);
                   recovery_->shared = true;
                   next_rows();
                 }));
  } else {
    recovery_->shared = true;
    next_rows();
  }
}

/// Reads the next outbox rows of an earlier run and sends them.
template <Engine E>
void EntityService<E>::next_rows() {
  static constexpr std::size_t batch = 256;
  using Rows = std::vector<std::pair<std::uint64_t, OutboxRow>>;
  loader_.outbox(recovery_->last_row, batch, alive([this](Found<Rows> found) {
                   Recovery& recovery = *recovery_;
                   Rows* const rows = std::get_if<Rows>(&found);
                   if (!rows) {
                     rows_later();
                     return;
                   }
                   recovery.rows = std::move(*rows);
                   recovery.next = 0;
                   next_row();
                 }));
}

/// The store is away: goes on later. Meanwhile nothing counts as delivered, so nothing is lost.
template <Engine E>
void EntityService<E>::rows_later() {
  recovery_->retry_rows = common_.now() + std::chrono::seconds(5);
  if (recovery_->sent) std::exchange(recovery_->sent, nullptr)();
}

/// The entity of the row that was to be sent could not be loaded. A damaged one loses it.
template <Engine E>
void EntityService<E>::row_failed(const StanzaError& error) {
  if (error.condition == Condition::resource_constraint) {
    recovery_->last_row = recovery_->previous_row;
    rows_later();
  } else {
    common_.post(alive([this] { next_row(); }));
  }
}

template <Engine E>
void EntityService<E>::next_row() {
  Recovery& recovery = *recovery_;
  if (recovery.rows.empty()) {
    common_.release.give_marks(outlet_, recovery.after);
    recovery.next_touch = common_.now() + limits_.touch_delay;
    if (recovery.sent) std::exchange(recovery.sent, nullptr)();
    return;
  }
  if (recovery.next == recovery.rows.size()) {
    next_rows();
    return;
  }
  auto& [seq, row] = recovery.rows[recovery.next++];
  recovery.previous_row = std::exchange(recovery.last_row, seq);
  const std::uint64_t number = row.entity;
  auto with_key = [this, row = std::move(row)](Found<std::string> key) mutable {
    const auto* name = std::get_if<std::string>(&key);
    if (!name || name->empty()) {
      common_.post(alive([this] { next_row(); }));  // the entity is gone, or another service's
      return;
    }
    recovery_->number = row.entity;
    recovery_->key = *name;
    submit(touch(*name), Job(std::move(row)));
  };
  if (number == recovery.number) {
    with_key(recovery.key);
  } else {
    loader_.key_of(number, alive(std::move(with_key)));
  }
}

template <Engine E>
void EntityService<E>::resend(Entity& entity, const OutboxRow& row) {
  if (E::number(entity.state) == row.entity) {
    Outgoing outgoing;
    outgoing.head = row.head;
    outgoing.middle = row.middle;
    outgoing.tail = row.tail;
    outgoing.recipients = E::recipients(entity.state, row.audience);
    if (outgoing.recipients && outgoing.recipients->size() > 0) {
      common_.release.put(outlet_, std::move(outgoing), entity.last_after, 0);
      recovery_->after = std::max(recovery_->after, entity.last_after);
    }
  }
  common_.post(alive([this] { next_row(); }));
}

template <Engine E>
std::optional<Timestamp> EntityService<E>::deadline() const {
  std::optional<Timestamp> first = deadlines_.first();
  for (const auto& other : {recovery_->retry_rows, recovery_->next_touch}) {
    if (other && (!first || *other < *first)) first = other;
  }
  if (!attendance_) return first;
  for (const auto& other : {attendance_->due, attendance_->retry}) {
    if (other && (!first || *other < *first)) first = other;
  }
  return first;
}

template <Engine E>
void EntityService<E>::run_due(Timestamp now) {
  static constexpr std::size_t batch = 256;  // the loop has other things to do
  for (std::size_t i = 0; i < batch; ++i) {
    const auto first = deadlines_.first();
    if (!first || *first > now) break;
    Entity& entity = static_cast<Entity&>(*deadlines_.first_slot());
    deadlines_.set(entity, std::nullopt);
    if (queued(entity)) {
      drain(entity);
      after_run(entity);
      continue;
    }
    Job tick(Request(typename E::Tick{}));
    tick.tick = true;
    submit(entity, std::move(tick));
  }
  if (recovery_->retry_rows && *recovery_->retry_rows <= now) {
    recovery_->retry_rows.reset();
    recovery_->shared ? next_rows() : load_shared();
  }
  if (recovery_->next_touch && *recovery_->next_touch <= now) touch_some(now);
  if constexpr (PresenceAware<E>) attend(now);
}

/// Loads the next entities that hold occupants or have deadlines, a few at a time; from the end of
/// one sweep to the next there is a longer pause.
template <Engine E>
void EntityService<E>::touch_some(Timestamp now) {
  recovery_->next_touch.reset();
  loader_.pending_keys(recovery_->touched, now + near_deadline, limits_.touch_batch,
                       alive([this](Found<std::vector<std::string>> found) {
                         Recovery& recovery = *recovery_;
                         const auto* keys = std::get_if<std::vector<std::string>>(&found);
                         if (!keys || keys->empty()) {
                           recovery.touched.clear();
                           if (keys) recovery.swept = true;
                           recovery.next_touch = common_.now() + limits_.sweep;
                           return;
                         }
                         for (const std::string& key : *keys) touch(key);
                         recovery.touched = keys->back();
                         recovery.next_touch = common_.now() + limits_.touch_pause;
                       }));
}

}  // namespace stoa::dispatch
