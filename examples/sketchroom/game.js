// Tic-tac-toe over a node: challenge, accept and move are items; everybody in the room can watch.
// The service stamps each item with its publisher, and that decides whose move it is.

import { Node } from './connection.js';

const lines = [[0, 1, 2], [3, 4, 5], [6, 7, 8], [0, 3, 6], [1, 4, 7], [2, 5, 8], [0, 4, 8], [2, 4, 6]];

export class Game {
  constructor(connection, service, room, chat, notify) {
    this.node = new Node(connection, service, `sketchroom/${room}/game`);
    Object.assign(this, { connection, chat, notify });
    this.reset(null);
  }

  reset(id) {
    Object.assign(this, { id, x: null, o: null, challenger: '', challenged: '', cells: Array(9).fill('') });
  }

  async start() {
    this.chat.listeners.push((nicks) => this.showOpponents(nicks));
    document.getElementById('challenge').onclick = () => this.challenge();
    document.getElementById('accept').onclick = () => this.publish('accept', { game: this.id });
    this.node.listen({ item: (item) => this.take(item), purge: () => {} });
    await this.node.open({
      access_model: 'open', publish_model: 'open', persist_items: true, max_items: 50,
      send_last_published_item: 'never', itemreply: 'publisher', notify_retract: false,
    });
    for (const item of await this.node.items()) this.take(item);
    this.show();
  }

  showOpponents(nicks) {
    const select = document.getElementById('opponent');
    const chosen = select.value;
    select.replaceChildren(...nicks.filter((nick) => nick !== this.chat.nick).map((nick) => new Option(nick)));
    if (nicks.includes(chosen)) select.value = chosen;
  }

  challenge() {
    const challenged = document.getElementById('opponent').value;
    if (!challenged) return;
    const game = this.connection.strophe.getUniqueId();
    this.publish('challenge', { game, challenger: this.chat.nick, challenged });
  }

  publish(name, attributes) {
    this.node.publish(name, attributes).catch((r) => this.notify(`Refused: ${r.message}`));
  }

  /** One item of the node, in publication order. What breaks the rules is passed over. */
  take(item) {
    const act = item.firstElementChild;
    const publisher = item.getAttribute('publisher');
    if (!act) return;
    if (act.localName === 'challenge') {
      this.reset(act.getAttribute('game'));
      this.x = publisher;
      this.challenger = act.getAttribute('challenger');
      this.challenged = act.getAttribute('challenged');
    } else if (act.getAttribute('game') === this.id) {
      if (act.localName === 'accept' && !this.o) this.o = publisher;
      if (act.localName === 'move') this.move(publisher, Number(act.getAttribute('cell')));
    }
    this.show();
  }

  move(publisher, cell) {
    const mark = this.turn();
    if (!this.o || this.winner() || publisher !== this[mark] || this.cells[cell] !== '') return;
    this.cells[cell] = mark;
  }

  turn() { return this.cells.filter((c) => c).length % 2 === 0 ? 'x' : 'o'; }

  winner() {
    return lines.find(([a, b, c]) => this.cells[a] && this.cells[a] === this.cells[b] && this.cells[a] === this.cells[c]);
  }

  show() {
    const won = this.winner();
    const mine = this.o && !won && this[this.turn()] === this.connection.bareJid;
    document.getElementById('board').replaceChildren(...this.cells.map((mark, cell) => {
      const button = document.createElement('button');
      button.textContent = { x: '✕', o: '◯' }[mark] || '';
      button.dataset.mark = mark;
      button.disabled = !mine || mark !== '';
      button.classList.toggle('won', Boolean(won && won.includes(cell)));
      button.onclick = () => this.publish('move', { game: this.id, cell });
      return button;
    }));
    const accept = document.getElementById('accept');
    accept.hidden = !(this.id && !this.o && this.challenged === this.chat.nick);
    document.getElementById('game-state').textContent = this.state(won, mine);
  }

  state(won, mine) {
    if (!this.id) return 'Choose somebody and challenge them.';
    if (!this.o) return `${this.challenger} challenges ${this.challenged}.`;
    if (won) return `${this.cells[won[0]] === 'x' ? this.challenger : this.challenged} wins.`;
    if (this.cells.every((c) => c)) return 'A draw.';
    return mine ? 'Your move.' : `${this.turn() === 'x' ? this.challenger : this.challenged} to move.`;
  }
}
