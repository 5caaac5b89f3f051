// The room: messages, topic, occupants, and what moderators may do to them.

/* global $iq, $pres, $msg */
import { NS } from './connection.js';

const acts = {
  kick: { needs: ['moderator'], item: (who) => ({ nick: who.nick, role: 'none' }) },
  ban: { needs: ['admin', 'owner'], item: (who) => ({ jid: who.jid, affiliation: 'outcast' }) },
  promote: { needs: ['admin', 'owner'], item: (who) => ({ nick: who.nick, role: 'moderator' }) },
};

export class Chat {
  constructor(connection, roomJid, nick, notify) {
    Object.assign(this, { connection, roomJid, nick, notify });
    this.occupants = new Map();
    this.listeners = [];
  }

  /** Resolves when the room has let us in; rejects with the condition of its refusal. */
  enter() {
    return new Promise((resolve, reject) => {
      this.entered = { resolve, reject };
      this.connection.on('presence', this.roomJid, (presence) => this.onPresence(presence));
      this.connection.on('message', this.roomJid, (message) => this.onMessage(message));
      this.wire();
      this.connection.send($pres({ to: `${this.roomJid}/${this.nick}` }).c('x', { xmlns: NS.muc }));
    });
  }

  wire() {
    const text = document.getElementById('text');
    document.getElementById('say').onsubmit = (event) => {
      event.preventDefault();
      if (!text.value.trim()) return;
      this.connection.send(this.groupchat().c('body').t(text.value));
      text.value = '';
    };
    document.getElementById('topic').onclick = () => {
      const topic = window.prompt('Topic of the room', document.getElementById('topic').textContent);
      if (topic !== null) this.setTopic(topic);
    };
  }

  groupchat() {
    return $msg({ to: this.roomJid, type: 'groupchat', id: this.connection.strophe.getUniqueId() });
  }

  setTopic(topic) { this.connection.send(this.groupchat().c('subject').t(topic)); }

  leave() { this.connection.send($pres({ to: `${this.roomJid}/${this.nick}`, type: 'unavailable' })); }

  onPresence(presence) {
    const nick = presence.getAttribute('from').split('/').slice(1).join('/');
    const type = presence.getAttribute('type');
    if (type === 'error') {
      const condition = presence.querySelector('error > *');
      this.entered.reject(new Error(condition ? condition.localName : 'refused'));
      return;
    }
    const x = presence.getElementsByTagNameNS(NS.user, 'x')[0];
    if (!x) return;
    const codes = [...x.querySelectorAll('status')].map((s) => s.getAttribute('code'));
    const item = x.querySelector('item');
    if (type === 'unavailable') this.onLeft(nick, item, codes);
    else this.onPresent(nick, item, codes);
    this.showOccupants();
  }

  onPresent(nick, item, codes) {
    const known = this.occupants.has(nick);
    this.occupants.set(nick, {
      nick, role: item.getAttribute('role'), affiliation: item.getAttribute('affiliation'),
      jid: item.getAttribute('jid'),
    });
    if (codes.includes('110')) {
      this.nick = nick;
      if (codes.includes('201')) this.unlock();
      this.entered.resolve();
    } else if (!known && this.occupants.has(this.nick)) {
      this.event(`${nick} is here`);
    }
  }

  onLeft(nick, item, codes) {
    this.occupants.delete(nick);
    if (codes.includes('303')) return;
    const how = { 307: 'was kicked', 301: 'was banned', 333: 'lost the connection' };
    const code = codes.find((c) => how[c]);
    const reason = item && item.querySelector('reason');
    this.event(`${nick} ${code ? how[code] : 'left'}${reason ? `: ${reason.textContent}` : ''}`);
    if (codes.includes('110') && code) this.notify(`You ${how[code].replace('was', 'were')}.`);
  }

  /** Whoever makes the room configures it: it shall outlive its last occupant. */
  unlock() {
    this.connection.request($iq({ to: this.roomJid, type: 'set' }).c('query', { xmlns: NS.owner })
      .c('x', { xmlns: NS.form, type: 'submit' })
      .c('field', { var: 'FORM_TYPE', type: 'hidden' }).c('value').t(NS.roomconfig).up().up()
      .c('field', { var: 'muc#roomconfig_persistentroom' }).c('value').t('1'))
      .catch((r) => this.notify(r.message));
  }

  onMessage(message) {
    const nick = message.getAttribute('from').split('/').slice(1).join('/');
    if (message.getAttribute('type') === 'error') {
      const condition = message.querySelector('error > *');
      this.notify(`The room refused that: ${condition ? condition.localName : 'error'}`);
      return;
    }
    const body = [...message.children].find((e) => e.localName === 'body');
    const subject = [...message.children].find((e) => e.localName === 'subject');
    if (subject && !body) document.getElementById('topic').textContent = subject.textContent || 'no topic';
    if (body) this.line(nick, body.textContent, Boolean(message.querySelector(':scope > delay')));
  }

  line(nick, text, old) {
    const name = document.createElement('b');
    name.textContent = `${nick} `;
    this.append(old ? 'old' : 'live', name, text);
  }

  event(text) { this.append('event', text); }

  append(kind, ...content) {
    const list = document.getElementById('messages');
    const entry = document.createElement('li');
    entry.className = kind;
    entry.append(...content);
    list.append(entry);
    list.scrollTop = list.scrollHeight;
  }

  showOccupants() {
    const mine = this.occupants.get(this.nick);
    const list = document.getElementById('occupants');
    const sorted = [...this.occupants.values()].sort((a, b) => a.nick.localeCompare(b.nick));
    list.replaceChildren(...sorted.map((who) => this.occupantEntry(who, mine)));
    for (const listener of this.listeners) listener(sorted.map((who) => who.nick));
  }

  occupantEntry(who, mine) {
    const entry = document.createElement('li');
    entry.dataset.nick = who.nick;
    entry.dataset.role = who.role;
    const role = document.createElement('span');
    role.className = 'role';
    role.textContent = ` ${who.affiliation === 'none' ? who.role : who.affiliation} `;
    entry.append(who.nick, role);
    if (!mine || who.nick === this.nick) return entry;
    for (const [name, act] of Object.entries(acts)) {
      const allowed = act.needs.includes(mine.role) || act.needs.includes(mine.affiliation);
      if (!allowed || (name === 'ban' && !who.jid)) continue;
      const button = document.createElement('button');
      button.className = `small ${name}`;
      button.textContent = name;
      button.onclick = () => this.moderate(act.item(who));
      entry.append(button);
    }
    return entry;
  }

  moderate(item) {
    this.connection.request($iq({ to: this.roomJid, type: 'set' }).c('query', { xmlns: NS.admin })
      .c('item', item)).catch((refusal) => this.notify(`Refused: ${refusal.message}`));
  }
}
