const MOST = 640
const INVITATION = "Click here, then paste a copied picture (Ctrl V or ⌘ V)"

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
  box.onpaste = async (event) => {
    event.preventDefault()
    const file = [...event.clipboardData.files].find((f) => f.type.startsWith("image/"))
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
}
