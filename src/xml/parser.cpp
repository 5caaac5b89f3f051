#define XML_DTD  // expat declares its protection against entity expansion only with this
#include <cstdint>
#include <exception>
#include <new>

#include <expat.h>

#include <stoa/xml/depth.hpp>
#include <stoa/xml/parser.hpp>

#include "xml/builder.hpp"

namespace stoa::xml {

namespace {

constexpr std::size_t max_chunk = 1 << 20;       // expat counts a call's bytes in an int
constexpr std::int64_t renewal_bytes = 1 << 20;  // after which expat is made to forget names
constexpr unsigned long long no_expansion = 0;   // bytes from which the amplification is checked
constexpr float most_amplification = 2.0F;       // `&lt;` and its like count as expanded too

bool equal_ignoring_case(std::string_view a, std::string_view upper) {
  if (a.size() != upper.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const char c = a[i] >= 'a' && a[i] <= 'z' ? static_cast<char>(a[i] - 32) : a[i];
    if (c != upper[i]) return false;
  }
  return true;
}

struct ParserDelete {
  void operator()(XML_Parser parser) const { XML_ParserFree(parser); }
};
using ParserPtr = std::unique_ptr<std::remove_pointer_t<XML_Parser>, ParserDelete>;

/// A stream has its header around the stanzas; a document is one element.
enum class Shape { stream, document };

/// expat with its callbacks. The first refusal, or exception of a handler, stops it for good.
class Reader {
 public:
  Reader(Shape shape, StreamHandler& handler, Limits limits)
      : builder(limits),
        parser_(XML_ParserCreate("UTF-8")),
        handler_(handler),
        limits_(limits),
        shape_(shape),
        in_root_(shape == Shape::document) {
    if (!parser_) throw std::bad_alloc();
    set_up();
  }

  std::optional<StreamError> feed(std::string_view bytes, bool last) {
    while (!error_ && (!bytes.empty() || last)) {
      const std::string_view chunk = bytes.substr(0, max_chunk);
      bytes.remove_prefix(chunk.size());
      parse(chunk, last && bytes.empty());
      if (last && bytes.empty()) break;
    }
    return error_;
  }

  Builder builder;

 private:
  static Reader& self(void* data) { return *static_cast<Reader*>(data); }

  static void XMLCALL on_start(void* data, const char* name, const char** attributes) {
    self(data).guarded([&](Reader& reader) { reader.start(name, attributes); });
  }
  static void XMLCALL on_end(void* data, const char*) {
    self(data).guarded([](Reader& reader) { reader.end(); });
  }
  static void XMLCALL on_text(void* data, const char* text, int size) {
    self(data).guarded([&](Reader& reader) {
      reader.text(std::string_view(text, static_cast<std::size_t>(size)));
    });
  }
  static void XMLCALL on_declaration(void* data, const char*, const char* encoding, int) {
    if (encoding != nullptr && !equal_ignoring_case(encoding, "UTF-8")) {
      self(data).refuse({"unsupported-encoding", "the encoding is not UTF-8"});
    }
  }
  static void XMLCALL on_doctype(void* data, const char*, const char*, const char*, int) {
    self(data).refuse({"restricted-xml", "a document type"});
  }
  static void XMLCALL on_instruction(void* data, const char*, const char*) {
    self(data).refuse({"restricted-xml", "a processing instruction"});
  }
  static void XMLCALL on_comment(void* data, const char*) {
    self(data).refuse({"restricted-xml", "a comment"});
  }

  void set_up() {
    XML_Parser parser = parser_.get();
    XML_SetUserData(parser, this);
    XML_SetElementHandler(parser, on_start, on_end);
    XML_SetCharacterDataHandler(parser, on_text);
    XML_SetXmlDeclHandler(parser, on_declaration);
    XML_SetStartDoctypeDeclHandler(parser, on_doctype);
    XML_SetProcessingInstructionHandler(parser, on_instruction);
    XML_SetCommentHandler(parser, on_comment);
    XML_SetBillionLaughsAttackProtectionMaximumAmplification(parser, most_amplification);
    XML_SetBillionLaughsAttackProtectionActivationThreshold(parser, no_expansion);
#ifdef STOA_EXPAT_DEFERS
    // Deferral saves time on huge tokens in tiny pieces (which the limit on a stanza bounds), but
    // may hold a complete stanza back until the next one comes.
    XML_SetReparseDeferralEnabled(parser, XML_FALSE);
#endif
  }

  /// expat calls back a little further after it was stopped, and it must not be unwound through.
  template <class Action>
  void guarded(Action action) {
    if (stopped_) return;
    try {
      action(*this);
    } catch (...) {
      thrown_ = std::current_exception();
      refuse({"internal-server-error", "a handler failed"});
    }
  }

  void refuse(StreamError error) {
    if (stopped_) return;
    stopped_ = true;
    error_ = std::move(error);
    XML_StopParser(parser_.get(), XML_FALSE);
  }

  std::int64_t position() const {
    return origin_ + XML_GetCurrentByteIndex(parser_.get());
  }
  std::int64_t event_end() const {
    return position() + XML_GetCurrentByteCount(parser_.get());
  }
  bool too_large(std::int64_t bytes) const {
    return static_cast<std::uint64_t>(bytes) > limits_.stanza_bytes;
  }

  void start(std::string_view name, const char** attributes) {
    if (renewing_) return;
    if (!in_root_) return open_stream(name, attributes);
    if (builder.idle()) begin_ = position();
    if (auto error = builder.start(name, attributes)) refuse(std::move(*error));
  }

  void open_stream(std::string_view name, const char** attributes) {
    Element header;
    if (auto error = builder.read_tag(name, attributes, header)) return refuse(std::move(*error));
    root_name_ = name;
    in_root_ = true;
    begin_ = event_end();
    handler_.on_stream_open(header);
  }

  void text(std::string_view text) {
    if (!builder.idle()) return builder.text(text);
    if (text.find_first_not_of(" \t\r\n") != std::string_view::npos) {
      return refuse({"bad-format", "text between stanzas"});
    }
    begin_ = event_end();
  }

  void end() {
    if (builder.idle()) {
      handler_.on_stream_close();
    } else if (builder.end()) {
      const std::int64_t after = event_end();
      if (too_large(after - begin_)) return refuse(size_error());
      begin_ = after;
      if (shape_ == Shape::stream && after - renewed_at_ > renewal_bytes) {
        XML_StopParser(parser_.get(), XML_TRUE);
      }
      deliver();
    }
  }

  void deliver() {
    if (builder.was_cut() && shape_ == Shape::document) {
      return refuse({"policy-violation", "nested too deeply"});
    }
    Element stanza = builder.take();
    if (builder.was_cut()) mark_as_cut(stanza);
    handler_.on_stanza(std::move(stanza));
  }

  static StreamError size_error() {
    return {"policy-violation", "a stanza is too large"};
  }

  void parse(std::string_view chunk, bool final) {
    fed_ += static_cast<std::int64_t>(chunk.size());
    XML_Status status = parse_some(chunk, final);
    while (status == XML_STATUS_SUSPENDED && !stopped_) {
      renew();
      status =
          parse_some(chunk.substr(chunk.size() - static_cast<std::size_t>(fed_ - begin_)), final);
    }
    if (thrown_) std::rethrow_exception(std::exchange(thrown_, nullptr));
    if (stopped_) return;
    if (status != XML_STATUS_OK) return refuse(expat_error());
    // Counted from the end of the last whole stanza, or the start of the present one.
    if (too_large(fed_ - begin_)) refuse(size_error());
  }

  XML_Status parse_some(std::string_view text, bool final) {
    return XML_Parse(parser_.get(), text.data(), static_cast<int>(text.size()), final);
  }

  /// Starts expat afresh behind a stanza. It remembers every element and attribute name it has ever
  /// seen, so a stream that lives for months would grow with what its users make up.
  void renew() {
    XML_ParserReset(parser_.get(), "UTF-8");
    set_up();
    const std::string root = '<' + root_name_ + '>';
    renewing_ = true;
    parse_some(root, false);
    renewing_ = false;
    renewed_at_ = begin_;
    origin_ = begin_ - static_cast<std::int64_t>(root.size());
  }

  StreamError expat_error() const {
    const XML_Error code = XML_GetErrorCode(parser_.get());
    if (code == XML_ERROR_NO_MEMORY) throw std::bad_alloc();
    const bool restricted =
        code == XML_ERROR_UNDEFINED_ENTITY || code == XML_ERROR_AMPLIFICATION_LIMIT_BREACH;
    return {restricted ? "restricted-xml" : "not-well-formed", XML_ErrorString(code)};
  }

  ParserPtr parser_;
  StreamHandler& handler_;
  Limits limits_;
  Shape shape_;
  bool in_root_;
  bool stopped_ = false;
  bool renewing_ = false;
  std::string root_name_;
  // Positions in the stream, in bytes.
  std::int64_t fed_ = 0;
  std::int64_t begin_ = 0;  // of the present stanza, or of what comes before the next
  std::int64_t renewed_at_ = 0;
  std::int64_t origin_ = 0;  // where expat's own count starts
  std::optional<StreamError> error_;
  std::exception_ptr thrown_;
};

struct OneElement final : StreamHandler {
  void on_stream_open(const Element&) override {}
  void on_stanza(Element stanza) override { element = std::move(stanza); }
  void on_stream_close() override {}

  Element element;
};

}  // namespace

struct StreamParser::State {
  Reader reader;
};

StreamParser::StreamParser(StreamHandler& handler, Limits limits)
    : state_(new State{Reader(Shape::stream, handler, limits)}) {}

StreamParser::~StreamParser() = default;

std::optional<StreamError> StreamParser::feed(std::string_view bytes) {
  return state_->reader.feed(bytes, false);
}

Result<Element, StreamError> parse(std::string_view text, std::string_view inherited,
                                   Limits limits) {
  OneElement one;
  Reader reader(Shape::document, one, limits);
  if (!inherited.empty()) reader.builder.bindings().bind({}, inherited);
  if (auto error = reader.feed(text, true)) return std::move(*error);
  return std::move(one.element);
}

}  // namespace stoa::xml
