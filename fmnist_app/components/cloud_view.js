// Which part of the map the stage shows: between places (0..1, y upwards) and CSS pixels of the stage.

const MAX_ZOOM = 60
const clamp = (value, low, high) => Math.min(Math.max(value, low), high)

class View {
  zoom = 1
  centre = [0.5, 0.5]
  width = 0
  height = 0

  // How many pixels the whole map takes, across and upwards.
  spans() {
    const { width, height, zoom } = this
    return [0.92 * Math.min(width, 1.6 * height) * zoom, 0.92 * Math.min(height, 1.6 * width) * zoom]
  }

  // As the painters take it: screen = k * place + o.
  frame() {
    const [across, upwards] = this.spans(), { width, height, zoom, centre: [x, y] } = this
    return { kx: across, ky: -upwards, ox: width / 2 - x * across, oy: height / 2 + y * upwards, width, height,
      ratio: devicePixelRatio, size: clamp(3.2 * zoom ** 0.45, 3, 14) * (width < 500 ? 0.85 : 1) }
  }

  screen(x, y, { kx, ky, ox, oy } = this.frame()) {
    return [kx * x + ox, ky * y + oy]
  }

  place(x, y, { kx, ky, ox, oy } = this.frame()) {
    return [clamp((x - ox) / kx, 0, 1), clamp((y - oy) / ky, 0, 1)]
  }

  // Returns whether anything moved; what lies at (x, y) stays there.
  zoomAt(x, y, factor) {
    const fixed = this.place(x, y), zoom = clamp(this.zoom * factor, 1, MAX_ZOOM)
    if (zoom === this.zoom) return false
    this.zoom = zoom
    const [across, upwards] = this.spans()
    this.centre = [fixed[0] - (x - this.width / 2) / across, fixed[1] + (y - this.height / 2) / upwards]
    return true
  }

  dragBy(dx, dy) {
    const [across, upwards] = this.spans()
    this.centre = [this.centre[0] - dx / across, this.centre[1] + dy / upwards]
  }

  // At full view nothing is out of sight; closer, half a screen may be empty.
  keepWithin() {
    this.centre = this.centre.map((value) => (this.zoom === 1 ? 0.5 : clamp(value, 0, 1)))
  }
}
