// Maps of a convolution, computed here from the picture and the filters: whatever pixel of a map is pointed at, by mouse,
// finger or arrow keys, its window's numbers stand beside it. Nothing of it goes to the server.
const SIDE = 28
const STEPS = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }
const signed = (value, digits) => value.toFixed(digits).replace("-", "\u2212")

/** Return what a filter makes of the window that belongs to a place of its map. */
function work(layer, filter, row, column) {
  const [rows, columns] = layer.window, kernel = layer.kernels[filter], cells = []
  let sum = 0
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) {
      const y = row * layer.stride - layer.margin[0] + r, x = column * layer.stride - layer.margin[1] + c
      const inside = y >= 0 && y < SIDE && x >= 0 && x < SIDE
      const pixel = inside ? layer.grey[y * SIDE + x] : null
      const value = inside ? pixel * layer.scale + layer.offset : 0 // zeros stand around the normalised picture
      const weight = kernel[r * columns + c]
      sum += value * weight
      cells.push({ pixel, value, weight, product: value * weight })
    }
  const before = sum + layer.biases[filter]
  return { cells, sum, before, after: layer.rectified ? Math.max(before, 0) : before }
}

function mapOf(layer, filter) {
  const [rows, columns] = layer.size
  return Array.from({ length: rows * columns }, (_, k) => work(layer, filter, Math.floor(k / columns), k % columns).after)
}

function paint(canvas, values, [rows, columns], low, high) {
  canvas.width = columns
  canvas.height = rows
  const picture = new ImageData(columns, rows)
  values.forEach((value, k) => {
    const grey = 255 * (value - low) / Math.max(high - low, 1e-12)
    picture.data.set([grey, grey, grey, 255], 4 * k)
  })
  canvas.getContext("2d").putImageData(picture, 0, 0)
}

function paintMap(canvas, layer, filter) {
  const values = layer.maps[filter]
  paint(canvas, values, layer.size, values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b)))
}

function grid(title, cells, columns, coloured) {
  const table = document.createElement("table")
  table.createCaption().textContent = title
  const most = Math.max(...cells.map(({ value }) => Math.abs(value)), 1e-12)
  for (let start = 0; start < cells.length; start += columns) {
    const row = table.insertRow()
    for (const { value, note } of cells.slice(start, start + columns)) {
      const cell = row.insertCell()
      cell.translate = false
      cell.textContent = signed(value, 3)
      if (coloured && value) {
        cell.className = value > 0 ? "for" : "against"
        cell.style.setProperty("--depth", `${Math.round(8 + 34 * Math.abs(value) / most)}%`)
      }
      if (note !== undefined) cell.append(Object.assign(document.createElement("small"), { textContent: note }))
    }
  }
  return table
}

function build(root) {
  const find = (name) => root.querySelector(name)
  const [picture, map] = root.querySelectorAll(".plate > div")
  const view = { filter: 0, row: 13, column: 13, layer: null }

  function frame(mark, row, column, down, right, [rows, columns]) {
    Object.assign(mark.style, {
      top: `${100 * row / rows}%`, left: `${100 * column / columns}%`,
      height: `${100 * down / rows}%`, width: `${100 * right / columns}%`,
    })
  }
  function tell() {
    const { layer, filter, row, column } = view, { cells, sum, before, after } = work(layer, filter, row, column)
    const columns = layer.window[1], count = cells.length, gain = layer.gains[filter], bias = layer.biases[filter]
    const top = row * layer.stride - layer.margin[0], left = column * layer.stride - layer.margin[1]
    frame(map.querySelector("i"), row, column, 1, 1, layer.size)
    frame(picture.querySelector("i"), top, left, ...layer.window, [SIDE, SIDE])
    find(".where").textContent = `Filter ${filter + 1}, row ${row + 1}, column ${column + 1}: its window of ` +
      `${layer.window[0]} by ${columns} pixels, number by number.`
    const sign = (text) => Object.assign(document.createElement("b"), { textContent: text, ariaHidden: "true" })
    find(".grids").replaceChildren(
      grid("Pixels, normalised", cells.map(({ value, pixel }) => ({ value, note: pixel ?? "edge" })), columns, false),
      sign("×"),
      grid("Weights", cells.map(({ weight }) => ({ value: weight })), columns, true),
      sign("="),
      grid("Products", cells.map(({ product }) => ({ value: product })), columns, true),
    )
    const total = `The ${count} products add up to ${signed(sum, 4)}. With the bias of ${signed(bias, 4)} that makes ` +
      `${signed(before, 4)}.`
    const rest = !layer.rectified ? "" : before > 0
      ? ` It is above 0, so ReLU lets it through: the map’s pixel is ${signed(after, 4)}.`
      : " It is not above 0, so ReLU makes it 0: the map’s pixel is 0.0000."
    const folded = Math.abs(gain - 1) < 1e-4 ? "" : " Batch normalisation is part of these numbers: it multiplied the " +
      `filter’s trained weights by ${signed(gain, 3)} and gave the bias.`
    find(".line").textContent = total + rest
    find(".note").textContent = folded
    map.setAttribute("aria-label", `Map of filter ${filter + 1}, row ${row + 1}, column ${column + 1}: ${signed(after, 4)}. ` +
      "Arrow keys go from pixel to pixel.")
  }
  function go(row, column) {
    const [rows, columns] = view.layer.size
    view.row = Math.min(Math.max(row, 0), rows - 1)
    view.column = Math.min(Math.max(column, 0), columns - 1)
    tell()
  }
  function choose(filter) {
    view.filter = filter
    const buttons = [...find(".maps").children]
    buttons.forEach((button, k) => {
      button.setAttribute("aria-checked", String(k === filter))
      button.tabIndex = k === filter ? 0 : -1
    })
    paintMap(map.querySelector("canvas"), view.layer, filter)
    root.querySelectorAll("figcaption")[1].textContent = `The map of filter ${filter + 1}: ` + (matchMedia("(hover: hover)").matches
      ? "point at a pixel, or use the arrow keys" : "tap a pixel")
    tell()
  }
  function pointed(event, plate, perPixel) {
    const box = plate.getBoundingClientRect(), { layer } = view
    const [y, x] = [(event.clientY - box.top) / box.height, (event.clientX - box.left) / box.width]
    if (perPixel) go(Math.floor(y * layer.size[0]), Math.floor(x * layer.size[1]))
    else { // the window whose middle it is
      const middle = (share, k) => Math.round((Math.floor(share * SIDE) + layer.margin[k] - (layer.window[k] - 1) / 2) / layer.stride)
      go(middle(y, 0), middle(x, 1))
    }
  }
  for (const [plate, perPixel] of [[picture, false], [map, true]]) {
    plate.onpointerdown = (event) => pointed(event, plate, perPixel)
    plate.onpointermove = (event) => { if (event.pointerType === "mouse") pointed(event, plate, perPixel) }
  }
  map.onkeydown = (event) => {
    const step = STEPS[event.key]
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault() // else the page would scroll, or take the arrow for a step to another picture
    event.stopPropagation()
    go(view.row + step[0], view.column + step[1])
  }
  find(".maps").onclick = (event) => {
    const button = event.target.closest("button")
    if (button) choose([...find(".maps").children].indexOf(button))
  }
  find(".maps").onkeydown = (event) => {
    const step = STEPS[event.key], buttons = [...find(".maps").children]
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    event.stopPropagation()
    choose((view.filter + step[0] + step[1] + buttons.length) % buttons.length)
    buttons[view.filter].focus()
  }
  return {
    update(layer) {
      layer.grey = Uint8Array.from(atob(layer.pixels), (letter) => letter.charCodeAt(0))
      layer.maps = layer.kernels.map((_, filter) => mapOf(layer, filter))
      view.layer = layer
      paint(picture.querySelector("canvas"), [...layer.grey], [SIDE, SIDE], 0, 255)
      const maps = find(".maps")
      if (maps.children.length !== layer.kernels.length)
        maps.replaceChildren(...layer.kernels.map((_, k) => {
          const button = document.createElement("button")
          Object.assign(button, { type: "button", title: `Filter ${k + 1}`, ariaLabel: `Map of filter ${k + 1}` })
          button.setAttribute("role", "radio")
          button.append(document.createElement("canvas"))
          return button
        }))
      ;[...maps.children].forEach((button, k) => paintMap(button.firstChild, layer, k))
      view.row = Math.min(view.row, layer.size[0] - 1)
      view.column = Math.min(view.column, layer.size[1] - 1)
      choose(Math.min(view.filter, layer.kernels.length - 1))
    },
  }
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".arithmetic")
  root.board ??= build(root)
  if (root.shown === data.json) return
  root.shown = data.json
  root.board.update(JSON.parse(data.json))
}
