// What is drawn over the points: thumbnails when few are in view, the selected region, the ring of the chosen picture,
// and the names of the classes.

const MAX_THUMBNAILS = 220

function drawThumbnails(pen, { points, kept, view, frame, sheet, columns }) {
  const at = (k) => view.screen(points.xy[2 * k], points.xy[2 * k + 1], frame)
  const seen = kept.filter((k) => {
    const [x, y] = at(k)
    return x > 0 && y > 0 && x < frame.width && y < frame.height
  })
  if (seen.length > MAX_THUMBNAILS) return
  const side = seen.length > 90 ? 28 : 42
  pen.imageSmoothingEnabled = false
  for (const k of seen) {
    const [x, y] = at(k), [r, g, b] = points.rgba.subarray(4 * k)
    pen.fillStyle = `rgb(${r}, ${g}, ${b})`
    pen.fillRect(x - side / 2 - 2, y - side / 2 - 2, side + 4, side + 4)
    pen.drawImage(sheet, (k % columns) * 28, Math.floor(k / columns) * 28, 28, 28, x - side / 2, y - side / 2, side, side)
    if (points.truth[k] !== points.guess[k]) drawCross(pen, x + side / 2 - 6, y + side / 2 - 6)
  }
}

function drawCross(pen, x, y) {
  pen.fillStyle = "#ffab70"
  pen.beginPath()
  pen.arc(x, y, 6, 0, 7)
  pen.fill()
  pen.fillStyle = "#16181d"
  pen.font = "700 11px sans-serif"
  pen.fillText("×", x - 3, y + 4)
}

// Two corners are those of a box, more are those of a polygon.
function drawRegion(pen, corners, view, frame, accent) {
  const [[x0, y0], [x1, y1]] = corners
  const polygon = corners.length === 2 ? [[x0, y0], [x1, y0], [x1, y1], [x0, y1]] : corners
  pen.beginPath()
  for (const [x, y] of polygon) pen.lineTo(...view.screen(x, y, frame))
  pen.closePath()
  pen.strokeStyle = accent
  pen.lineWidth = 2
  pen.setLineDash([6, 4])
  pen.stroke()
  pen.setLineDash([])
  pen.globalAlpha = 0.07
  pen.fillStyle = accent
  pen.fill("evenodd")
  pen.globalAlpha = 1
}

function drawRing(pen, [x, y], ink, accent) {
  for (const [colour, line, radius] of [[ink, 2, 9], [accent, 3, 12]]) {
    pen.strokeStyle = colour
    pen.lineWidth = line
    pen.beginPath()
    pen.arc(x, y, radius, 0, 7)
    pen.stroke()
  }
}

// Names keep clear of each other and of the stage's sides.
function placeNames(names, centres, view, frame) {
  const taken = []
  centres.map(([x, y], k) => [...view.screen(x, y, frame), names.children[k]])
    .sort((a, b) => a[1] - b[1])
    .forEach(([x, y, span]) => {
      const half = span.offsetWidth / 2 + 4
      const inside = x > -40 && y > -20 && x < frame.width + 40 && y < frame.height + 20
      if (inside) x = clamp(x, half, Math.max(half, frame.width - half))
      while (taken.some(([tx, ty, w]) => Math.abs(tx - x) < half + w && Math.abs(ty - y) < 18)) y += 4
      taken.push([x, y, half])
      span.style.left = `${x}px`
      span.style.top = `${y}px`
      span.hidden = !inside || view.zoom > 12
    })
}
