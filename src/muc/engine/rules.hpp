#pragma once

#include <stoa/muc/engine/engine.hpp>

#include "muc/engine/draft.hpp"

/// The rules, one per request; each family stands in a file of its own. Except for join() and what
/// says otherwise they are asked only of rooms that exist.
namespace stoa::muc::rules {

/// join.cpp, create.cpp
RoomDecision decide(const Scene& scene, const request::Join& ask);
/// presence.cpp, nick.cpp
RoomDecision decide(const Scene& scene, const request::Available& ask);
RoomDecision decide(const Scene& scene, const request::Probe& ask);
RoomDecision decide(const Scene& scene, const request::Subscribe& ask);
/// leave.cpp
RoomDecision decide(const Scene& scene, const request::Leave& ask);
RoomDecision decide(const Scene& scene, const request::Shutdown& ask);
/// message.cpp, subject.cpp, private.cpp
RoomDecision decide(const Scene& scene, const request::Groupchat& ask);
RoomDecision decide(const Scene& scene, const request::SetSubject& ask);
RoomDecision decide(const Scene& scene, const request::Private& ask);
/// invite.cpp
RoomDecision decide(const Scene& scene, const request::Invite& ask);
RoomDecision decide(const Scene& scene, const request::Decline& ask);
/// voice.cpp
RoomDecision decide(const Scene& scene, const request::Voice& ask);
/// lists.cpp
RoomDecision decide(const Scene& scene, const request::GetList& ask);
RoomDecision decide(const Scene& scene, const request::SetList& ask);
/// owner.cpp
RoomDecision decide(const Scene& scene, const request::GetConfig& ask);
RoomDecision decide(const Scene& scene, const request::SetConfig& ask);
RoomDecision decide(const Scene& scene, const request::Destroy& ask);
/// registration.cpp
RoomDecision decide(const Scene& scene, const request::GetRegistration& ask);
RoomDecision decide(const Scene& scene, const request::Register& ask);
RoomDecision decide(const Scene& scene, const request::Unregister& ask);
RoomDecision decide(const Scene& scene, const request::RegistrationAnswer& ask);
/// disco.cpp
RoomDecision decide(const Scene& scene, const request::DiscoInfo& ask);
RoomDecision decide(const Scene& scene, const request::DiscoItems& ask);
RoomDecision decide(const Scene& scene, const request::PingRoom& ask);
/// occupant_iq.cpp
RoomDecision decide(const Scene& scene, const request::OccupantIq& ask);
RoomDecision decide(const Scene& scene, const request::IqAnswer& ask);
/// bounce.cpp
RoomDecision decide(const Scene& scene, const request::Bounce& ask);
/// vcard.cpp
RoomDecision decide(const Scene& scene, const request::GetVcard& ask);
RoomDecision decide(const Scene& scene, const request::SetVcard& ask);
/// archive.cpp
RoomDecision decide(const Scene& scene, const request::AskArchive& ask);
/// moderate.cpp
RoomDecision decide(const Scene& scene, const request::Moderate& ask);
/// command.cpp
RoomDecision decide(const Scene& scene, const request::Command& ask);
/// tick.cpp
RoomDecision decide(const Scene& scene, const request::Tick& tick);

/// errands.cpp, lobby.cpp
RoomDecision decide(const Scene& scene, const request::End& ask);
RoomDecision decide(const Scene& scene, const request::Expel& ask);
RoomDecision decide(const Scene& scene, const request::Announce& ask);
RoomDecision decide(const Scene& scene, const request::Ban& ask);
RoomDecision decide(const Scene& scene, const request::Stop& ask);

}  // namespace stoa::muc::rules
