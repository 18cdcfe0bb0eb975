// Two ways to paint the points: WebGL, and plain canvas where WebGL is missing.
// Both take `points` {count, xy: Float32Array 0..1, rgba: Uint8Array, wrong: Float32Array, order: in which to paint}
// and the frame of a `View` {kx, ky, ox, oy: screen = k * place + o, in CSS pixels; width, height; ratio: device pixels; size}.

const VERTEX = `
attribute vec2 place; attribute vec4 colour; attribute float cross;
uniform vec2 scale, offset; uniform float size;
varying vec4 ink; varying float crossed;
void main() {
  gl_Position = vec4(place * scale + offset, 0.0, 1.0);
  gl_PointSize = size * (1.0 + 0.7 * cross);
  ink = colour; crossed = cross;
}`
const FRAGMENT = `
precision mediump float;
varying vec4 ink; varying float crossed;
void main() {
  vec2 q = gl_PointCoord * 2.0 - 1.0;
  float disc = 1.0 - smoothstep(0.75, 1.0, length(q));
  float strokes = 1.0 - smoothstep(0.3, 0.55, min(abs(q.x - q.y), abs(q.x + q.y)));
  float depth = ink.a * mix(disc, strokes, crossed);
  gl_FragColor = vec4(ink.rgb * depth, depth);
}`

function webglPainter(canvas) {
  const gl = canvas.getContext("webgl", { antialias: false, premultipliedAlpha: true })
  if (!gl) return null
  const program = gl.createProgram()
  for (const [type, source] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]]) {
    const shader = gl.createShader(type)
    gl.shaderSource(shader, source)
    gl.compileShader(shader)
    gl.attachShader(program, shader)
  }
  gl.linkProgram(program)
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) return null
  gl.useProgram(program)
  gl.enable(gl.BLEND)
  gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA)
  const uniform = (name) => gl.getUniformLocation(program, name)
  const [scale, offset, size] = ["scale", "offset", "size"].map(uniform)
  const buffers = ["place", "colour", "cross"].map((name) => {
    const buffer = gl.createBuffer(), where = gl.getAttribLocation(program, name)
    gl.enableVertexAttribArray(where)
    return { buffer, where }
  })
  return {
    kind: "webgl",
    lost: () => gl.isContextLost(),
    load({ count, xy, rgba, wrong, order }) {
      const sorted = [new Float32Array(2 * count), new Uint8Array(4 * count), new Float32Array(count)]
      order.forEach((k, at) => {
        sorted[0].set(xy.subarray(2 * k, 2 * k + 2), 2 * at)
        sorted[1].set(rgba.subarray(4 * k, 4 * k + 4), 4 * at)
        sorted[2][at] = wrong[k]
      })
      const forms = [[2, gl.FLOAT, false], [4, gl.UNSIGNED_BYTE, true], [1, gl.FLOAT, false]]
      buffers.forEach(({ buffer, where }, k) => {
        gl.bindBuffer(gl.ARRAY_BUFFER, buffer)
        gl.bufferData(gl.ARRAY_BUFFER, sorted[k], gl.DYNAMIC_DRAW)
        gl.vertexAttribPointer(where, ...forms[k], 0, 0)
      })
      this.count = count
    },
    paint({ kx, ky, ox, oy, width, height, ratio, size: css }) {
      gl.viewport(0, 0, canvas.width, canvas.height)
      gl.clearColor(0, 0, 0, 0)
      gl.clear(gl.COLOR_BUFFER_BIT)
      gl.uniform2f(scale, (2 * kx) / width, (-2 * ky) / height)
      gl.uniform2f(offset, (2 * ox) / width - 1, 1 - (2 * oy) / height)
      gl.uniform1f(size, css * ratio)
      gl.drawArrays(gl.POINTS, 0, this.count)
    },
  }
}

function flatPainter(canvas) {
  const pen = canvas.getContext("2d")
  let points = null
  return {
    kind: "flat",
    load(given) {
      points = given
    },
    paint({ kx, ky, ox, oy, width, height, ratio, size }) {
      const { xy, rgba, wrong, order } = points
      pen.setTransform(ratio, 0, 0, ratio, 0, 0)
      pen.clearRect(0, 0, width, height)
      for (const k of order) {
        const x = kx * xy[2 * k] + ox, y = ky * xy[2 * k + 1] + oy
        if (x < -9 || y < -9 || x > width + 9 || y > height + 9) continue
        const [r, g, b, a] = rgba.subarray(4 * k, 4 * k + 4)
        pen.fillStyle = `rgba(${r}, ${g}, ${b}, ${a / 255})`
        if (wrong[k]) {
          pen.font = `700 ${2.2 * size}px sans-serif`
          pen.fillText("×", x - 0.6 * size, y + 0.7 * size)
        } else pen.fillRect(x - size / 2, y - size / 2, size, size)
      }
    },
  }
}
