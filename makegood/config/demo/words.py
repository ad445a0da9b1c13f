"""What people say in the demo. All invented."""

from __future__ import annotations

# What the customer said, and what it means to them.
HEARD = (
    ("My daughter's recital starts at seven and I told her I would be there.", "Would miss his daughter's recital"),
    ("I have a connection to Lima. There is one a day.", "One connection a day, to Lima"),
    ("I am speaking at nine tomorrow and my notes are in the checked bag.", "Speaks at nine tomorrow"),
    ("Nobody at the gate could tell me anything. I found out from the board.", "Learned it from the board"),
    ("My mother is waiting at the other end and she does not carry a phone.", "Her mother waits without a phone"),
    ("I took the earlier flight on purpose so that this could not happen.", "Chose the earlier flight to be sure"),
    ("I only have a day there. Half of it is gone now.", "Has one day there"),
    ("The car rental desk closes at eleven. Then what?", "The rental desk closes at eleven"),
    ("I start a new job tomorrow morning. I cannot be late on my first day.", "New job tomorrow morning"),
    ("We are four, with a baby. We cannot sleep in chairs.", "Family of four with a baby"),
)
OWNED = "This is mine until you are there. You have my name and my number."
IN_PERSON = "I lead the desk, and I wanted to tell you myself: you should not have had to wait for us."
EMPATHISED = "I would be upset too. You planned around our word."
APOLOGISED = "We told you a time and did not keep it. I am sorry."
REFOCUSED = "I will ring you within the hour with a seat that gets you there."
COMMITMENT = "Ring back with a confirmed seat"
CONTENT = ("That works. Thank you for ringing.", "All good now, thank you.", "Yes. You kept me posted, I value that.")
MORE = "The seat is fine, but who pays for the hotel I had to cancel?"
PAST = (
    ("The flight landed two hours late and my bag came a day later.", "carrier-late"),
    ("I was told a callback by noon. Nobody rang.", "handoff-nobody-told"),
    ("The seat I paid for was given away at the gate.", "two-systems"),
    ("We sat on the runway for ninety minutes without a word.", "weather"),
)
CALLBACKS = (
    ("Ring back about the refund of the upgrade", 25),
    ("Say whether the bag is on tonight's flight", 70),
    ("Send the receipt for the changed ticket", 190),
)
BAG_LATE = (
    "I stayed in all evening for the bag. Nobody came, and nobody rang.",
    "My bag came near midnight. My medicine was in it.",
    "The courier wrote that it was delivered. It was not.",
)
# What was changed, or is to be: the process, and nobody by name.
SCAN = "Each bag is scanned to its courier at the belt; no list is typed"
SCANNED_NOW = {
    "en": "Each bag is now scanned to its courier at the belt. No list can get lost any more.",
    "es": "Ahora cada maleta se registra en la cinta para su mensajero. Ya no se puede perder ninguna lista.",
}
COLLECT = "Swift Parcel collects before 15:00; later bags go with another courier"
ONE_LIST = "Gate and desk read seats from one list"
# What is tried out by lot.
TRIED = "A word every half hour"
TRIED_WHY = (
    "Most who were not content say that they did not know when they would hear from us. I expect that naming the next"
    " word, and giving it even when there is nothing new, makes more of them content."
)
TRIED_WORDS = "You will hear from me every half hour, also when there is nothing new."
TRIED_OTHERS = {
    "es": "Le llamaré cada media hora, aunque no haya novedades.",
    "de": "Sie hören jede halbe Stunde von mir, auch wenn es nichts Neues gibt.",
    "pt": "O senhor terá notícias minhas a cada meia hora, mesmo que não haja novidades.",
}
TRIED_OTHERWISE = "They asked me to write only when the seat is sure."
# What is asked before the law says whether the fare is owed.
STAYED = {"accepted_alternative": "no", "paid_by": "card"}
TRAVELLED = {"accepted_alternative": "yes"}
STILL = ("All is well, thank you for asking.", "Yes. I have flown with you again since.", "Nothing more, it is right.")
CHANGED = (
    "The gate tells the desk of every delay before it stands on the board.",
    "Whoever hands a call on stays on the line until it is taken.",
    "Seats and bags are kept in one system now.",
)
HEARD_THEM = "You stayed with them to the end. It was not yours to have caused, and you carried it."
CREDIT = "A credit for the next flight"
# What is more than an agent may give alone, and what a customer may choose between.
HOTEL, HOTEL_NOTE = "The hotel they had to cancel", "They showed me the bill. It is the whole of their weekend."
CHOICES = (("A seat tomorrow at eight, and breakfast", 25), ("A seat tonight by way of Atlanta", 0))

# What customers have written when the demo opens: subject and words.
WRITTEN = (
    (
        "Still no word about my flight",
        "I was told somebody would ring me back within the hour. That was this morning.\n\n"
        "My sister gets married at six. What do I tell her?",
    ),
    (
        "Thank you, and one question",
        "The seat is fine, thank you for finding it. Does my bag come with me, or do I wait for it there?",
    ),
    ("Receipt for the hotel", "You said on Tuesday that the hotel would be paid by Friday. It is not on my card yet."),
)
STRANGER = (
    "Noor Haddad", "noor.haddad@example.org", "My mother was left at the gate",
    "She is 81 and booked with assistance. Nobody came, and the door was closed in front of her.\n\n"
    "I am her daughter and 4,000 miles away. Please tell me who looks after this.",
)  # fmt: skip
UNANSWERABLE = (
    "Web form", "form@kiosk", "Kiosk at gate D12: a passenger asks to be rung",
    "Name: Edgar. Flight: the one to Atlanta. \"Nobody is at the desk here. Please ring me, you have my number.\"",
)  # fmt: skip
# What they answer to what the desk writes them.
ANSWERED = (
    "Yes, all good now. Thank you for staying with it.",
    "No, it is still not right: the new booking is not in my app.",
    "Thanks, OK.",
    "That works for me. You said by five, so I will look then.",
    "I appreciate that you wrote yourself. Could it be an aisle seat?",
)
