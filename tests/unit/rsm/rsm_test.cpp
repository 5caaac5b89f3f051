#include <doctest/doctest.h>

#include <stoa/rsm/order.hpp>
#include <stoa/rsm/rsm.hpp>
#include <stoa/xml/parser.hpp>
#include <stoa/xml/write.hpp>

using namespace stoa;
using namespace stoa::rsm;

namespace {

Result<std::optional<Request>, StanzaError> read(std::string_view content) {
  const auto parent = xml::parse("<query xmlns='any'><set xmlns='http://jabber.org/protocol/rsm'>" +
                                 std::string(content) + "</set></query>");
  REQUIRE(parent.ok());
  return decode(*parent);
}

Result<std::vector<Order>, StanzaError> read_order(std::string_view content) {
  const auto parent =
      xml::parse("<query xmlns='urn:xmpp:order-by:1'>" + std::string(content) + "</query>");
  REQUIRE(parent.ok());
  return decode_order(*parent);
}

std::string letter(std::size_t i) {
  return std::string(1, static_cast<char>('a' + i));
}

Page paged(const Request& request, std::size_t total, std::size_t cap = 100) {
  auto made = page(request, total, letter, cap);
  REQUIRE(made.ok());
  return *made;
}

}  // namespace

TEST_CASE("a set is read; where there is none there is none") {
  CHECK_FALSE(decode(*xml::parse("<query xmlns='any'/>"))->has_value());
  CHECK(**read("") == Request{});
  CHECK(**read("<max>10</max>") == Request{.max = 10});
  CHECK(**read("<max> 0 </max><after>uid</after>") == Request{.max = 0, .after = "uid"});
  CHECK(**read("<before/>") == Request{.before = ""});
  CHECK(**read("<index>371</index>") == Request{.index = 371});
  CHECK(**read("<after/>") == Request{});
  CHECK((*read("<max>99999999999999999999</max>"))->page_size(50) == 50);
}

TEST_CASE("a bad max, and both after and before, are bad requests [PS-ITEM-27]") {
  for (const char* content : {"<max>-1</max>", "<max>ten</max>", "<max/>", "<max>1.5</max>",
                              "<index>-1</index>", "<after>a</after><before>b</before>",
                              "<after>a</after><before/>", "<index>1</index><after>a</after>"}) {
    CAPTURE(content);
    const auto request = read(content);
    REQUIRE_FALSE(request.ok());
    CHECK(request.error().type == ErrorType::modify);
    CHECK(request.error().condition == Condition::bad_request);
  }
}

TEST_CASE("a result set is written") {
  CHECK(xml::to_string(encode({.first = "a", .last = "c", .first_index = 0, .count = 7})) ==
        "<set xmlns='http://jabber.org/protocol/rsm'><first index='0'>a</first><last>c</last>"
        "<count>7</count></set>");
  CHECK(xml::to_string(encode({.count = 0})) ==
        "<set xmlns='http://jabber.org/protocol/rsm'><count>0</count></set>");
}

TEST_CASE("pages go forward, backward, from the end and by index [PS-ITEM-21] [PS-ITEM-22]") {
  Page first = paged({.max = 3}, 10);
  CHECK(first.set == ResultSet{.first = "a", .last = "c", .first_index = 0, .count = 10});
  Page next = paged({.max = 3, .after = "c"}, 10);
  CHECK(next.set == ResultSet{.first = "d", .last = "f", .first_index = 3, .count = 10});
  Page back = paged({.max = 3, .before = "d"}, 10);
  CHECK(back.set == first.set);
  Page last = paged({.max = 3, .before = ""}, 10);
  CHECK(last.set == ResultSet{.first = "h", .last = "j", .first_index = 7, .count = 10});
  Page end = paged({.max = 3, .after = "j"}, 10);
  CHECK(end.begin == end.end);
  CHECK(end.set == ResultSet{.count = 10});
}

TEST_CASE("a page by index; behind the end it is empty and has the count [PS-ITEM-23]") {
  CHECK(paged({.max = 2, .index = 4}, 10).set ==
        ResultSet{.first = "e", .last = "f", .first_index = 4, .count = 10});
  CHECK(paged({.index = 10}, 10).set == ResultSet{.count = 10});
  CHECK(paged({.index = 1'000'000'000'000}, 10).set == ResultSet{.count = 10});
}

TEST_CASE("max 0 asks for the count [PS-ITEM-24] [PS-DISC-21]") {
  CHECK(paged({.max = 0}, 10).set == ResultSet{.count = 10});
  CHECK(paged({.max = 0, .before = ""}, 10).set == ResultSet{.count = 10});
}

TEST_CASE("an unknown UID is item-not-found [PS-ITEM-25] [MUC-DISCO-05]") {
  for (const Request& request : {Request{.after = "zz"}, Request{.before = "zz"}}) {
    const auto made = page(request, 10, letter, 100);
    REQUIRE_FALSE(made.ok());
    CHECK(made.error().type == ErrorType::cancel);
    CHECK(made.error().condition == Condition::item_not_found);
  }
}

TEST_CASE("the cap holds with and without max, and an empty list has count 0 [PS-ITEM-28]") {
  CHECK(paged({}, 10, 4).end == 4);
  CHECK(paged({.max = 9}, 10, 4).end == 4);
  CHECK(paged({.before = ""}, 10, 4).begin == 6);
  CHECK(paged({}, 0).set == ResultSet{.count = 0});
  CHECK(paged({.before = ""}, 0).set == ResultSet{.count = 0});
}

TEST_CASE("pages put together are the whole, in both directions [PS-ITEM-26]") {
  for (std::size_t total = 0; total <= 12; ++total) {
    for (std::uint32_t size = 1; size <= 5; ++size) {
      std::size_t forward = 0;
      Request request{.max = size};
      for (Page part = paged(request, total); part.set.last; part = paged(request, total)) {
        CHECK(part.begin == forward);
        forward = part.end;
        request.after = part.set.last;
      }
      CHECK(forward == total);
      std::size_t backward = total;
      request = Request{.max = size, .before = ""};
      for (Page part = paged(request, total); part.set.first; part = paged(request, total)) {
        CHECK(part.end == backward);
        backward = part.begin;
        request.before = part.set.first;
      }
      CHECK(backward == 0);
    }
  }
}

TEST_CASE("orders are read, the first is the main key [PS-ITEM-29] [PS-ITEM-30] [PS-ITEM-31]") {
  CHECK(read_order("")->empty());
  const auto orders = read_order("<order by='modification' desc='true'/><order by='creation'/>");
  REQUIRE(orders.ok());
  CHECK(*orders == std::vector<Order>{{OrderKey::modification, Direction::descending},
                                      {OrderKey::creation, Direction::ascending}});
}

TEST_CASE("an unknown order is a bad request [PS-ITEM-32]") {
  for (const char* content :
       {"<order by='size'/>", "<order/>", "<order by='creation' desc='x'/>"}) {
    const auto orders = read_order(content);
    REQUIRE_FALSE(orders.ok());
    CHECK(orders.error().condition == Condition::bad_request);
  }
}
