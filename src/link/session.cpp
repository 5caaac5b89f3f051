#include "link/session.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <stoa/base/log.hpp>
#include <stoa/stanza/namespaces.hpp>

#include "link/negotiation.hpp"

namespace stoa::link {

namespace asio = boost::asio;
using std::chrono::steady_clock;

namespace {

void rethrow(const std::exception_ptr& failure) {
  if (failure) std::rethrow_exception(failure);
}

void note(const Settings& settings, std::string step) {
  log::debug("link.step", {{"link", settings.domain}, {"step", std::move(step)}});
}

std::string what_broke(const boost::system::error_code& error) {
  if (error == asio::error::eof) return "the server closed the connection";
  return "the connection broke: " + error.message();
}

}  // namespace

awaitable<void> Signal::wait_until(Steady time) {
  boost::system::error_code woken;
  timer_.expires_at(time);
  co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
}

Session::Session(Shared& shared)
    : shared_(shared),
      transport_(shared.loop, shared.settings),
      parser_(*this, shared.settings.incoming),
      read_(shared.loop),
      write_(shared.loop),
      tick_(shared.loop),
      done_(shared.loop),
      deadline_(shared.loop) {}

awaitable<Down> Session::run(std::shared_ptr<Session> self) {
  const Settings& settings = self->shared_.settings;
  note(settings, "connecting to " + settings.host + ":" + std::to_string(settings.port));
  self->arm(settings.connect_timeout, "no connection to " + settings.host + " in time");
  std::optional<Down> fault = co_await self->transport_.connect();
  if (!fault && !self->finished_) {
    note(settings, settings.tls == Tls::off ? "connected" : "connected, TLS begins");
    self->arm(settings.handshake_timeout, "the server did not answer the handshake in time");
    fault = co_await self->transport_.secure();
  }
  if (fault) self->end(*fault);
  if (self->finished_) {
    self->deadline_.cancel();
    self->transport_.close();
    co_return self->down_;
  }
  note(settings, "opening the stream");
  self->phase_ = Phase::opening;
  self->raw_ = stream_header(settings.domain);
  asio::co_spawn(self->shared_.loop, write_loop(self), rethrow);
  asio::co_spawn(self->shared_.loop, tick_loop(self), rethrow);
  co_await self->read_loop();
  if (self->polite_) {
    self->arm(settings.close_timeout, "");
  } else {
    self->transport_.close();
  }
  while (!self->writer_done_ || !self->ticker_done_) co_await self->done_.wait();
  self->deadline_.cancel();
  self->transport_.close();
  co_return self->down_;
}

void Session::arm(std::chrono::milliseconds limit, std::string text) {
  deadline_.expires_after(limit);
  deadline_.async_wait(
      [self = weak_from_this(), text = std::move(text)](const boost::system::error_code& error) {
        const std::shared_ptr<Session> session = self.lock();
        if (error || !session) return;
        session->end({Fault::timeout, text,
                      "check that `host` and `port` are the server's component "
                      "listener and that no firewall is between",
                      false});
        session->transport_.close();
      });
}

void Session::end(Down down) {
  if (finished_) return;
  finished_ = true;
  down_ = std::move(down);
  down_.was_up = phase_ == Phase::up;
  if (shared_.stopping) down_ = {Fault::stopped, "stopped", "", down_.was_up};
  read_.raise();
  write_.raise();
  tick_.raise();
}

void Session::end_politely(Down down, std::string_view last_words) {
  if (finished_) return;
  polite_ = !close_sent_ && !shared_.outbox.mid_stanza();
  if (polite_) raw_ += last_words;
  end(std::move(down));
}

void Session::refuse(const xml::StreamError& error) {
  end_politely(
      {Fault::protocol,
       "the server's stream is not acceptable: " + error.condition + " " + error.text, "", false},
      stream_error(error));
}

void Session::stop() {
  if (phase_ != Phase::up) {
    end({});
    transport_.close();
    return;
  }
  arm(shared_.settings.close_timeout, "");
  shared_.inbound.clear();
  write_.raise();
  read_.raise();
}

void Session::abandon() {
  end({});
  transport_.close();
}

// ---- reading
// ----------------------------------------------------------------------------------------

awaitable<void> Session::read_loop() {
  std::vector<char> buffer(64 * 1024);
  while (true) {
    hand_over();
    if (finished_) break;
    if (must_not_read()) {
      reader_waits_ = true;
      tick_.raise();
      co_await read_.wait();
      reader_waits_ = false;
      continue;
    }
    stalled_ = false;
    const Transport::Done done = co_await transport_.read_some(buffer);
    if (done.error) {
      end({Fault::network, what_broke(done.error), "", false});
      break;
    }
    last_received_ = steady_clock::now();
    take(std::string_view(buffer.data(), done.bytes));
  }
}

void Session::take(std::string_view bytes) {
  shared_.counters.bytes_in += bytes.size();
  held_bytes_ += bytes.size();
  const auto error = parser_.feed(bytes);
  for (xml::Element& element : elements_) {
    if (!finished_) take(std::move(element));
  }
  elements_.clear();
  if (error) {
    refuse(*error);
  } else if (stream_closed_) {
    end_politely({Fault::closed, "the server closed the stream", "", false}, "</stream:stream>");
  }
}

void Session::on_stream_open(const xml::Element& header) {
  if (!header.is("stream", ns::stream)) {
    refuse({"invalid-namespace", "the header is not one of an XMPP stream"});
    return;
  }
  note(shared_.settings, "the server answered, handshake sent");
  phase_ = Phase::authenticating;
  raw_ += "<handshake>" + handshake_digest(header.attr_or("id", ""), shared_.settings.secret) +
          "</handshake>";
  write_.raise();
}

void Session::on_stanza(xml::Element stanza) {
  elements_.push_back(std::move(stanza));
}

void Session::on_stream_close() {
  stream_closed_ = true;
}

void Session::take(xml::Element&& element) {
  if (element.is("error", ns::stream)) {
    end_politely(explain(element, shared_.settings), "</stream:stream>");
  } else if (element.ns() == ns::stream) {
    return;  // features: there is nothing to negotiate
  } else if (phase_ == Phase::up) {
    take_stanza(std::move(element));
  } else {
    take_handshake(element);
  }
}

void Session::take_handshake(const xml::Element& element) {
  if (!element.is("handshake", ns::component)) {
    refuse({"not-authorized", "a stanza came before the handshake's answer"});
    return;
  }
  deadline_.cancel();
  phase_ = Phase::up;
  last_written_ = last_proof_ = steady_clock::now();
  ++shared_.counters.connects;
  if (shared_.handler) shared_.handler->on_up();
  write_.raise();
  tick_.raise();
}

void Session::take_stanza(xml::Element&& element) {
  ++shared_.counters.stanzas_in;
  auto stanza = decode_stanza(std::move(element));
  if (stanza.ok()) {
    if (take_ping_answer(*stanza) || shared_.stopping) return;
    shared_.inbound.push_back(std::move(stanza).value());
  } else if (stanza.error() == DecodeFault::not_a_stanza) {
    refuse({"unsupported-stanza-type", "neither iq, message nor presence"});
  } else {
    ++shared_.counters.undecodable;
    log::warning(
        "stanza dropped",
        {{"link", shared_.settings.domain},
         {"why", stanza.error() == DecodeFault::bad_from ? "no usable from" : "no usable to"}});
  }
}

bool Session::take_ping_answer(const Stanza& stanza) {
  Outbox& outbox = shared_.outbox;
  if (stanza.kind != StanzaKind::iq || !outbox.is_ping_id(stanza.id)) return false;
  if (stanza.from.bare_view() != shared_.settings.server) return false;
  last_proof_ = steady_clock::now();
  const std::uint64_t mark = outbox.prove(stanza.id);
  awaiting_ = outbox.awaits_proof();
  if (mark != 0 && shared_.handler) shared_.handler->on_delivered(mark);
  if (shared_.stopping) write_.raise();
  return true;
}

void Session::hand_over() {
  while (!shared_.inbound.empty() && !held() && shared_.handler) {
    Stanza stanza = std::move(shared_.inbound.front());
    shared_.inbound.pop_front();
    shared_.handler->on_stanza(std::move(stanza));
  }
  if (shared_.inbound.empty()) held_bytes_ = 0;
}

void Session::input_wanted() {
  if (reader_waits_) {
    if (!must_not_read()) read_.raise();
  } else if (!shared_.inbound.empty() && !held() && !hand_over_posted_) {
    hand_over_posted_ = true;
    asio::post(shared_.loop, [self = shared_from_this()] {
      self->hand_over_posted_ = false;
      self->hand_over();
    });
  }
}

bool Session::held() const {
  return !shared_.stopping && (shared_.paused || shared_.outbox.congested());
}

bool Session::must_not_read() const {
  if (phase_ != Phase::up || !held()) return false;
  if (held_bytes_ >= shared_.settings.held_bytes) return true;
  return shared_.outbox.has_output() && !stalled_;
}

}  // namespace stoa::link
