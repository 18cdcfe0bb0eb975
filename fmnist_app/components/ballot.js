// Two taps, one message: the class stays in the browser until the student says how sure. Later changes are sent at once.
// While its question is asked, a vote is sent until it is counted: what is sent while the connection is gone is lost.
const AGAIN = 4000 // milliseconds
const FIRST = "Choose a class, then how sure you are."
const THEN = "Now say how sure you are."

function draw(root) {
  const { choice, sure } = root.vote
  root.querySelectorAll("[data-choice]").forEach((button) => {
    button.setAttribute("aria-pressed", String(Number(button.dataset.choice) === choice))
  })
  root.querySelectorAll("[data-sure]").forEach((button) => {
    button.setAttribute("aria-pressed", String(Number(button.dataset.sure) === sure))
    button.disabled = choice === null
  })
  root.querySelector(".next").textContent = choice === null ? FIRST : sure === null ? THEN : ""
}

function cast(root) {
  clearTimeout(root.waiting)
  const { choice, sure } = root.vote
  if (choice === null || sure === null || !root.isConnected) return
  const vote = JSON.stringify([choice, sure])
  if (!root.cast && vote === root.stored) return // counted already
  root.cast = vote
  root.send([root.question, choice, sure])
  root.waiting = setTimeout(cast, AGAIN, root)
}

function button(kind, value, words) {
  const made = document.createElement("button")
  made.type = "button"
  made.dataset[kind] = value
  made.textContent = words
  return made
}

function build(root, { classes, confidences }) {
  root.querySelector(".classes").append(...classes.map((name, k) => button("choice", k, name)))
  const ask = document.createElement("span")
  ask.textContent = "How sure?"
  root.querySelector(".sure").append(ask, ...confidences.map((share) => button("sure", share, `${share}%`)))
  root.onclick = (event) => {
    const { choice, sure } = event.target.closest("button")?.dataset ?? {}
    if (choice !== undefined) root.vote.choice = Number(choice)
    else if (sure !== undefined) root.vote.sure = Number(sure)
    else return
    draw(root)
    cast(root)
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  const facts = JSON.parse(data.json)
  const root = parentElement.querySelector(".ballot")
  if (!root.onclick) build(root, facts)
  root.send = (vote) => setTriggerValue("vote", vote)
  const stored = JSON.stringify(facts.stored)
  const same = root.question === facts.question
  if (!same || root.cast === stored) {
    clearTimeout(root.waiting)
    root.cast = null
  }
  if (!same || (root.stored !== stored && !root.cast)) {
    const [choice, sure] = facts.stored ?? [same ? root.vote.choice : null, null]
    Object.assign(root, { question: facts.question, vote: { choice, sure } })
  }
  root.stored = stored
  draw(root)
}
