const STEP = 0.01
const HINT = "Drag a box on the photo, or move its corners; the arrow keys move a corner too."
const SVG = "http://www.w3.org/2000/svg"

const between = (low, value, high) => Math.min(Math.max(value, low), high)

// The box is left, top, right, bottom as places on the photo, 0..1; what is sent are the shares that it cuts off.
function place(crop) {
  const [left, top, right, bottom] = crop.box
  const whole = left <= 0 && top <= 0 && right >= 1 && bottom >= 1
  crop.shown.hidden = whole && !crop.editing
  Object.assign(crop.shown.style, {
    left: `${100 * left}%`, top: `${100 * top}%`, width: `${100 * (right - left)}%`, height: `${100 * (bottom - top)}%`,
  })
  crop.whole.hidden = whole
  for (const corner of crop.corners) {
    const [x, y] = corner.dataset.corner.split(" ").map((k) => Math.round(100 * crop.box[k]))
    corner.setAttribute("aria-description", `${x} percent from the left, ${y} percent from the top`)
  }
}

function send(crop) {
  const [left, top, right, bottom] = crop.box
  crop.report("cropped", [left, top, 1 - right, 1 - bottom].map((share) => between(0, Math.round(100 * share) / 100, 0.9)))
}

function moveCorner(crop, [across, down], x, y) {
  const box = crop.box
  box[across] = across === 0 ? between(0, x, box[2] - crop.least) : between(box[0] + crop.least, x, 1)
  box[down] = down === 1 ? between(0, y, box[3] - crop.least) : between(box[1] + crop.least, y, 1)
  place(crop)
}

function drawBox(crop, [x0, y0], [x1, y1]) {
  const least = crop.least
  const [left, top] = [between(0, Math.min(x0, x1), 1 - least), between(0, Math.min(y0, y1), 1 - least)]
  crop.box = [left, top, between(left + least, Math.max(x0, x1), 1), between(top + least, Math.max(y0, y1), 1)]
  place(crop)
}

function edit(crop, editing) {
  crop.editing = editing
  crop.root.classList.toggle("editing", editing)
  crop.edit.setAttribute("aria-pressed", String(editing))
  crop.said.textContent = editing ? HINT : ""
  place(crop)
}

function build(root) {
  const find = (name) => root.querySelector(`[data-part="${name}"]`)
  const crop = {
    root, frame: find("frame"), shown: find("box"), edit: find("edit"), whole: find("whole"), said: find("said"),
    photo: find("photo"), marks: find("marks"), numbers: find("numbers"),
    corners: [...root.querySelectorAll("[data-corner]")], box: [0, 0, 1, 1], editing: false, drag: null, least: 0.1,
  }
  const at = (event) => {
    const frame = crop.frame.getBoundingClientRect()
    return [between(0, (event.clientX - frame.left) / frame.width, 1), between(0, (event.clientY - frame.top) / frame.height, 1)]
  }
  crop.frame.onpointerdown = (event) => {
    if (!crop.editing || event.button || crop.drag) return // a second finger
    event.preventDefault()
    crop.frame.setPointerCapture(event.pointerId)
    const corner = event.target.dataset.corner?.split(" ").map(Number)
    if (corner) event.target.focus()
    crop.drag = { pointer: event.pointerId, start: at(event), corner, before: [...crop.box], moved: false }
  }
  crop.frame.onpointermove = (event) => {
    const drag = crop.drag
    if (!drag || event.pointerId !== drag.pointer) return
    const here = at(event)
    drag.moved ||= Math.hypot(here[0] - drag.start[0], here[1] - drag.start[1]) > 0.02
    if (!drag.moved) return // a tap draws no box
    if (drag.corner) {
      const [across, down] = drag.corner
      moveCorner(crop, drag.corner, drag.before[across] + here[0] - drag.start[0], drag.before[down] + here[1] - drag.start[1])
    } else drawBox(crop, drag.start, here)
  }
  crop.frame.onpointerup = crop.frame.onpointercancel = (event) => {
    const drag = crop.drag
    if (!drag || event.pointerId !== drag.pointer) return
    crop.drag = null
    if (event.type === "pointercancel") crop.box = drag.before
    else if (drag.moved) send(crop)
    place(crop)
  }
  const settle = () => { clearTimeout(crop.later); crop.later = null; send(crop) }
  for (const corner of crop.corners) {
    corner.onkeydown = (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return // the browser's own
      const [x, y] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? []
      if (x === undefined) return
      event.preventDefault()
      event.stopPropagation() // the page has arrow keys of its own
      const which = corner.dataset.corner.split(" ").map(Number)
      const step = event.shiftKey ? 5 * STEP : STEP
      moveCorner(crop, which, crop.box[which[0]] + x * step, crop.box[which[1]] + y * step)
      clearTimeout(crop.later)
      crop.later = setTimeout(settle, 500) // once, after the last of several steps
    }
    corner.onblur = () => { if (crop.later) settle() } // whatever is pressed next comes after the steps
  }
  crop.edit.onclick = () => edit(crop, !crop.editing)
  crop.whole.onclick = () => { crop.box = [0, 0, 1, 1]; place(crop); send(crop) }
  return crop
}

function mark(crop, { outlines, boxes }) {
  const shapes = outlines.flatMap((points) => ["halo", "line"].map((name) => {
    const shape = document.createElementNS(SVG, "polygon")
    shape.setAttribute("class", name)
    shape.setAttribute("points", points.map((p) => p.join(",")).join(" "))
    return shape
  }))
  crop.marks.replaceChildren(...shapes)
  crop.numbers.replaceChildren(...boxes.map(([left, top], k) => {
    const number = document.createElement("span")
    number.textContent = k + 1
    Object.assign(number.style, { left: `${100 * left}%`, top: `${100 * top}%` })
    return number
  }))
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".crop")
  const crop = (root.crop ??= build(root))
  const { photo, alt, cut, least, ...marks } = JSON.parse(data.json)
  crop.report = setTriggerValue
  crop.least = least
  if (crop.photo.src !== photo) crop.photo.src = photo
  crop.photo.alt = alt
  mark(crop, marks)
  if (!crop.drag && !crop.later) crop.box = [cut[0], cut[1], 1 - cut[2], 1 - cut[3]]
  place(crop)
}
