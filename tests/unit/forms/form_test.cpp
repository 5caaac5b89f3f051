#include <doctest/doctest.h>

#include <stoa/forms/form.hpp>
#include <stoa/xml/parser.hpp>
#include <stoa/xml/write.hpp>

using namespace stoa;
using namespace stoa::forms;

namespace {

xml::Element parsed(std::string_view text) {
  auto element = xml::parse(text);
  REQUIRE(element.ok());
  return std::move(element).value();
}

Form decoded(std::string_view text) {
  auto form = decode_form(parsed(text));
  REQUIRE(form.ok());
  return std::move(form).value();
}

}  // namespace

TEST_CASE("a submit of untyped fields with both spellings of a boolean is read [APP-SKT-02]") {
  const Form form = decoded(
      "<x xmlns='jabber:x:data' type='submit'>"
      "<field var='FORM_TYPE' type='hidden'><value>http://jabber.org/protocol/pubsub#node_config"
      "</value></field>"
      "<field var='pubsub#deliver_payloads'><value>1</value></field>"
      "<field var='pubsub#persist_items'><value>true</value></field></x>");
  CHECK(form.type == FormType::submit);
  CHECK(form.form_type == "http://jabber.org/protocol/pubsub#node_config");
  REQUIRE(form.fields.size() == 2);
  CHECK_FALSE(form.fields[0].type.has_value());
  CHECK(form.value("pubsub#deliver_payloads") == "1");
  CHECK(form.value("pubsub#persist_items") == "true");
  CHECK(form.find("pubsub#title") == nullptr);
}

TEST_CASE("a submit of nothing but white space is an empty form [APP-WEB-01]") {
  const Form form = decoded("<x xmlns='jabber:x:data' type='submit'>\n   \t </x>");
  CHECK(form.fields.empty());
  CHECK_FALSE(form.form_type.has_value());
  CHECK_FALSE(fault_in_submit(form, "any", MissingFormType::accepted).has_value());
  CHECK(fault_in_submit(form, "any", MissingFormType::refused).has_value());
}

TEST_CASE("FORM_TYPE is found whatever its field type, and of twins the last counts") {
  const Form form = decoded(
      "<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>f</value></field>"
      "<field var='a'><value>1</value></field><field var='a'><value>2</value></field>"
      "<field><value>nameless</value></field><field var='b' type='novel'/></x>");
  CHECK(form.form_type == "f");
  CHECK(form.value("a") == "2");
  CHECK(form.fields.size() == 3);
  CHECK_FALSE(form.value("b").has_value());
  CHECK_FALSE(form.find("b")->type.has_value());
}

TEST_CASE("what is no form is refused") {
  for (const char* text : {"<x xmlns='jabber:x:data'/>", "<x xmlns='jabber:x:data' type='open'/>",
                           "<x xmlns='other' type='submit'/>"}) {
    CHECK_FALSE(decode_form(parsed(text)).ok());
  }
}

TEST_CASE("form type and FORM_TYPE of a submit are checked [PS-CFG-05] [MUC-CONF-06]") {
  Form form{.type = FormType::submit, .form_type = "f"};
  CHECK_FALSE(fault_in_submit(form, "f", MissingFormType::refused).has_value());
  CHECK(fault_in_submit(form, "g", MissingFormType::accepted) == "FORM_TYPE must be g");
  form.type = FormType::form;
  CHECK(fault_in_submit(form, "f", MissingFormType::accepted).has_value());
  form.type = FormType::result;
  CHECK(fault_in_submit(form, "f", MissingFormType::accepted).has_value());
  form.type = FormType::cancel;
  CHECK_FALSE(fault_in_submit(form, "g", MissingFormType::refused).has_value());
}

TEST_CASE("every field that is sent has a value, and booleans say 0 or 1 [APP-LIB-02]") {
  Form form{.type = FormType::form, .form_type = "f"};
  form.fields = {Field{.var = "text", .type = FieldType::text_single},
                 Field{.var = "jids", .type = FieldType::jid_multi},
                 Field{.var = "on", .type = FieldType::boolean, .values = {"true"}},
                 Field{.var = "unset", .type = FieldType::boolean}};
  CHECK(xml::to_string(encode(form)) ==
        "<x xmlns='jabber:x:data' type='form'>"
        "<field var='FORM_TYPE' type='hidden'><value>f</value></field>"
        "<field var='text' type='text-single'><value/></field>"
        "<field var='jids' type='jid-multi'><value/></field>"
        "<field var='on' type='boolean'><value>1</value></field>"
        "<field var='unset' type='boolean'><value>0</value></field></x>");
  form.type = FormType::result;
  const xml::Element encoded = encode(form);
  CHECK(encoded.children()[2]->children().empty());
}

TEST_CASE("a form comes back from the wire as it was") {
  Form form{.type = FormType::form, .title = "Title", .instructions = "one\ntwo", .form_type = "f"};
  form.fields = {Field{.var = "list",
                       .type = FieldType::list_single,
                       .label = "A <list>",
                       .values = {"b"},
                       .choices = {{"a", "The a"}, {"b", ""}},
                       .required = true,
                       .desc = "about it",
                       .validation = Validation{.method = Validation::Method::open}},
                 Field{.var = "number",
                       .type = FieldType::text_single,
                       .values = {"7"},
                       .validation = Validation{.datatype = "xs:integer",
                                                .method = Validation::Method::range,
                                                .min = "0",
                                                .max = "9"}},
                 Field{.type = FieldType::fixed, .values = {"said"}},
                 Field{.var = "lines", .type = FieldType::text_multi, .values = {"a", "", "b"}}};
  auto back = decode_form(encode(form));
  REQUIRE(back.ok());
  CHECK(*back == form);
}

TEST_CASE("booleans are 0, 1, true and false only [PS-GEN-08]") {
  CHECK(parse_boolean("1") == true);
  CHECK(parse_boolean("true") == true);
  CHECK(parse_boolean("0") == false);
  CHECK(parse_boolean("false") == false);
  for (const char* text : {"", "TRUE", "yes", "2", "on", "01"}) {
    CHECK_FALSE(parse_boolean(text).has_value());
  }
}
