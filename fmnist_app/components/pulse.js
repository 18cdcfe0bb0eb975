// Asks the server for the pulse; tells Streamlit only when it has changed. A page that nobody looks at does not ask.
const PATIENCE = 8000 // ms for an answer; a line may swallow a question
const AGAIN = 4000 // ms after which a change that brought no run is told once more

async function feel(root) {
  try {
    const answer = await fetch("class-pulse", {
      headers: { "x-class-token": root.token }, cache: "no-store", signal: AbortSignal.timeout(PATIENCE),
    })
    if (answer.status === 503) throw new Error("the database is away")
    root.missed = 0
    const pulse = answer.ok ? await answer.text() : "none"
    if (root.timer === undefined) return // the page has gone meanwhile
    const now = performance.now()
    if (pulse !== root.seen && (pulse !== root.told || now - root.toldAt > AGAIN)) {
      root.told = pulse
      root.toldAt = now
      root.tell("changed", pulse)
    }
  } catch {
    root.missed += 1
  }
  root.hidden = root.missed < 2
}

export default function ({ data, parentElement, setTriggerValue }) {
  const { token, seen, every } = JSON.parse(data.json)
  const root = parentElement.querySelector(".pulse")
  Object.assign(root, { token, seen, tell: setTriggerValue })
  if (root.timer === undefined) {
    root.missed = 0
    root.timer = setInterval(() => {
      if (!document.hidden && !root.busy) {
        root.busy = true
        feel(root).finally(() => { root.busy = false })
      }
    }, every)
  }
  return () => {
    clearInterval(root.timer)
    root.timer = undefined
  }
}
