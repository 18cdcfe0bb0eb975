// A board of 28 x 28 pixels, white on black. Each stroke sends all of them; nothing else ever leaves it.
const SIDE = 28
const REACH = 1.4 // pixels around the finger that a stroke touches

function decode(text) {
  return Uint8ClampedArray.from(atob(text), (sign) => sign.charCodeAt(0))
}

function show(board) {
  const picture = new ImageData(SIDE, SIDE)
  board.grey.forEach((value, k) => picture.data.set([value, value, value, 255], 4 * k))
  board.canvas.getContext("2d").putImageData(picture, 0, 0)
  board.undo.disabled = board.before.length === 0
}

function touch(board, x, y) {
  for (let row = Math.max(0, Math.floor(y - 2)); row <= Math.min(SIDE - 1, y + 2); row++)
    for (let column = Math.max(0, Math.floor(x - 2)); column <= Math.min(SIDE - 1, x + 2); column++) {
      const share = Math.max(0, 1 - Math.hypot(row + 0.5 - y, column + 0.5 - x) / REACH)
      const k = row * SIDE + column
      const mixed = board.grey[k] + (board.shade - board.grey[k]) * Math.min(1, 2 * share)
      board.grey[k] = mixed
    }
}

function line(board, from, to) {
  const steps = Math.max(1, Math.ceil(2 * Math.hypot(to[0] - from[0], to[1] - from[1])))
  for (let k = 0; k <= steps; k++)
    touch(board, from[0] + ((to[0] - from[0]) * k) / steps, from[1] + ((to[1] - from[1]) * k) / steps)
  show(board)
}

function build(root) {
  const find = (name) => root.querySelector(`[data-part="${name}"]`)
  const board = { canvas: find("canvas"), undo: find("undo"), before: [], shade: 255, last: null }
  const send = () => board.report("drawing", btoa(String.fromCharCode(...board.grey)))
  const keep = () => { board.before = [...board.before.slice(-19), board.grey.slice()] }
  const become = (grey) => { keep(); board.grey = grey; show(board); send() }
  const place = (event) => {
    const frame = board.canvas.getBoundingClientRect()
    return [((event.clientX - frame.left) / frame.width) * SIDE, ((event.clientY - frame.top) / frame.height) * SIDE]
  }
  board.canvas.onpointerdown = (event) => {
    if (event.button || board.last) return // a second finger, or the palm
    event.preventDefault()
    board.pointer = event.pointerId
    board.canvas.setPointerCapture(event.pointerId)
    keep()
    board.last = place(event)
    line(board, board.last, board.last)
  }
  board.canvas.onpointermove = (event) => {
    if (!board.last || event.pointerId !== board.pointer) return
    const here = place(event)
    line(board, board.last, here)
    board.last = here
  }
  board.canvas.onpointerup = board.canvas.onpointercancel = (event) => {
    if (!board.last || event.pointerId !== board.pointer) return
    board.last = null
    send()
  }
  const shade = (value) => {
    board.shade = value
    find("light").setAttribute("aria-pressed", String(value > 0))
    find("dark").setAttribute("aria-pressed", String(value === 0))
  }
  find("light").onclick = () => shade(255)
  find("dark").onclick = () => shade(0)
  find("again").onclick = () => become(decode(board.start))
  find("empty").onclick = () => become(new Uint8ClampedArray(SIDE * SIDE))
  board.undo.onclick = () => { board.grey = board.before.pop(); show(board); send() }
  return board
}

export default function ({ data, parentElement, setStateValue }) {
  const { start, now } = JSON.parse(data.json)
  const root = parentElement.querySelector(".pixels")
  root.board ??= build(root)
  root.board.report = setStateValue
  if (root.board.start === start) return
  Object.assign(root.board, { start, grey: decode(now), before: [] }) // once: from here on the board leads
  show(root.board)
}
