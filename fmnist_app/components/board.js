const SIDE = 280
const SENT = 140
const KEPT = "fashion-mnist-explorer:drawing" // until the tab is closed: a reload loses no stroke

function keep(strokes) {
  try { sessionStorage.setItem(KEPT, JSON.stringify(strokes)) } catch { /* a browser that keeps nothing */ }
}

// What the tab had drawn before a reload; anything may be in there.
function kept() {
  try {
    const isPlace = (place) => Array.isArray(place) && place.length === 2 && place.every(Number.isFinite)
    const isStroke = (stroke) => Array.isArray(stroke.points) && stroke.points.length > 0 && stroke.points.every(isPlace) &&
      Number.isFinite(stroke.width) && ["#fff", "#222"].includes(stroke.shade)
    const strokes = JSON.parse(sessionStorage.getItem(KEPT) ?? "[]")
    return Array.isArray(strokes) && strokes.every(isStroke) ? strokes : []
  } catch {
    return []
  }
}

function redraw(board) {
  const pen = board.canvas.getContext("2d")
  pen.globalCompositeOperation = "source-over"
  pen.fillStyle = "#fff"
  pen.fillRect(0, 0, SIDE, SIDE)
  for (const stroke of board.strokes) draw(pen, stroke)
  board.undo.disabled = board.clear.disabled = board.strokes.length === 0
}

function draw(pen, { points, width, shade }) {
  pen.strokeStyle = pen.fillStyle = shade
  pen.lineWidth = width
  pen.lineCap = pen.lineJoin = "round"
  pen.beginPath()
  pen.moveTo(...points[0])
  for (const point of points) pen.lineTo(...point)
  pen.stroke()
  if (points.length === 1) {
    pen.beginPath()
    pen.arc(...points[0], width / 2, 0, 2 * Math.PI)
    pen.fill()
  }
}

function send(board) {
  keep(board.strokes)
  if (!board.strokes.length) return board.report("drawing", "")
  const small = document.createElement("canvas")
  small.width = small.height = SENT
  const pen = small.getContext("2d")
  pen.imageSmoothingQuality = "high"
  pen.drawImage(board.canvas, 0, 0, SENT, SENT)
  board.report("drawing", small.toDataURL("image/png"))
}

function build(root) {
  const find = (name) => root.querySelector(`[data-part="${name}"]`)
  const board = { canvas: find("canvas"), undo: find("undo"), clear: find("clear"), strokes: kept(), stroke: null, erasing: false }
  const width = find("width")
  const change = () => { redraw(board); send(board) }
  const place = (event) => {
    const frame = board.canvas.getBoundingClientRect()
    return [((event.clientX - frame.left) / frame.width) * SIDE, ((event.clientY - frame.top) / frame.height) * SIDE]
  }
  const tool = (erasing) => {
    board.erasing = erasing
    find("brush").setAttribute("aria-pressed", String(!erasing))
    find("eraser").setAttribute("aria-pressed", String(erasing))
  }
  board.canvas.onpointerdown = (event) => {
    if (event.button || board.stroke) return // a second finger, or the palm
    board.pointer = event.pointerId
    event.preventDefault()
    board.canvas.setPointerCapture(event.pointerId)
    document.documentElement.dataset.drawing = "" // nobody scrolls meanwhile: reveal.js
    const thick = Number(width.value)
    board.stroke = { points: [place(event)], width: board.erasing ? thick * 1.5 : thick, shade: board.erasing ? "#fff" : "#222" }
    board.strokes.push(board.stroke)
    redraw(board)
  }
  board.canvas.onpointermove = (event) => {
    if (!board.stroke || event.pointerId !== board.pointer) return
    board.stroke.points.push(place(event))
    draw(board.canvas.getContext("2d"), { ...board.stroke, points: board.stroke.points.slice(-2) })
  }
  board.canvas.onpointerup = board.canvas.onpointercancel = (event) => {
    if (!board.stroke || event.pointerId !== board.pointer) return
    board.stroke = null
    delete document.documentElement.dataset.drawing
    redraw(board) // in one go, so that undoing later strokes gives the very same pixels
    send(board)
  }
  board.undo.onclick = () => { board.strokes.pop(); change() }
  board.clear.onclick = () => { board.strokes = []; change() }
  board.canvas.onkeydown = (event) => {
    if (event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); board.undo.click() }
  }
  find("brush").onclick = () => tool(false)
  find("eraser").onclick = () => tool(true)
  redraw(board)
  return board
}

export default function ({ parentElement, setStateValue }) {
  const root = parentElement.querySelector(".board")
  const fresh = !root.board
  root.board ??= build(root)
  root.board.report = setStateValue
  if (fresh && root.board.strokes.length) send(root.board)
}
