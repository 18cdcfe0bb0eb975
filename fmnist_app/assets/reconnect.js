// A connection that broke is made anew by Streamlit: perhaps to another server, perhaps to this one after it has
// forgotten the visit. The page stays as it is then, and the server knows nothing of it: the first press of a button
// would be lost. Such a server says so, and the page is drawn once more, from its address and what its fields hold.
{
  const UNKNOWN = "fmnist.unknown-visit", Socket = WebSocket
  const rerun = () => { // as the R key, which Streamlit keeps for that
    for (const kind of ["keydown", "keyup"]) document.body.dispatchEvent(new KeyboardEvent(kind, { key: "r", bubbles: true }))
  }
  window.WebSocket = class extends Socket {
    constructor(address, protocols) {
      const again = Array.isArray(protocols) && protocols[0] === "streamlit" && protocols.length === 3 // the third: a visit
      super(address, again ? [...protocols, UNKNOWN] : protocols)
      if (!again) return
      this.addEventListener("open", () => {
        if (this.protocol === UNKNOWN) setTimeout(rerun) // after Streamlit has heard that it is connected
      })
    }
  }
}
