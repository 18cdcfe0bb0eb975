// Beneath a chart: the whole screen for it, and what a person takes away of it: PNG, SVG, CSV.

const chart = (key) => document.querySelector(`.st-key-${CSS.escape(key)} .js-plotly-plot`)

function save(content, type, name) {
  const link = document.createElement("a")
  link.href = typeof content === "string" && content.startsWith("data:") ? content : URL.createObjectURL(new Blob([content], { type }))
  link.download = name
  link.click()
  if (link.href.startsWith("blob:")) setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}

// As on the screen, on the page's own background.
async function picture(plot, format) {
  const { width, height } = plot.getBoundingClientRect()
  const paper_bgcolor = getComputedStyle(document.querySelector(".stApp")).backgroundColor
  return window.Plotly.toImage(
    { data: plot.data, layout: { ...plot.layout, template: plot._fullLayout.template, paper_bgcolor } },
    { format, width: Math.round(width), height: Math.round(height), scale: format === "png" ? 2 : 1 },
  )
}

const cell = (value) => {
  const text = String(value ?? "")
  const safe = typeof value === "number" || !/^[=+\-@\t\r]/.test(text) ? text : `'${text}` // no spreadsheet takes it for a formula
  return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

// Of the axes of a letter, the first words that somebody wrote: of those that share it, one has them.
function words(layout, letter) {
  const axes = Object.keys(layout).filter((name) => name.startsWith(`${letter}axis`)).sort()
  return axes.map((name) => layout[name].title?.text).find((text) => text) || letter
}

function table(plot) {
  const several = new Set(plot._fullData.map((trace) => trace.yaxis)).size > 1
  const rows = [["line", words(plot.layout, "x"), several ? "value" : words(plot.layout, "y")]]
  for (const trace of plot._fullData) {
    const xs = Array.from(trace.x ?? []), ys = Array.from(trace.y ?? [])
    const name = plot.data[trace.index]?.name
    xs.forEach((x, k) => rows.push([name ?? (Array.isArray(trace.text) ? trace.text[k].trim() : ""), x, ys[k]]))
  }
  return rows.map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n"
}

// Streamlit measures the frame around a chart, and draws the chart as large.
async function fill(plot) {
  const frame = plot.closest('[data-testid="stFullScreenFrame"]')
  await frame.requestFullscreen()
  frame.style.background = getComputedStyle(document.querySelector(".stApp")).backgroundColor
  document.addEventListener("fullscreenchange", () => { frame.style.background = "" }, { once: true })
}

export default function ({ data, parentElement }) {
  const { key, name } = JSON.parse(data.json)
  const act = {
    async screen(plot) { await fill(plot) },
    async png(plot) { save(await picture(plot, "png"), "image/png", `${name}.png`) },
    async svg(plot) { save(await picture(plot, "svg"), "image/svg+xml", `${name}.svg`) },
    async csv(plot) { save(table(plot), "text/csv", `${name}.csv`) },
  }
  for (const button of parentElement.querySelectorAll("button"))
    button.onclick = async () => {
      const plot = chart(key)
      if (plot) await act[button.dataset.part](plot)
    }
  parentElement.querySelector('[data-part="screen"]').hidden = !document.fullscreenEnabled // an iPhone has none
}
