const MOST = 640
const FINGER = matchMedia("(pointer: coarse)").matches // a phone has no keys to paste with
const TAP = FINGER && Boolean(navigator.clipboard?.read) // browsers give it over HTTPS or on this machine only
const INSTEAD = "On a phone, save the picture or take a screenshot, and choose Upload."
const INVITATION = TAP
  ? `Tap here to paste a copied picture. ${INSTEAD.replace("On a phone", "Or")}`
  : FINGER ? `Pasting needs a keyboard. ${INSTEAD}` : "Click here, then paste a copied picture (Ctrl V or ⌘ V)"

async function copied() {
  for (const item of await navigator.clipboard.read()) {
    const kind = item.types.find((type) => type.startsWith("image/"))
    if (kind) return item.getType(kind)
  }
}

async function shrink(file) {
  const picture = await createImageBitmap(file)
  const scale = Math.min(1, MOST / Math.max(picture.width, picture.height))
  const canvas = document.createElement("canvas")
  canvas.width = Math.max(1, Math.round(picture.width * scale))
  canvas.height = Math.max(1, Math.round(picture.height * scale))
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height)
  return canvas.toDataURL("image/png")
}

export default function ({ parentElement, setStateValue }) {
  const box = parentElement.querySelector(".paste")
  const said = parentElement.querySelector(".said")
  box.textContent ||= INVITATION
  const take = async (file) => {
    if (!file) {
      said.textContent = "A picture was expected, but the clipboard holds none. Copy a picture and paste it here."
      return
    }
    try {
      setStateValue("pasted", await shrink(file))
      said.textContent = "Pasted. Paste another one to replace it."
    } catch {
      said.textContent = "A picture was expected, but the browser cannot read this one."
    }
  }
  box.onpaste = (event) => {
    event.preventDefault()
    take([...event.clipboardData.files].find((f) => f.type.startsWith("image/")))
  }
  box.onclick = TAP && (async () => {
    try {
      take(await copied())
    } catch {
      said.textContent = `A copied picture was expected, but the browser gives none away. ${INSTEAD}`
    }
  })
}
