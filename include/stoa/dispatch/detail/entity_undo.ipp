// Part of entity_service.hpp: what the journal says, and what it took back.
#pragma once

namespace stoa::dispatch {

template <Engine E>
void EntityService<E>::committed(std::uint64_t) {
  // Entities may leave the list while it is walked; the one that takes the place is looked at next.
  for (std::size_t i = 0; i < busy_.slots().size();) {
    Entity& entity = static_cast<Entity&>(*busy_.slots()[i]);
    drop_settled(entity);
    settle_activity(entity);
    if (i < busy_.slots().size() && busy_.slots()[i] == &entity) ++i;
  }
}

template <Engine E>
void EntityService<E>::drop_settled(Entity& entity) {
  std::deque<Record>& records = entity.activity->records;
  std::vector<Job> done;
  std::size_t settled = 0;
  for (; settled < records.size() && common_.release.passed(records[settled].after); ++settled) {
    Record& record = records[settled];
    if (record.read) {
      read(std::move(*record.job.stanza), std::move(*record.read), record.after, true);
    }
    if (record.job.round) done.push_back(std::move(record.job));
  }
  records.erase(records.begin(), records.begin() + static_cast<std::ptrdiff_t>(settled));
  for (Job& job : done) errand_done(job, std::nullopt);
}

/// Live messages no longer wait for the store once it has been away for long: what waits for
/// nothing else goes now.
template <Engine E>
void EntityService<E>::store_away(bool away) {
  if (!away) return;
  for (std::size_t i = 0; i < busy_.slots().size();) {
    Entity& entity = static_cast<Entity&>(*busy_.slots()[i]);
    std::deque<Record>& records = entity.activity->records;
    std::size_t free = 0;
    for (; free < records.size(); ++free) {
      const Record& record = records[free];
      const bool waits_for_itself = record.seq != 0 && record.durability == Durability::hard;
      if (waits_for_itself || record.read) break;
      common_.release.free(record.owner);
      errand_done(records[free].job, std::nullopt);
      if (record.job.stanza) common_.senders.forget_after(record.job.stanza->from, record.after);
    }
    records.erase(records.begin(), records.begin() + static_cast<std::ptrdiff_t>(free));
    if (records.empty()) entity.last_after = common_.release.watermark();
    settle_activity(entity);
    if (i < busy_.slots().size() && busy_.slots()[i] == &entity) ++i;
  }
}

template <Engine E>
void EntityService<E>::refused(std::uint64_t seq, EntityTag tag, Refusal why) {
  Entity* const entity = find(tag);
  if (!entity) return;
  Metrics::add(common_.metrics.undone);
  common_.journal().resume(tag);
  if (entity->activity) {
    std::deque<Record>& records = entity->activity->records;
    std::size_t first = 0;
    while (first < records.size() && records[first].seq < seq) ++first;
    if (first < records.size()) undo_from(*entity, first, seq, why);
  }
  drain(*entity);
  after_run(*entity);
}

/// Takes back the records from `first` on, newest first. The guilty one is refused (if the store is
/// away or full, every one that would have to be stored), the others are decided again in their
/// order.
template <Engine E>
void EntityService<E>::undo_from(Entity& entity, std::size_t first, std::uint64_t guilty,
                                 Refusal why) {
  std::deque<Record>& records = entity.activity->records;
  std::vector<Record> undone(
      std::make_move_iterator(records.begin() + static_cast<std::ptrdiff_t>(first)),
      std::make_move_iterator(records.end()));
  records.resize(first);
  entity.last_after = first > 0 ? records.back().after : common_.release.watermark();
  for (auto it = undone.rbegin(); it != undone.rend(); ++it) take_back(entity, *it);

  std::vector<Job> again;
  for (Record& record : undone) {
    const bool hard = record.seq != 0 && record.durability == Durability::hard;
    const bool to_blame = record.seq == guilty || (why != Refusal::content && hard);
    if (record.job.tick) {
      if (to_blame) entity.not_before = common_.now() + limits_.refused_tick_pause;
    } else if (to_blame) {
      refuse(entity, std::move(record.job),
             why == Refusal::content ? store_refused() : store_too_slow());
    } else {
      begin_order(record.job);
      again.push_back(std::move(record.job));
    }
  }
  std::vector<Job>& queue = activity(entity).queue;
  queue.insert(queue.begin(), std::make_move_iterator(again.begin()),
               std::make_move_iterator(again.end()));
}

template <Engine E>
void EntityService<E>::take_back(Entity& entity, const Record& record) {
  common_.release.cancel(record.owner);
  if (record.job.stanza) common_.senders.forget_after(record.job.stanza->from, record.after);
  const std::uint64_t number = E::number(entity.state);
  if (record.changes) {
    for (auto it = record.changes->rbegin(); it != record.changes->rend(); ++it) {
      E::apply(entity.state, E::inverse(*it));
    }
  }
  number_changed(entity, number);
  state_changed(entity);
}

}  // namespace stoa::dispatch
