// Two taps, one message: the class stays in the browser until the student says how sure. Later changes are sent at once.
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
    if (root.vote.choice !== null && root.vote.sure !== null) root.send([root.question, root.vote.choice, root.vote.sure])
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  const facts = JSON.parse(data.json)
  const root = parentElement.querySelector(".ballot")
  if (!root.onclick) build(root, facts)
  root.send = (vote) => setTriggerValue("vote", vote)
  const stored = JSON.stringify(facts.stored)
  if (root.question !== facts.question || root.stored !== stored) {
    const [choice, sure] = facts.stored ?? [root.question === facts.question ? root.vote.choice : null, null]
    Object.assign(root, { question: facts.question, stored, vote: { choice, sure } })
  }
  draw(root)
}
