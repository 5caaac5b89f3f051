#include "muc/engine/rules.hpp"

/// What rooms do not answer yet.
namespace stoa::muc::rules {
namespace {

StanzaError unavailable() {
  return {ErrorType::cancel, Condition::service_unavailable, "RFC 6120 8.4"};
}

}  // namespace

RoomDecision decide(const Scene&, const request::Invite&) {
  return unavailable();
}
RoomDecision decide(const Scene&, const request::Decline&) {
  return nothing();
}
RoomDecision decide(const Scene&, const request::Voice&) {
  return unavailable();
}
RoomDecision decide(const Scene&, const request::GetList&) {
  return unavailable();
}
RoomDecision decide(const Scene&, const request::SetList&) {
  return unavailable();
}
RoomDecision decide(const Scene&, const request::GetConfig&) {
  return unavailable();
}
RoomDecision decide(const Scene&, const request::SetConfig&) {
  return unavailable();
}
RoomDecision decide(const Scene&, const request::Destroy&) {
  return unavailable();
}
RoomDecision decide(const Scene&, const request::GetRegistration&) {
  return unavailable();
}
RoomDecision decide(const Scene&, const request::Register&) {
  return unavailable();
}
RoomDecision decide(const Scene&, const request::Unregister&) {
  return unavailable();
}
RoomDecision decide(const Scene&, const request::RegistrationAnswer&) {
  return unavailable();
}
RoomDecision decide(const Scene&, const request::GetVcard&) {
  return unavailable();
}
RoomDecision decide(const Scene&, const request::SetVcard&) {
  return unavailable();
}
RoomDecision decide(const Scene&, const request::AskArchive&) {
  return unavailable();
}
RoomDecision decide(const Scene&, const request::Moderate&) {
  return unavailable();
}
RoomDecision decide(const Scene&, const request::Command&) {
  return unavailable();
}

}  // namespace stoa::muc::rules
