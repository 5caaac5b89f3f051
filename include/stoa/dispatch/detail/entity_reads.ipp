// Part of entity_service.hpp: look-ups that the rules have authorised.
#pragma once

namespace stoa::dispatch {

template <Engine E>
void EntityService<E>::plan(Entity& entity, Job job, Read read) {
  begin_order(job);
  if (!job.stanza) return;
  const std::uint64_t after = after_of(entity, job);
  if (entity.activity && !entity.activity->records.empty()) {
    // It was authorised by what is not stored yet: it goes when that is, or is decided again.
    entity.last_after = std::max(entity.last_after, after);
    Record record;
    record.owner = common_.release.next_owner();
    record.after = after;
    record.job = std::move(job);
    record.read = std::move(read);
    keep(entity, std::move(record));
    return;
  }
  this->read(std::move(*job.stanza), std::move(read), std::max(after, entity.last_seq), true);
}

/// `ordered`: the sender's later stanzas wait for it already.
template <Engine E>
void EntityService<E>::read(Stanza request, Read read, std::uint64_t after, bool ordered) {
  if (!ordered) common_.senders.begin(request.from);
  Metrics::add(common_.metrics.lookups);
  Read copy = read;
  loader_.read(std::move(copy), after,
               alive([this, request = std::move(request),
                      read = std::move(read)](Found<typename E::ReadResult> found) {
                 answered(request, read, std::move(found));
                 common_.senders.end(request.from);
               }));
}

template <Engine E>
void EntityService<E>::answered(const Stanza& request, const Read& read,
                                Found<typename E::ReadResult> found) {
  const std::uint64_t after = common_.senders.last_after(request.from);
  if (const auto* fault = std::get_if<ReadFault>(&found)) {
    reply(request, *fault == ReadFault::away ? store_too_slow() : store_refused(), after, 0);
    return;
  }
  auto answer =
      E::answer(read, std::get<typename E::ReadResult>(std::move(found)), settings_, request.from);
  if (!answer.ok()) {
    reply(request, std::move(answer).error(), after, 0);
    return;
  }
  for (Outgoing& message : answer.value().before_reply) {
    common_.release.put(outlet_, std::move(message), after, 0);
  }
  reply(request, Accepted{std::move(answer.value().reply)}, after, 0);
}

template <Engine E>
void EntityService<E>::list(ListRequest request, std::function<void(Found<ListPage>)> then) {
  Metrics::add(common_.metrics.lookups);
  const std::uint64_t after = common_.senders.last_after(request.requester);
  loader_.read(
      E::list(request, settings_), after,
      alive([this, then = std::move(then)](Found<typename E::ReadResult> found) {
        if (const auto* fault = std::get_if<ReadFault>(&found)) {
          then(*fault);
        } else {
          then(E::list_page(std::get<typename E::ReadResult>(std::move(found)), settings_));
        }
      }));
}

}  // namespace stoa::dispatch
