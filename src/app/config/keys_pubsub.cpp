#include "app/config/checks.hpp"
#include "app/config/key.hpp"

#define STOA_PUBSUB(path) ([](Config & c) -> auto& { return c.pubsub.path; })

namespace stoa::app {

namespace {

using R = Row<Config>;

Keys pubsub_rule_keys() {
  return {
      R::key("pubsub.name", "", "of the service in discovery", STOA_PUBSUB(name)),
      R::key("pubsub.creation", "",
             "who may create nodes: \"anyone\", \"listed_domains\" or \"admins\"",
             STOA_PUBSUB(creation)),
      R::checked("pubsub.creator_domains", "", "for creation = \"listed_domains\"",
                 STOA_PUBSUB(creator_domains), domains),
      R::key(
          "pubsub.name_rules", "",
          "how nodes are configured whose id matches, in order: \"news/* default max_items=50\", "
          "\"private:* force access_model=whitelist\"",
          STOA_PUBSUB(name_rules)),
      R::key("pubsub.multi_subscribe", "", "one address may subscribe a node several times",
             STOA_PUBSUB(multi_subscribe)),
      R::key("pubsub.affiliation_notices", "", "entities are told of changes of their affiliation",
             STOA_PUBSUB(affiliation_notices)),
      R::key("pubsub.auto_subscribe", "", "whoever makes a node is subscribed to it",
             STOA_PUBSUB(auto_subscribe)),
      R::checked("pubsub.anonymous_domains", "", "whose users may not subscribe",
                 STOA_PUBSUB(anonymous_domains), domains),
      R::key("pubsub.switched_off", "",
             "features of XEP-0060, 10 (\"instant-nodes\") that are neither offered nor done",
             STOA_PUBSUB(switched_off)),
      R::key(
          "pubsub.affiliation_chart", "",
          "\"strict\": only the changes of XEP-0060's chart; \"lenient\": any that leaves an owner",
          STOA_PUBSUB(chart)),
      R::key("pubsub.third_parties", "",
             "whom owners may subscribe: \"same_domain\", \"anyone\" or \"nobody\"",
             STOA_PUBSUB(third_parties)),
      R::key("pubsub.trusted_proxies", "", "bare JIDs that may subscribe others",
             STOA_PUBSUB(trusted_proxies)),
      R::key("pubsub.lease_policy", "",
             "subscriptions end: \"optional\" where asked for, \"applied\" always, \"asked\" once "
             "set, \"required\" before",
             STOA_PUBSUB(lease_policy)),
      R::key("pubsub.relationship_rights", "",
             "to whose nodes others may be linked, or put below them: \"owners\", their own; "
             "\"publishers\", those where they may publish",
             STOA_PUBSUB(binding)),
      R::key(
          "pubsub.collection_access", "",
          "who gets by a collection what is in a node: \"both\", whom the collection and the node "
          "let read; \"collection-only\", whom the collection does",
          STOA_PUBSUB(access)),
      R::key("pubsub.collection_items", "",
             "the items of all nodes in a collection are given to those who ask it for items",
             STOA_PUBSUB(collection_items)),
      R::key("pubsub.stanza_ids", "", "events name the UID of their archive entry (XEP-0359)",
             STOA_PUBSUB(stanza_ids)),
      R::key(
          "pubsub.resend_after", "seconds",
          "until an event that came back with an error of type wait goes out once more; 0: never",
          STOA_PUBSUB(resend_after)),
      R::checked("pubsub.bounce_limit", "bounces", "of events until a subscription ends",
                 STOA_PUBSUB(bounce_limit), not_zero),
  };
}

Keys pubsub_time_keys() {
  return {
      R::checked("pubsub.max_lease", "seconds", "of a subscription", STOA_PUBSUB(max_lease),
                 some_time),
      R::key("pubsub.lease_notice", "seconds", "before the end of a lease; 0: no notice",
             STOA_PUBSUB(lease_notice)),
      R::checked("pubsub.unconfigured_life", "seconds",
                 "of a subscription that was never configured", STOA_PUBSUB(unconfigured_life),
                 some_time),
      R::checked("pubsub.pending_life", "seconds", "of a subscription that nobody approved",
                 STOA_PUBSUB(pending_life), some_time),
      R::key("pubsub.redirect_life", "seconds", "for which a deleted node names its successor",
             STOA_PUBSUB(redirect_life)),
      R::key("pubsub.keep_deleted", "seconds",
             "in which a service administrator can bring back what an owner deleted; 0: never",
             STOA_PUBSUB(keep_deleted)),
      R::key("pubsub.undelete", "seconds",
             "in which what a service administrator deleted can be brought back; 0: never",
             STOA_PUBSUB(undelete)),
      R::key(
          "pubsub.orphans_go_to", "",
          "who owns the nodes of a removed user that had no other owner; empty: they are deleted",
          STOA_PUBSUB(orphans_go_to)),
      R::key("pubsub.presence_grace", "seconds",
             "after a start or a break, until who is not on line is taken for gone",
             STOA_PUBSUB(presence_grace)),
  };
}

Keys pubsub_limit_keys() {
  Keys keys = {
      R::key("pubsub.max_items", "items", "what `max` stands for", STOA_PUBSUB(limits.max_items)),
      R::key("pubsub.max_item_expire", "seconds", "what `max` stands for",
             STOA_PUBSUB(limits.item_expire)),
      R::key("pubsub.max_payload_bytes", "bytes", "of one payload, whatever the node says",
             STOA_PUBSUB(limits.payload_bytes)),
      R::checked("pubsub.max_node_id_bytes", "bytes", "of a node's id",
                 STOA_PUBSUB(limits.node_id_bytes), not_zero),
      R::checked("pubsub.max_item_id_bytes", "bytes", "of an item's id",
                 STOA_PUBSUB(limits.item_id_bytes), not_zero),
      R::checked("pubsub.max_batch", "items", "in one publish or retract",
                 STOA_PUBSUB(limits.batch), not_zero),
      R::checked("pubsub.max_requested_ids", "ids", "in one request for items",
                 STOA_PUBSUB(limits.requested_ids), not_zero),
      R::checked("pubsub.max_entries", "entries", "affiliations or subscriptions in one request",
                 STOA_PUBSUB(limits.entries), not_zero),
      R::checked("pubsub.max_page", "entries", "of one answer", STOA_PUBSUB(limits.page), not_zero),
      R::checked("pubsub.max_answer_bytes", "bytes", "of all payloads in one answer",
                 STOA_PUBSUB(limits.answer_bytes), not_zero),
      R::key("pubsub.max_nodes_per_owner", "nodes", "0: no limit",
             STOA_PUBSUB(limits.nodes_per_owner)),
      R::key("pubsub.max_subscriptions_per_node", "subscriptions", "0: no limit",
             STOA_PUBSUB(limits.subscriptions_per_node)),
      R::key("pubsub.max_subscriptions_per_entity", "subscriptions", "0: no limit",
             STOA_PUBSUB(limits.subscriptions_per_entity)),
      R::key("pubsub.max_bytes_per_owner", "bytes",
             "of payloads stored at all nodes of their maker; 0: no limit",
             STOA_PUBSUB(limits.bytes_per_owner)),
      R::key("pubsub.min_digest_frequency", "milliseconds",
             "between two digests of a subscription, at least",
             STOA_PUBSUB(limits.digest_frequency)),
      R::key("pubsub.whole_index", "items", "up to which a node's ids are all kept in memory",
             STOA_PUBSUB(limits.whole_index)),
      R::key("pubsub.max_children", "nodes", "in one collection, what `max` stands for",
             STOA_PUBSUB(limits.children)),
      R::key("pubsub.limits_for", "",
             "other limits for some, by bare JID or domain: \"example.org max_nodes_per_owner=5\"",
             STOA_PUBSUB(limits_for)),
  };
  for (Key<Config>& key : keys) key.live = true;
  return keys;
}

}  // namespace

Keys pubsub_keys() {
  Keys keys = pubsub_rule_keys();
  for (const auto& more : {pubsub_time_keys(), pubsub_limit_keys()}) {
    keys.insert(keys.end(), more.begin(), more.end());
  }
  return keys;
}

}  // namespace stoa::app
