#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <stoa/base/result.hpp>
#include <stoa/forms/form.hpp>
#include <stoa/pubsub/model/subscription.hpp>
#include <stoa/pubsub/model/types.hpp>
#include <stoa/rsm/rsm.hpp>
#include <stoa/stanza/error.hpp>
#include <stoa/xml/element.hpp>

namespace stoa::pubsub {
struct CommandStep;
}

/// The payloads of iq results.
namespace stoa::pubsub::wire {

/// An entry of an owner's list; `jid` as written where it is no JID.
struct AffiliationEntry {
  std::string jid = {};
  Affiliation affiliation = Affiliation::none;
};
struct SubscriptionEntry {
  std::string jid = {};
  std::string subid = {};
  SubscriptionState state = SubscriptionState::none;
};
using Page = std::optional<rsm::Request>;

xml::Element subscription_element(std::string_view node, const Subscription& subscription,
                                  std::string_view ns);

xml::Element created(std::string_view node);
xml::Element published(std::string_view node, const std::vector<std::string>& ids);
xml::Element subscribed(std::string_view node, const Subscription& subscription);
xml::Element subscribed_with_options(std::string_view node, const Subscription& subscription,
                                     const forms::Form& form);
xml::Element options(std::string_view node, const Subscription& subscription,
                     const forms::Form& form);
/// `node` empty: those of leaf nodes.
xml::Element default_options(std::string_view node, const forms::Form& form);
xml::Element own_subscriptions(std::string_view node,
                               const std::vector<const Subscription*>& subscriptions);
/// XEP-0465: the list of public subscribers, and a subscription to it.
Result<xml::Element, StanzaError> public_subscribers(std::string_view node,
                                                     const std::vector<Jid>& listed,
                                                     const Page& asked, std::size_t cap);
xml::Element watching(std::string_view node, const Subscription& subscription);
xml::Element own_affiliation(std::string_view node, Affiliation affiliation);

xml::Element configuration(std::string_view node, const forms::Form& form);
xml::Element default_configuration(const forms::Form& form);
/// The lists of an owner: a page of them where one was asked for or there are more than `cap`.
Result<xml::Element, StanzaError> affiliations(std::string_view node,
                                               const std::vector<AffiliationEntry>& entries,
                                               const Page& page, std::size_t cap);
Result<xml::Element, StanzaError> owner_subscriptions(
    std::string_view node, const std::vector<const Subscription*>& subscriptions, const Page& page,
    std::size_t cap);
xml::Element refused_affiliations(std::string_view node,
                                  const std::vector<AffiliationEntry>& entries);
xml::Element refused_subscriptions(std::string_view node,
                                   const std::vector<SubscriptionEntry>& entries);

/// FORM_TYPE of the service's own commands (XEP-0050).
inline constexpr std::string_view service_form = "urn:stoa:nodes:service";
/// The command is over; it shows a form; it asks for one to be filled in.
xml::Element command_done(const CommandStep& step);
xml::Element command_shows(const CommandStep& step, xml::Element form);
xml::Element command_asks(const CommandStep& step, forms::Form form);
bool is_of_command(const std::optional<xml::Element>& reply);

}  // namespace stoa::pubsub::wire
