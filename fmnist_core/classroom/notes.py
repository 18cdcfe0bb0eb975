"""What a teacher does and says at each step of a lesson; docs/class.md holds the same words."""

from fmnist_core.classroom.activities import BEAT, BREAK, EXIT, FOOL, PREDICT, TRUST

LOBBY = (
    "Open the projector view on the wall. Students scan the code, tap “Take a seat” and get an animal's name. "
    "Begin when most are there: latecomers join at any time."
)
NOTES = {
    PREDICT: (
        "Everybody decides alone and says how sure they are. Close the vote, and do not show what was said: the "
        "remote tells you whether to explain again, to have neighbours discuss, or to go on. After the second vote "
        "reveal: which argument changed minds? Was the network as unsure as the class?"
    ),
    BEAT: (
        "Alone, without hurry, every picture. Then compare: where does the class mix up classes, where does the "
        "network? Who was sure and wrong? The line at 83.5 % is what people reached when the data set was made."
    ),
    BREAK: (
        "Everybody turns the picture by hand and guesses where the verdict turns. Reveal, and ask: why does a shoe "
        "become something else when you turn it? What would it have to learn from to stay right?"
    ),
    FOOL: (
        "A drawing counts when you still see the garment and the network is at least 90 % sure of something else. "
        "Hide what does not belong on the wall. Ask: what did you change, and why did that matter so much?"
    ),
    TRUST: (
        "The network promises: 95 of 100 sets hold the true class. It keeps that for pictures like those it was "
        "measured on. Those on the wall are blurred: have everybody guess how many sets still hold the true class. "
        "Reveal, and ask: what is a promise worth when the world changes?"
    ),
    EXIT: (
        "The same question at the beginning and at the end: the first time say nothing about the answer. The second "
        "time show both, and have somebody explain who changed their mind."
    ),
}
