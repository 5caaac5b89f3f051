#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <stoa/xml/parser.hpp>
#include <stoa/xml/write.hpp>

/// Any bytes as a stream, whole and in pieces: both must say the same, within the limits, and each
/// stanza must come back from its written form as it was.
namespace {

using namespace stoa;

constexpr xml::Limits limits{4096, 16, 16};

void demand(bool condition) {
  if (!condition) std::abort();
}

std::size_t depth_of(const xml::Element& element) {
  std::size_t deepest = 0;
  for (const xml::Element* child : element.children()) {
    deepest = std::max(deepest, depth_of(*child));
  }
  return deepest + 1;
}

void check_round_trip(const xml::Element& element) {
  const std::string written = xml::to_string(element);
  const auto read = xml::parse(written, {}, xml::Limits{1 << 20, 64, 4096});
  demand(read.ok());
  demand(same(*read, element));
  demand(xml::to_string(*read) == written);
  if (element.ns() == xml::xml_ns) return;  // nobody moves what is in there
  xml::Element renamed = element;
  renamed.rename_ns(element.ns(), xml::NamespaceName("urn:other"));
  demand(xml::parse(xml::to_string(renamed)).ok() || element.attributes().size() > 8);
}

struct Recorder final : xml::StreamHandler {
  void on_stream_open(const xml::Element& header) override { said += xml::to_string(header); }
  void on_stanza(xml::Element stanza) override {
    demand(depth_of(stanza) <= limits.depth);
    demand(stanza.attributes().size() <= limits.attributes);
    check_round_trip(stanza);
    said += '\n' + xml::to_string(stanza);
  }
  void on_stream_close() override { said += "\nclose"; }

  std::string said;
};

/// What a parser says to `text` that comes in pieces of `piece` bytes.
std::string heard(std::string_view text, std::size_t piece) {
  Recorder recorder;
  xml::StreamParser parser(recorder, limits);
  while (!text.empty()) {
    const std::string_view part = text.substr(0, piece);
    text.remove_prefix(part.size());
    if (const auto error = parser.feed(part)) {
      demand(parser.feed("x").has_value());
      return recorder.said + "\nerror";
    }
  }
  return recorder.said;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::string whole = heard(text, text.size() + 1);
  // A piece may meet a limit, or a fault, before the end of the stanza that the whole has passed.
  const std::string pieces = heard(text, data[0] % 61u + 1u);
  if (!whole.ends_with("error") && !pieces.ends_with("error")) demand(whole == pieces);
  const auto element = xml::parse(text, "urn:inherited", limits);
  if (element) check_round_trip(*element);
  return 0;
}
