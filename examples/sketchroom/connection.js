// One XMPP connection: WebSocket first, BOSH where that fails. Requests are promises.

/* global Strophe, $iq, $pres, $msg */
export const NS = {
  muc: 'http://jabber.org/protocol/muc',
  user: 'http://jabber.org/protocol/muc#user',
  admin: 'http://jabber.org/protocol/muc#admin',
  owner: 'http://jabber.org/protocol/muc#owner',
  roomconfig: 'http://jabber.org/protocol/muc#roomconfig',
  pubsub: 'http://jabber.org/protocol/pubsub',
  pubsubOwner: 'http://jabber.org/protocol/pubsub#owner',
  event: 'http://jabber.org/protocol/pubsub#event',
  info: 'http://jabber.org/protocol/disco#info',
  items: 'http://jabber.org/protocol/disco#items',
  form: 'jabber:x:data',
  rsm: 'http://jabber.org/protocol/rsm',
  sketch: 'urn:example:sketchroom',
};

/** The refusal of a request: its defined condition (RFC 6120) and the pubsub condition, if any. */
export class Refused extends Error {
  constructor(stanza) {
    const error = stanza && stanza.querySelector('error');
    const conditions = error ? [...error.children].filter((e) => e.tagName !== 'text') : [];
    super(conditions.map((e) => e.localName).join(', ') || 'no answer');
    this.condition = conditions.length ? conditions[0].localName : 'timeout';
  }
}

export class Connection {
  constructor(config) {
    this.config = config;
  }

  async connect(jid, password) {
    try {
      await this.attempt(this.config.websocket, jid, password);
    } catch (failure) {
      if (failure.message === 'wrong password' || !this.config.bosh) throw failure;
      await this.attempt(this.config.bosh, jid, password);
    }
    this.jid = this.strophe.jid;
    this.send($pres());
  }

  attempt(url, jid, password) {
    this.strophe = new Strophe.Connection(url);
    return new Promise((resolve, reject) => {
      this.strophe.connect(jid, password, (status) => {
        if (status === Strophe.Status.CONNECTED) resolve();
        if (status === Strophe.Status.AUTHFAIL) reject(new Error('wrong password'));
        if (status === Strophe.Status.CONNFAIL) reject(new Error('cannot reach the server'));
        if (status === Strophe.Status.DISCONNECTED) {
          reject(new Error('disconnected'));
          if (this.onDisconnect) this.onDisconnect();
        }
      });
    });
  }

  get bareJid() { return Strophe.getBareJidFromJid(this.jid); }
  disconnect() { this.strophe.disconnect('left'); }
  send(stanza) { this.strophe.send(stanza); }

  /** Sends an iq and resolves with its result; rejects with Refused. */
  request(stanza) {
    return new Promise((resolve, reject) => {
      this.strophe.sendIQ(stanza, resolve, (error) => reject(new Refused(error)), 20000);
    });
  }

  /** Calls `handler(stanza)` for every stanza of that name from that bare address. */
  on(name, from, handler) {
    this.strophe.addHandler((stanza) => {
      try {
        handler(stanza);
      } catch (fault) {
        console.error(fault);  // a handler that throws would be removed by Strophe
      }
      return true;
    }, null, name, null, null, from, { matchBareFromJid: true });
  }
}

/** A node of the pubsub service that everybody may publish to; made when it is missing. */
export class Node {
  constructor(connection, service, name) {
    Object.assign(this, { connection, service, name });
  }

  iq(type, ns = NS.pubsub) {
    return $iq({ to: this.service, type }).c('pubsub', { xmlns: ns });
  }

  async open(settings) {
    const create = this.iq('set').c('create', { node: this.name }).up().c('configure')
      .c('x', { xmlns: NS.form, type: 'submit' });
    create.c('field', { var: 'FORM_TYPE', type: 'hidden' })
      .c('value').t(`${NS.pubsub}#node_config`).up().up();
    for (const [key, value] of Object.entries(settings)) {
      create.c('field', { var: `pubsub#${key}` }).c('value').t(String(value)).up().up();
    }
    try {
      await this.connection.request(create);
    } catch (refusal) {
      if (refusal.condition !== 'conflict') throw refusal;
    }
    await this.connection.request(
      this.iq('set').c('subscribe', { node: this.name, jid: this.connection.jid }));
  }

  /** Calls on.item(item) for each item, on.purge() when the node was emptied. */
  listen(on) {
    this.connection.on('message', this.service, (message) => {
      const event = message.getElementsByTagNameNS(NS.event, 'event')[0];
      const content = event && event.firstElementChild;
      if (!content || content.getAttribute('node') !== this.name) return;
      if (content.localName === 'purge') on.purge();
      for (const item of content.querySelectorAll('item')) on.item(item);
    });
  }

  /** All items, oldest first, page by page (XEP-0059). */
  async items() {
    const all = [];
    for (let after = null; ;) {
      const ask = this.iq('get').c('items', { node: this.name }).up()
        .c('set', { xmlns: NS.rsm }).c('max').t('200').up();
      if (after) ask.c('after').t(after);
      const result = await this.connection.request(ask);
      all.push(...result.querySelectorAll('items > item'));
      const last = result.querySelector('set > last');
      const count = result.querySelector('set > count');
      if (!last || !count || all.length >= Number(count.textContent)) return all;
      after = last.textContent;
    }
  }

  publish(name, attributes) {
    return this.connection.request(this.iq('set').c('publish', { node: this.name })
      .c('item').c(name, { xmlns: NS.sketch, ...attributes }));
  }

  purge() {
    return this.connection.request(
      this.iq('set', NS.pubsubOwner).c('purge', { node: this.name }));
  }
}
