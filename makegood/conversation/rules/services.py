"""The mail services that can bring mail to a mailbox by calling us. Pure."""

from __future__ import annotations

from collections.abc import Mapping

SERVICES: Mapping[str, str] = {
    "brevo": "Brevo",
    "mailersend": "MailerSend",
    "mailgun": "Mailgun",
    "mailjet": "Mailjet",
    "mailtrap": "Mailtrap",
    "postal": "Postal",
    "postmark": "Postmark",
    "resend": "Resend",
    "sendgrid": "SendGrid",
    "sparkpost": "SparkPost",
}
"""What each is called, by the name in the address that it calls."""
OF_AMAZON = ("amazon_ses", "amazon", "ses")
"""What Amazon SES calls can only be read with a library of its own that is larger than all of ours: it is not among
them."""
