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
    record.read = std::make_unique<Read>(std::move(read));
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

/// Errands, and what follows when the last of them is done.
template <Engine E>
struct EntityService<E>::Round {
  Outcomes outcomes;
  std::size_t left = 0;
  std::function<void(Round&)> ended;

  void went_on(std::size_t errand, std::optional<StanzaError> refusal) {
    outcomes[errand] = std::move(refusal);
    if (--left == 0) ended(*this);
  }
};

namespace detail {

/// Errands to other services, where the engine has any.
template <class E>
auto others_of(const typename E::Read& read, const typename E::ReadResult& found) {
  if constexpr (requires { E::errands_elsewhere(read, found); }) {
    return E::errands_elsewhere(read, found);
  } else {
    struct None {
      std::string service;
      std::string key;
      typename E::Request request;
    };
    return std::vector<None>();
  }
}

}  // namespace detail

template <Engine E>
void EntityService<E>::answered(const Stanza& request, const Read& read,
                                Found<typename E::ReadResult> found) {
  const std::uint64_t after = common_.senders.last_after(request.from);
  if (const auto* fault = std::get_if<ReadFault>(&found)) {
    reply(request, read_failed(*fault), after, 0);
    return;
  }
  auto& result = std::get<typename E::ReadResult>(found);
  if (send_out(request, read, result)) return;
  give_answer(request, E::answer(read, std::move(result), settings_, request.from));
}

template <Engine E>
void EntityService<E>::give_answer(const Stanza& request, Result<Answered, StanzaError> answer) {
  const std::uint64_t after = common_.senders.last_after(request.from);
  if (!answer.ok()) {
    reply(request, std::move(answer).error(), after, 0);
    return;
  }
  for (Outgoing& message : answer.value().before_reply) {
    common_.release.put(outlet_, std::move(message), after, 0);
  }
  reply(request, Accepted{std::move(answer.value().reply)}, after, 0);
}

/// The errands of a look-up, if it has any. The sender's later stanzas wait for the last of them.
template <Engine E>
bool EntityService<E>::send_out([[maybe_unused]] const Stanza& request,
                                [[maybe_unused]] const Read& read,
                                [[maybe_unused]] typename E::ReadResult& found) {
  if constexpr (requires { E::errands(read, found); }) {
    auto errands = E::errands(read, found);
    const auto others = detail::others_of<E>(read, found);
    if (errands.empty() && others.empty()) return false;
    const auto round = std::make_shared<Round>();
    round->outcomes.resize(errands.size() + others.size());
    round->left = round->outcomes.size();
    round->ended = alive([this, request, read, found = std::move(found)](Round& done) {
      give_answer(request, E::conclude(read, found, done.outcomes, settings_));
      common_.senders.end(request.from);
    });
    common_.senders.begin(request.from);
    std::size_t place = 0;
    for (auto& [key, what] : errands) {
      Job job(std::move(what));
      job.errand = place++;
      job.round = round;
      submit(touch(key), std::move(job));
    }
    for (const auto& other : others) {
      const auto done = [round, place](std::optional<StanzaError> refusal) {
        round->went_on(place, std::move(refusal));
      };
      ++place;
      if (elsewhere_) {
        elsewhere_(other.service, other.key, other.request, done);
      } else {
        done(unknown_payload());
      }
    }
    return true;
  } else {
    return false;
  }
}

template <Engine E>
void EntityService<E>::errand_done(Job& job, std::optional<StanzaError> refusal) {
  const auto round = std::exchange(job.round, nullptr);
  if (round) round->went_on(job.errand, std::move(refusal));
}

template <Engine E>
void EntityService<E>::list(ListRequest request, std::function<void(Found<ListPage>)> then) {
  Metrics::add(common_.metrics.lookups);
  const std::uint64_t after = common_.senders.last_after(request.requester);
  request.service_admin = context(request.requester).service_admin;
  Read asked = E::list(request, settings_);
  loader_.read(std::move(asked), after,
               alive([this, request = std::move(request),
                      then = std::move(then)](Found<typename E::ReadResult> found) {
                 if (const auto* fault = std::get_if<ReadFault>(&found)) {
                   then(*fault);
                 } else {
                   then(E::list_page(std::get<typename E::ReadResult>(std::move(found)), settings_,
                                     request));
                 }
               }));
}

}  // namespace stoa::dispatch
