"""A process that says what the process that trains says, without TensorFlow."""

import textwrap

# An epoch each 20 ms, resumed from a file in the folder; a long run waits at its sixth epoch to be stopped.
PRETENDER = textwrap.dedent("""
    import json, pathlib, queue, sys, threading, time
    # Half of 1,000 pictures right, the others taken for the next class.
    CONFUSION = [[50 if j in (i, (i + 1) % 10) else 0 for j in range(10)] for i in range(10)]
    requests, stopping = queue.Queue(), threading.Event()
    def listen():
        for line in sys.stdin:
            request = json.loads(line)
            if request["do"] == "stop":
                stopping.set()
            else:
                stopping.clear()
                requests.put(request)
        requests.put(None)
    threading.Thread(target=listen, daemon=True).start()
    def say(kind, **facts): print(json.dumps({"kind": kind} | facts), flush=True)
    print("what libraries print is no message", flush=True)
    say("Ready", seconds=0.0)
    while request := requests.get():
        state = pathlib.Path(request["folder"]) / "state"
        first = int(state.read_text()) if state.exists() else 0
        reason = "done"
        for k in range(first, int(request["address"].get("epochs", 10))):
            say("Step", epoch=k + 1, share=0.5, loss=1.0, pictures_a_second=9.0, seconds_left=1.0)
            time.sleep(0.02)
            if k == 5 and not first and int(request["address"].get("epochs", 10)) >= 30:
                stopping.wait(60)
            if stopping.is_set():
                reason = "stopped"
                break
            state.write_text(str(k + 1))
            say("Epoch", number=k + 1, loss=1.0, train_accuracy=0.5, heldout_loss=1.0, heldout_accuracy=0.5,
                confusion=CONFUSION, watched=[[0.1] * 10] * 8, seconds=0.02)
        say("Finished", reason=reason)
""")
