"""What was said between customers and us, through which mailbox, and what became of each message."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from makegood.conversation.rules.messages import AWRY, Channel, Sort, State


def _choices(enum: type[Channel | Sort | State]) -> list[tuple[str, str]]:
    return [(member.value, member.value.replace("_", " ").capitalize()) for member in enum]


class Mailbox(models.Model):
    """An address that customers write to and get answers from.

    It is read by IMAP where `imap_host` is set, or filled by a mail service (`hook_service`) that calls us with a
    secret whose digest is `hook_digest`, and whose key for that, where it has one, is `hook_key`. It sends by SMTP
    where `smtp_host` is set, else by the mail service of the installation. Where `oauth_url` is set, both servers
    are shown an access token in place of a password, fetched there by `oauth_refresh` and kept until `oauth_until`.
    Secrets are sealed (`platform.sealing`).
    `problem` has stood in the way of reading since `problem_at`, `sending_problem` in that of sending. Mail that begins
    something new opens a case of `kind`, or waits for a person
    without one. `uid_validity` and `last_uid` are how far it was read; whoever reads holds it until `leased_until`.
    """

    name = models.CharField(max_length=60, unique=True)
    address = models.EmailField(max_length=254, unique=True)
    sender_name = models.CharField(max_length=120, blank=True)
    kind = models.ForeignKey(
        "promises.Kind", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    acknowledges = models.BooleanField(default=False)
    imap_host = models.CharField(max_length=253, blank=True)
    imap_port = models.PositiveIntegerField(default=993)
    imap_security = models.CharField(max_length=10, default="tls")
    imap_user = models.CharField(max_length=254, blank=True)
    imap_secret = models.TextField(blank=True)
    folder = models.CharField(max_length=200, default="INBOX")
    done_folder = models.CharField(max_length=200, blank=True)
    uid_validity = models.BigIntegerField(null=True, blank=True)
    last_uid = models.BigIntegerField(default=0)
    hook_service = models.CharField(max_length=20, blank=True)
    hook_key = models.TextField(blank=True)
    hook_digest = models.CharField(max_length=64, blank=True)
    smtp_host = models.CharField(max_length=253, blank=True)
    smtp_port = models.PositiveIntegerField(default=587)
    smtp_security = models.CharField(max_length=10, default="starttls")
    smtp_user = models.CharField(max_length=254, blank=True)
    smtp_secret = models.TextField(blank=True)
    oauth_url = models.CharField(max_length=300, blank=True)
    oauth_client = models.CharField(max_length=200, blank=True)
    oauth_secret = models.TextField(blank=True)
    oauth_refresh = models.TextField(blank=True)
    oauth_access = models.TextField(blank=True)
    oauth_until = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=300, blank=True)
    problem_at = models.DateTimeField(null=True, blank=True)
    sending_leased_until = models.DateTimeField(null=True, blank=True)
    sending_next_at = models.DateTimeField(null=True, blank=True)
    sending_attempts = models.PositiveSmallIntegerField(default=0)
    sending_problem = models.CharField(max_length=300, blank=True)
    sending_problem_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Line(models.Model):
    """A number by which text messages go and come, or a chat.

    By `how` = twilio it is an account with a service that speaks as Twilio does, at `base_url`, and `secret` is its
    token; by apprise, `secret` is the address that Apprise knows, with {to} where the receiver's number goes. Secrets
    are sealed. What comes in is told us at an address with `hook_secret` in it, and begins a case of `kind`.
    """

    name = models.CharField(max_length=60, unique=True)
    channel = models.CharField(max_length=10, choices=[("sms", "Text message"), ("chat", "Chat")], default="sms")
    how = models.CharField(max_length=10, choices=[("twilio", "Like Twilio"), ("apprise", "Apprise")])
    base_url = models.CharField(max_length=300, blank=True)
    account = models.CharField(max_length=100, blank=True)
    number = models.CharField(max_length=60, blank=True)
    secret = models.TextField(blank=True)
    hook_secret = models.TextField(blank=True)
    kind = models.ForeignKey(
        "promises.Kind", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    made_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True, blank=True)
    sending_next_at = models.DateTimeField(null=True, blank=True)
    sending_problem = models.CharField(max_length=300, blank=True)
    sending_problem_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Thread(models.Model):
    """What belongs together, as the customer sees it. Without a case it waits for a person to say whose it is."""

    case = models.ForeignKey("cases.Case", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(
        "customers.Customer", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    mailbox = models.ForeignKey(
        Mailbox, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    line = models.ForeignKey(Line, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    channel = models.CharField(max_length=10, choices=_choices(Channel))
    subject = models.CharField(max_length=300, blank=True)
    begun_at = models.DateTimeField()
    latest_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["latest_at", "id"],
                name="thread_unsorted",
                condition=Q(case__isnull=True, settled_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.subject or f"thread {self.pk}"


class Message(models.Model):
    """One message of a thread, from a customer (`inward`) or to one.

    `text` is what it says; `rest` the quoted history and the signature of one that came in; `html` what it said in
    HTML, made safe. `address` is the other side's. `raw` names the file that holds it as it came.

    One that leaves does so from `leave_at` on. Whoever sends holds it until `leased_until`, and writes `handed_at`
    before the last step after which the other server may have it: whoever dies between that and `sent_at` leaves it
    unsure, never sent twice. `covers` are the steps of the recovery that it takes once it left. `with_link` says that a
    private link to the customer's page stands below it as it leaves: no link is kept in plain. `automatic` without one
    only acknowledges what came in.
    """

    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="messages", db_index=False)
    inward = models.BooleanField()
    channel = models.CharField(max_length=10, choices=_choices(Channel))
    sort = models.CharField(max_length=12, choices=_choices(Sort), default=Sort.ORDINARY.value)
    state = models.CharField(max_length=10, choices=_choices(State))
    automatic = models.BooleanField(default=False)
    with_link = models.BooleanField(default=False)
    message_id = models.CharField(max_length=250, blank=True)
    in_reply_to = models.CharField(max_length=250, blank=True)
    address = models.CharField(max_length=300, blank=True)
    name = models.CharField(max_length=200, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)
    rest = models.TextField(blank=True)
    html = models.TextField(blank=True)
    language = models.CharField(max_length=12, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(
        "people.Staff", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    by_name = models.CharField(max_length=120, blank=True)
    raw = models.CharField(max_length=64, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    note = models.CharField(max_length=300, blank=True)
    covers = ArrayField(models.CharField(max_length=10), default=list, blank=True)
    minutes = models.PositiveIntegerField(null=True, blank=True)
    leave_at = models.DateTimeField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    handed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True)
    reference = models.CharField(max_length=250, blank=True)
    instead_of = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="followed_by"
    )

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(inward=False) | Q(state=State.RECEIVED.value), name="message_inward_received"
            ),
            models.CheckConstraint(
                condition=~Q(state=State.WAITING.value) | Q(leave_at__isnull=False), name="message_waiting_leaves"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[State.SENT.value, State.BOUNCED.value]) | Q(sent_at__isnull=False),
                name="message_sent_when",
            ),
        ]
        indexes = [
            models.Index(fields=["thread", "at", "id"], name="message_of_thread"),
            models.Index(fields=["message_id"], name="message_by_id", condition=~Q(message_id="")),
            models.Index(fields=["reference"], name="message_by_reference", condition=~Q(reference="")),
            models.Index(fields=["leave_at", "id"], name="message_leaves", condition=Q(state=State.WAITING.value)),
            models.Index(fields=["at"], name="message_held", condition=Q(state=State.HELD.value)),
            models.Index(fields=["at"], name="message_awry", condition=Q(state__in=[state.value for state in AWRY])),
            models.Index(fields=["address", "at"], name="message_from", condition=Q(inward=True)),
        ]

    def __str__(self) -> str:
        return self.subject or f"message {self.pk}"


class Attachment(models.Model):
    """A file that came with a message or goes with it, kept outside the database under its `digest`."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="attachments")
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    content_id = models.CharField(max_length=250, blank=True)
    size = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64)
    inline = models.BooleanField(default=False)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class Arrival(models.Model):
    """Something that came in, kept whole before it is read: only then is it acknowledged to the server it came from.

    `digest` tells the same message from another, however often and by whichever mailbox it comes. `next_at` is when it
    is read, None once it was; `problem` is why it could not be.
    """

    mailbox = models.ForeignKey(
        Mailbox, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    line = models.ForeignKey(Line, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    channel = models.CharField(max_length=10, choices=_choices(Channel))
    digest = models.CharField(max_length=64, unique=True)
    raw = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    arrived_at = models.DateTimeField()
    next_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True)
    message = models.ForeignKey(
        Message, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["next_at", "id"], name="arrival_waits", condition=Q(next_at__isnull=False)),
            models.Index(fields=["arrived_at"], name="arrival_age"),
        ]

    def __str__(self) -> str:
        return f"arrival {self.pk}"


class Draft(models.Model):
    """What somebody is writing at a case and has not sent: one for each person and case. `mode` is what it is to be: a
    channel, or what the box under the story calls it."""

    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    staff = models.ForeignKey("people.Staff", on_delete=models.CASCADE, related_name="+", db_index=False)
    mode = models.CharField(max_length=10)
    address = models.CharField(max_length=300, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)
    covers = ArrayField(models.CharField(max_length=10), default=list, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "staff"], name="draft_of_person")]

    def __str__(self) -> str:
        return f"draft of {self.staff_id} at SR-{self.case_id}"


class Phrase(models.Model):
    """Words that are kept to be used again, with fields in braces that are filled from the case. Without a language or
    a channel they are for every one."""

    name = models.CharField(max_length=60)
    language = models.CharField(max_length=12, blank=True)
    channel = models.CharField(max_length=10, blank=True)
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["name", "language"]
        constraints = [models.UniqueConstraint(fields=["name", "language"], name="phrase_named")]

    def __str__(self) -> str:
        return self.name


class CoachRule(models.Model):
    """A message by this channel in a case of this severity or more leaves only clean, or with a reason."""

    channel = models.CharField(max_length=10, choices=_choices(Channel), unique=True)
    from_severity = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(from_severity__range=(1, 4)), name="coach_severity_1_to_4")]

    def __str__(self) -> str:
        return f"{self.channel} from severity {self.from_severity}"


class CoachOverride(models.Model):
    """A message that left although the coach found these faults in it; the reason stands in the journal."""

    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey("people.Staff", on_delete=models.CASCADE, related_name="+", db_index=False)
    codes = ArrayField(models.CharField(max_length=30))
    at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"message {self.message_id} left with {', '.join(self.codes)}"


class LookRule(models.Model):
    """While its one row is there, an agent who is not `Trusted` writes to customers only with a lead's look."""

    one = models.BooleanField(primary_key=True, default=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(one=True), name="look_rule_once")]

    def __str__(self) -> str:
        return "a lead looks"


class Trusted(models.Model):
    """Somebody who writes to customers without a lead's look: whichever room knows why says so."""

    staff = models.OneToOneField("people.Staff", on_delete=models.CASCADE, related_name="+", primary_key=True)

    def __str__(self) -> str:
        return f"staff {self.staff_id}"


class Look(models.Model):
    """A message that waits, or waited, for a lead to look at it. `words` are why it was sent back.

    `promises` are what its words promise once it leaves: where in its text each stands, and what it is called."""

    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="look")
    asked_at = models.DateTimeField()
    asked_of = models.ForeignKey(
        "people.Staff", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    promises = models.JSONField(default=list, blank=True)
    looked_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey("people.Staff", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    by_name = models.CharField(max_length=120, blank=True)
    words = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        return f"look at message {self.message_id}"
