"""Twilio's messaging webhook: a signed form, answered with TwiML that says nothing."""

from collections.abc import Mapping, Sequence

from starlette.responses import Response

from .provider_accounts import ProviderAccount
from .provider_payload import Message, PayloadError, Posted, Unreadable, wanted
from .twilio_signature import is_signed

EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


class TwilioSms:
    """See https://www.twilio.com/docs/messaging/guides/webhook-request."""

    def is_genuine(self, posted: Posted, account: ProviderAccount) -> bool:
        """Signed over the configured public address; fields may be added without notice."""
        return posted.method == "POST" and is_signed(posted, account)

    def read(self, posted: Posted, _account: ProviderAccount) -> Sequence[Message | Unreadable]:
        """One message; pictures are kept as references, and nobody fetches them."""
        fields = dict(posted.form())
        text = "\n".join(part for part in (fields.get("Body", ""), *_media(fields)) if part.strip())
        return [
            Message(
                key=wanted(fields.get("MessageSid") or fields.get("SmsMessageSid"), "MessageSid"),
                sender=wanted(fields.get("From"), "From"),
                to=fields.get("To"),
                text=wanted(text, "Body"),
            )
        ]

    def taken(self) -> Response:
        """Twilio would send to the customer whatever else stood here."""
        return Response(EMPTY_TWIML, media_type="text/xml")

    def not_taken(self) -> Response:
        """Sent again as often as the account's address says (`#rc=`)."""
        return Response(status_code=503)


def _media(fields: Mapping[str, str]) -> list[str]:
    count = fields.get("NumMedia") or "0"
    if not count.isdecimal() or int(count) > 10:
        raise PayloadError("NumMedia")
    return [
        f"[media {fields.get(f'MediaContentType{n}', '')} {fields.get(f'MediaUrl{n}', '')}]"
        for n in range(int(count))
    ]
