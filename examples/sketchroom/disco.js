// A tree over service discovery (XEP-0030): what an address is, and what it holds.

/* global $iq */
import { NS } from './connection.js';

export class DiscoTree {
  constructor(connection, root) {
    Object.assign(this, { connection, root });
  }

  start() {
    const list = document.getElementById('tree');
    list.replaceChildren();
    for (const jid of this.root) list.append(this.entry({ jid, name: jid }));
  }

  query(ns, { jid, node }) {
    return this.connection.request(
      $iq({ to: jid, type: 'get' }).c('query', node ? { xmlns: ns, node } : { xmlns: ns }));
  }

  entry(what) {
    const row = document.createElement('li');
    const label = document.createElement('span');
    label.className = 'entry';
    label.textContent = what.name || what.node || what.jid;
    label.title = what.node ? `${what.jid} : ${what.node}` : what.jid;
    const kind = document.createElement('span');
    kind.className = 'kind';
    row.append(label, kind);
    label.onclick = () => this.toggle(row, what, kind);
    return row;
  }

  async toggle(row, what, kind) {
    const open = row.querySelector('ul');
    if (open) {
      open.remove();
      return;
    }
    const list = document.createElement('ul');
    row.append(list);
    await Promise.all([this.describe(what, kind), this.fill(what, list)]);
  }

  async describe(what, kind) {
    try {
      const info = await this.query(NS.info, what);
      kind.textContent = [...info.querySelectorAll('identity')]
        .map((i) => `${i.getAttribute('category')}/${i.getAttribute('type')}`).join(', ');
    } catch (refusal) {
      kind.textContent = refusal.message;
    }
  }

  async fill(what, list) {
    try {
      const items = await this.query(NS.items, what);
      for (const item of items.querySelectorAll('item')) {
        const inner = {
          jid: item.getAttribute('jid'), node: item.getAttribute('node'), name: item.getAttribute('name'),
        };
        const leaf = inner.jid === what.jid && !inner.node;
        list.append(leaf ? this.leaf(inner.name) : this.entry(inner));
      }
    } catch (refusal) {
      list.append(this.leaf(refusal.message));
    }
  }

  leaf(text) {
    const row = document.createElement('li');
    row.className = 'kind';
    row.textContent = text;
    return row;
  }
}
