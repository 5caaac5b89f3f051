// Part of entity_service.hpp: which entities are in memory.
#pragma once

#include <stoa/base/log.hpp>

namespace stoa::dispatch {

template <Engine E>
EntityService<E>::EntityService(ServicePlace place, Settings settings, JournalPort<Change>& journal,
                                LoaderPort<E>& loader)
    : common_(place.common),
      outlet_(place.outlet),
      admins_(std::move(place.admins)),
      limits_(place.limits),
      settings_(std::move(settings)),
      domain_(settings_.service.str()),
      journal_(journal),
      loader_(loader),
      recovery_(std::make_unique<Recovery>()) {
  if constexpr (PresenceAware<E>) attendance_ = std::make_unique<Attendance>();
}

template <Engine E>
EntityService<E>::~EntityService() {
  Metrics::sub(common_.metrics.entities, entities_.size());
}

template <Engine E>
auto EntityService<E>::create(const std::string& key) -> Entity& {
  const auto [it, added] = entities_.try_emplace(key);
  Entity& entity = it->second;
  if (added) {
    entity.key = &it->first;
    entity.tag = common_.next_tag();
    recent_.touch(entity);
    Metrics::add(common_.metrics.entities);
  }
  return entity;
}

template <Engine E>
auto EntityService<E>::touch(const std::string& key) -> Entity& {
  const auto it = entities_.find(key);
  if (it != entities_.end()) return it->second;
  Entity& entity = create(key);
  load(entity);
  return entity;
}

template <Engine E>
void EntityService<E>::load(Entity& entity) {
  entity.phase = Slot::Phase::loading;
  Metrics::add(common_.metrics.loads);
  loader_.load(*entity.key, 0,
               alive([this, key = *entity.key, tag = entity.tag](Found<State> found) {
                 loaded(key, tag, std::move(found));
               }));
}

template <Engine E>
void EntityService<E>::loaded(const std::string& key, EntityTag tag, Found<State> found) {
  Entity* const entity = find(key, tag);
  if (!entity) return;
  entity->phase = Slot::Phase::ready;
  if (const auto* fault = std::get_if<ReadFault>(&found)) {
    auto gone = std::move(entity->activity);
    busy_.remove(*entity);
    const StanzaError error = read_failed(*fault);
    if (gone) {
      for (Job& job : gone->queue) refuse(*entity, std::move(job), error);
    }
    drop(*entity);
    return;
  }
  entity->state = std::get<State>(std::move(found));
  if constexpr (requires { E::reloaded(entity->state, common_.now()); }) {
    // After the first sweep whatever must be looked at after a start has been.
    if (recovery_->swept) E::reloaded(entity->state, common_.now());
  }
  number_changed(*entity, 0);
  state_changed(*entity);
  weigh(*entity);
  log::debug("entity.loaded",
             {{"domain", domain_}, {"key", key}, {"bytes", std::to_string(entity->bytes)}});
  drain(*entity);
  after_run(*entity);
}

template <Engine E>
auto EntityService<E>::find(const std::string& key, EntityTag tag) -> Entity* {
  const auto it = entities_.find(key);
  return it != entities_.end() && it->second.tag == tag ? &it->second : nullptr;
}

template <Engine E>
auto EntityService<E>::find(EntityTag tag) -> Entity* {
  for (Slot* slot : busy_.slots()) {
    if (slot->tag == tag) return static_cast<Entity*>(slot);
  }
  for (auto& [key, entity] : entities_) {
    if (entity.tag == tag) return &entity;
  }
  return nullptr;
}

template <Engine E>
auto EntityService<E>::activity(Entity& entity) -> Activity& {
  if (!entity.activity) {
    entity.activity = std::make_unique<Activity>();
    busy_.add(entity);
  }
  return *entity.activity;
}

template <Engine E>
void EntityService<E>::settle_activity(Entity& entity) {
  if (!entity.activity) return;
  if (!entity.activity->queue.empty() || !entity.activity->records.empty()) return;
  entity.activity.reset();
  busy_.remove(entity);
}

template <Engine E>
void EntityService<E>::number_changed(Entity& entity, std::uint64_t before) {
  const std::uint64_t now = E::number(entity.state);
  if (now == before) return;
  if (before != 0) by_number_.erase(before);
  if (now != 0) by_number_[now] = &entity;
}

/// Settings that follow from the state of one entity.
template <Engine E>
void EntityService<E>::state_changed([[maybe_unused]] const Entity& entity) {
  if constexpr (requires { E::share(settings_, entity.state); }) {
    if (*entity.key == E::shared_key()) E::share(settings_, entity.state);
  }
}

/// What follows every decision and every load.
template <Engine E>
void EntityService<E>::after_run(Entity& entity) {
  settle_activity(entity);
  recent_.touch(entity);
  arm(entity);
  count_population(entity);
  if (++entity.uses % 32 == 0) weigh(entity);
  if (bytes_ > limits_.memory_bytes) evict_surplus();
}

template <Engine E>
void EntityService<E>::arm(Entity& entity) {
  if (entity.phase != Slot::Phase::ready) return;
  std::optional<Timestamp> when = E::deadline(entity.state);
  if (when && *when < entity.not_before) when = entity.not_before;
  if (queued(entity)) when = common_.now() + limits_.crowded_pause;
  deadlines_.set(entity, when);
}

template <Engine E>
void EntityService<E>::weigh(Entity& entity) {
  const std::size_t bytes = slot_bytes + entity.key->size() + E::footprint(entity.state);
  bytes_ += bytes;
  bytes_ -= entity.bytes;
  entity.bytes = static_cast<std::uint32_t>(bytes);
  Metrics::set(common_.metrics.entity_bytes, bytes_);
}

template <Engine E>
void EntityService<E>::count_population([[maybe_unused]] Entity& entity) {
  if constexpr (requires { E::population(entity.state); }) {
    const auto now = static_cast<std::uint32_t>(E::population(entity.state));
    Metrics::add(common_.metrics.population, now - std::uint64_t{entity.population});
    entity.population = now;
  }
}

template <Engine E>
bool EntityService<E>::idle(const Entity& entity) const {
  if constexpr (requires { E::forgettable(entity.state); }) {
    if (entity.phase == Slot::Phase::ready && !E::forgettable(entity.state)) return false;
  }
  return entity.phase == Slot::Phase::ready && !entity.activity &&
         common_.release.passed(entity.last_seq) && common_.release.passed(entity.last_after);
}

/// Drops the least recently used entities until the rest fits. Those that are busy, or whose
/// deadline comes before the next look for stored deadlines, only shrink and become the newest.
template <Engine E>
void EntityService<E>::evict_surplus() {
  const Timestamp soon = common_.now() + near_deadline;
  std::size_t tries = 16;
  while (bytes_ > limits_.memory_bytes && tries-- > 0 && entities_.size() > 1) {
    Entity& entity = static_cast<Entity&>(*recent_.oldest());
    const std::optional<Timestamp> due = deadlines_.of(entity);
    if (idle(entity) && !(due && *due <= soon)) {
      Metrics::add(common_.metrics.evictions);
      log::debug("entity.dropped", {{"domain", domain_}, {"key", *entity.key}});
      drop(entity);
      continue;
    }
    if (entity.phase == Slot::Phase::ready) {
      E::shrink(entity.state);
      weigh(entity);
    }
    recent_.touch(entity);
  }
}

template <Engine E>
void EntityService<E>::drop(Entity& entity) {
  deadlines_.set(entity, std::nullopt);
  recent_.remove(entity);
  busy_.remove(entity);
  bytes_ -= entity.bytes;
  Metrics::set(common_.metrics.entity_bytes, bytes_);
  Metrics::sub(common_.metrics.entities);
  Metrics::sub(common_.metrics.population, entity.population);
  const auto it = by_number_.find(E::number(entity.state));
  if (it != by_number_.end() && it->second == &entity) by_number_.erase(it);
  entities_.erase(std::string(*entity.key));
}

}  // namespace stoa::dispatch
