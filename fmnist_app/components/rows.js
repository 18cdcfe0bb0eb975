// The table may be drawn anew at any time: its container hears for all buttons in it.
export default function ({ data, setTriggerValue }) {
  const { table } = JSON.parse(data.json)
  const container = document.querySelector(`.st-key-${table}`)
  if (!container) return
  container.onclick = (event) => {
    const row = event.target.closest("tr")?.querySelector("button[data-row]")
    if (row) setTriggerValue("row", Number(row.dataset.row))
  }
}
