#include <doctest/doctest.h>

#include <stoa/pubsub/model/options.hpp>

#include "pubsub/engine/faults.hpp"
#include "pubsub/wire/event_id.hpp"
#include "unit/pubsub/stage.hpp"

namespace stoa::pubsub {

namespace {

ItemMeta meta(std::string id, std::uint64_t seq) {
  ItemMeta item;
  item.id = std::move(id);
  item.seq = seq;
  return item;
}

}  // namespace

TEST_CASE("an index tells what does not exist from what it does not know") {
  ItemIndex index;
  CHECK(index.find("a").knowledge == ItemIndex::Knowledge::unknown);
  index.learn_absent("a");
  CHECK(index.find("a").knowledge == ItemIndex::Knowledge::absent);
  index.put(meta("a", 1));
  CHECK(index.find("a").item->seq == 1);
  index.put(meta("a", 5));
  CHECK(index.find("a").item->seq == 5);
  CHECK(index.size() == 1);
  index.remove("a");
  CHECK(index.find("a").knowledge == ItemIndex::Knowledge::absent);
  index.become_complete();
  CHECK(index.find("z").knowledge == ItemIndex::Knowledge::absent);
}

TEST_CASE("the window of the oldest ends where knowledge does") {
  ItemIndex index;
  for (std::uint64_t seq = 1; seq <= 3; ++seq) index.learn(meta(std::to_string(seq), seq));
  index.learn_window(3);
  index.put(meta("9", 9));
  REQUIRE(index.oldest(3).has_value());
  CHECK(index.oldest(3)->front()->id == "1");
  CHECK_FALSE(index.oldest(4).has_value());
  index.remove("1");
  CHECK(index.oldest(2)->front()->id == "2");
  CHECK_FALSE(index.oldest(3).has_value());
}

TEST_CASE("a copied index stands by itself") {
  ItemIndex copy;
  {
    ItemIndex index;
    index.become_complete();
    index.put(meta("a long id that is no short string", 1));
    copy = index;
    index.forget();
  }
  CHECK(copy.find("a long id that is no short string").item->seq == 1);
}

TEST_CASE("trimming a big index keeps its oldest part") {
  ItemIndex index;
  index.become_complete();
  for (std::uint64_t seq = 1; seq <= 9; ++seq) index.put(meta(std::to_string(seq), seq));
  index.trim(8);
  CHECK_FALSE(index.complete());
  CHECK(index.oldest(4).has_value());
  CHECK(index.find("9").knowledge == ItemIndex::Knowledge::unknown);
  CHECK(index.find("1").knowledge == ItemIndex::Knowledge::present);
}

TEST_CASE("subscriptions of an entity are those of its bare JID and of its resources") {
  Subscriptions subscriptions;
  for (const char* jid : {"a@b/x", "a@b", "a@b.c", "a@b.c/x", "a@b/y", "a@bc"}) {
    subscriptions.put(Subscription{.jid = *Jid::parse(jid), .subid = jid});
  }
  CHECK(subscriptions.of_entity(*Jid::parse("a@b")).size() == 3);
  CHECK(subscriptions.of_entity(*Jid::parse("a@b.c")).size() == 2);
  CHECK(subscriptions.of(*Jid::parse("a@b")).size() == 1);
  CHECK(subscriptions.find(*Jid::parse("a@b/x"), "a@b/x") != nullptr);
  CHECK(subscriptions.find(*Jid::parse("a@b/x"), "other") == nullptr);
}

TEST_CASE("the earliest end of a lease is known") {
  Subscriptions subscriptions;
  const Timestamp late{std::chrono::seconds(9)};
  const Timestamp soon{std::chrono::seconds(5)};
  CHECK_FALSE(subscriptions.next_due().has_value());
  subscriptions.put({.jid = *Jid::parse("a@b"), .subid = "1", .expires = late, .announce = soon});
  CHECK(subscriptions.next_due() == soon);
  subscriptions.put({.jid = *Jid::parse("a@b"), .subid = "1", .expires = late});
  CHECK(subscriptions.next_due() == late);
  subscriptions.remove(*Jid::parse("a@b"), "1");
  CHECK_FALSE(subscriptions.next_due().has_value());
}

TEST_CASE("a configuration is stored as text and read back, all options of it") {
  NodeConfig config;
  CHECK(stored_text(config).empty());
  CHECK(config_of("") == config);
  config.title = "back\\slash\nand line";
  config.contact = {*Jid::parse("a@b"), *Jid::parse("c@d/e")};
  config.access_model = AccessModel::whitelist;
  config.publish_model = PublishModel::open;
  config.max_items.reset();
  config.item_expire = 60;
  config.persist_items = false;
  config.always_notify = true;
  config.hidden = true;
  config.serial_ids = true;
  config.overwrite_policy = OverwritePolicy::original_publisher;
  CHECK(config_of(stored_text(config)) == config);
  CHECK(config_of("pubsub#of_the_future=1\n") == NodeConfig());
  CHECK_FALSE(config_of("pubsub#max_items=many\n").has_value());
}

TEST_CASE("every option of the form is stored") {
  const NodeTable table = node_table(Limits{});
  for (const auto& row : table.rows()) {
    CAPTURE(row.var);
    if (row.var == node_type_field) continue;
    NodeConfig config;
    const forms::Values before = row.get(config);
    for (const char* value : {"1", "0", "7", "de", "never", "normal", "whitelist", "a@b", "reject",
                              "open", "owner", "original_publisher", "store"}) {
      NodeConfig changed;
      if (!row.set(changed, {value}) && row.get(changed) != before) config = changed;
    }
    CHECK(row.get(config) != before);
    CHECK(config_of(stored_text(config)) == config);
  }
}

/// XEP-0060, 16.4.2 and 16.4.4.
constexpr std::string_view registered[] = {"access_model",
                                           "body_xslt",
                                           "children_association_policy",
                                           "children_association_whitelist",
                                           "children",
                                           "children_max",
                                           "collection",
                                           "contact",
                                           "dataform_xslt",
                                           "deliver_notifications",
                                           "deliver_payloads",
                                           "description",
                                           "item_expire",
                                           "itemreply",
                                           "language",
                                           "max_items",
                                           "max_payload_size",
                                           "node_type",
                                           "notification_type",
                                           "notify_config",
                                           "notify_delete",
                                           "notify_retract",
                                           "notify_sub",
                                           "persist_items",
                                           "presence_based_delivery",
                                           "publish_model",
                                           "publish_node_full",
                                           "purge_offline",
                                           "roster_groups_allowed",
                                           "send_last_published_item",
                                           "subscribe",
                                           "tempsub",
                                           "title",
                                           "type",
                                           "deliver",
                                           "digest",
                                           "digest_frequency",
                                           "expire",
                                           "include_body",
                                           "show-values",
                                           "subscription_type",
                                           "subscription_depth"};

bool is_well_named(std::string_view var) {
  if (var.starts_with("x-") || var.starts_with("{")) return true;
  constexpr std::string_view prefix = "pubsub#";
  if (!var.starts_with(prefix)) return false;
  var.remove_prefix(prefix.size());
  return std::find(std::begin(registered), std::end(registered), var) != std::end(registered);
}

TEST_CASE("fields of our own are named so that nobody takes them for registered ones [PS-CFG-13]") {
  const NodeTable nodes = node_table(Limits{});
  for (const auto& row : nodes.rows()) CHECK_MESSAGE(is_well_named(row.var), row.var);
  const SubscribeTable subscriptions = subscribe_table();
  for (const auto& row : subscriptions.rows()) CHECK_MESSAGE(is_well_named(row.var), row.var);
}

TEST_CASE("the order of items is that of their publication, whatever the clock says [PS-DUR-11]") {
  Stage stage;
  stage.ask("hamlet@denmark.lit/elsinore", action::Create{});
  for (const char* id : {"first", "second", "third"}) {
    stage.ask("hamlet@denmark.lit/elsinore", publish({id}));
    stage.now -= std::chrono::hours(1);
  }
  CHECK(stage.stored_ids() == std::vector<std::string>{"first", "second", "third"});
  CHECK(stage.state.last_item->meta.id == "third");
}

TEST_CASE("an event's id names the node and the subscription [PS-NTF-12 PS-NTF-13]") {
  const std::string id = wire::event_id_stem(42, "to-k_en") + "sub";
  const auto read = wire::read_event_id(id);
  REQUIRE(read.has_value());
  CHECK(read->number == 42);
  CHECK(read->tag == "sub");
  for (const char* strange : {"", "ps.", "ps.42", "ps.42.", "ps.42.t", "ps.42.t.", "ps.x.t.s",
                              "ps.99999999999999999999999.t.s", "other"}) {
    CHECK_FALSE(wire::read_event_id(strange).has_value());
  }
}

TEST_CASE("an event's id names the publications that it is about [PS-NTF-14]") {
  const auto about = [](const std::string& token) {
    const auto read = wire::read_event_id(wire::event_id_stem(42, token) + "sub");
    return read ? std::pair(read->about.first, read->about.count)
                : std::pair<std::uint64_t, std::uint64_t>();
  };
  using Pair = std::pair<std::uint64_t, std::uint64_t>;
  CHECK(about("token") == Pair());
  CHECK(about(wire::publication_token("token", {7, 1})) == Pair(7, 1));
  CHECK(about(wire::publication_token("token", {7, 3})) == Pair(7, 3));
  CHECK(wire::publication_token("token", {}) == "token");
  for (const char* strange : {"t~", "t~x", "t~1+", "t~1x", "t~1+x", "t~99999999999999999999999"}) {
    CHECK(about(strange) == Pair());
  }
  CHECK(wire::bare_token(wire::publication_token("token", {7, 3})) == "token");
}

TEST_CASE("what is to be sent again is stored as text [PS-NTF-14]") {
  const Missed missed{{}, {1, 5, 700}};
  CHECK(missed_of(stored_text(missed)) == missed.seqs);
  CHECK_FALSE(missed_of("1,5").has_value());
  CHECK_FALSE(missed_of("x").has_value());
}

TEST_CASE("a refusal is on the wire what the table says [PS-ERR-01 PS-ERR-03]") {
  struct Row {
    Fault fault;
    ErrorType type;
    Condition condition;
    std::string_view detail;
  };
  const std::vector<Row> rows = {
      {Fault::invalid_jid, ErrorType::modify, Condition::bad_request, "invalid-jid"},
      {Fault::other_jid, ErrorType::auth, Condition::forbidden, ""},
      {Fault::jid_required, ErrorType::modify, Condition::bad_request, "jid-required"},
      {Fault::node_required, ErrorType::modify, Condition::bad_request, "nodeid-required"},
      {Fault::instant_off, ErrorType::modify, Condition::not_acceptable, "nodeid-required"},
      {Fault::subid_required, ErrorType::modify, Condition::bad_request, "subid-required"},
      {Fault::invalid_subid, ErrorType::modify, Condition::not_acceptable, "invalid-subid"},
      {Fault::not_subscribed_unsubscribe, ErrorType::cancel, Condition::unexpected_request,
       "not-subscribed"},
      {Fault::not_subscribed_options, ErrorType::modify, Condition::unexpected_request,
       "not-subscribed"},
      {Fault::not_subscribed_items, ErrorType::auth, Condition::not_authorized, "not-subscribed"},
      {Fault::pending_subscription, ErrorType::auth, Condition::not_authorized,
       "pending-subscription"},
      {Fault::closed_node, ErrorType::cancel, Condition::not_allowed, "closed-node"},
      {Fault::forbidden, ErrorType::auth, Condition::forbidden, ""},
      {Fault::anonymous, ErrorType::cancel, Condition::forbidden, ""},
      {Fault::too_many_subscriptions, ErrorType::wait, Condition::policy_violation,
       "too-many-subscriptions"},
      {Fault::invalid_options, ErrorType::modify, Condition::bad_request, "invalid-options"},
      {Fault::configuration_required, ErrorType::modify, Condition::not_acceptable,
       "configuration-required"},
      {Fault::item_required, ErrorType::modify, Condition::bad_request, "item-required"},
      {Fault::payload_required, ErrorType::modify, Condition::bad_request, "payload-required"},
      {Fault::item_forbidden, ErrorType::modify, Condition::bad_request, "item-forbidden"},
      {Fault::invalid_payload, ErrorType::modify, Condition::bad_request, "invalid-payload"},
      {Fault::payload_too_big, ErrorType::modify, Condition::not_acceptable, "payload-too-big"},
      {Fault::batch_too_big, ErrorType::cancel, Condition::not_allowed, "max-items-exceeded"},
      {Fault::node_full, ErrorType::cancel, Condition::conflict, "node-full"},
      {Fault::precondition, ErrorType::cancel, Condition::conflict, "precondition-not-met"},
      {Fault::node_exists, ErrorType::cancel, Condition::conflict, ""},
      {Fault::too_many_nodes, ErrorType::cancel, Condition::not_allowed, "max-nodes-exceeded"},
      {Fault::access_model_unknown, ErrorType::modify, Condition::not_acceptable,
       "unsupported-access-model"},
      {Fault::config_refused, ErrorType::modify, Condition::not_acceptable, ""},
      {Fault::partly_refused, ErrorType::modify, Condition::not_acceptable, ""},
      {Fault::no_such_node, ErrorType::cancel, Condition::item_not_found, ""},
      {Fault::no_such_item, ErrorType::cancel, Condition::item_not_found, ""},
  };
  for (const Row& row : rows) {
    const StanzaError error = refuse(row.fault);
    CAPTURE(error.section);
    CHECK(error.type == row.type);
    CHECK(error.condition == row.condition);
    CHECK(error.application.has_value() == !row.detail.empty());
    if (error.application) CHECK(error.application->is(row.detail, ns::pubsub_errors));
    CHECK_FALSE(error.text.empty());
  }
  CHECK(unsupported("subscribe").application->attr("feature") == "subscribe");
  CHECK(gone("xmpp:a").uri == "xmpp:a");
}

TEST_CASE("a loaded node without subscribers is small") {
  Stage stage;
  stage.ask("hamlet@denmark.lit/elsinore", action::Create{});
  stage.state.shrink();
  CHECK(stage.state.footprint() < 1024);
}

TEST_CASE("a publish at a node of many subscribers reuses its audience") {
  Stage stage;
  stage.ask("hamlet@denmark.lit/elsinore", action::Create{});
  for (int i = 0; i < 100; ++i) {
    const Jid jid = *Jid::parse("u" + std::to_string(i) + "@denmark.lit");
    stage.ask(jid.str(), action::Subscribe{jid, std::nullopt});
  }
  std::vector<Encoded> out;
  for (const char* id : {"1", "2"}) {
    const auto verdict = stage.ask("hamlet@denmark.lit/elsinore", publish({id}));
    for (const Outbound& said : std::get<Step<Change, Outbound>>(verdict).outbound) {
      Engine::encode(said, stage.state, stage.settings, out);
    }
  }
  REQUIRE(out.size() == 2);
  CHECK(out[0].outgoing.recipients->size() == 100);
  CHECK(out[0].outgoing.recipients == out[1].outgoing.recipients);
  CHECK(Engine::recipients(stage.state, *out[0].audience) == out[0].outgoing.recipients);
}

}  // namespace stoa::pubsub
