package probe

// sentences tell the findings, by "name=value", else by "name" for any value.
var sentences = map[string]string{
	"delivery=arrived": "Mail from this mailbox to itself arrives.",
	"delivery=refused": "The relay refuses mail from this mailbox to itself.",
	"delivery=failed":  "The relay did not take mail from this mailbox to itself.",
	"delivery=bounced": "Mail from this mailbox to itself comes back.",
	"delivery=missing": "Mail from this mailbox to itself was taken and did not arrive in time.",

	"plus_recipient=arrived": "Mail to an address with a plus arrives: tokens = \"plus\" works.",
	"plus_recipient=refused": "Addresses with a plus are refused as recipient: set tokens = " +
		"\"headers\".",
	"plus_recipient=failed": "The relay did not take mail to an address with a plus.",
	"plus_recipient=bounced": "Mail to an address with a plus comes back: set tokens = " +
		"\"headers\".",
	"plus_recipient=missing": "Mail to an address with a plus did not arrive: set tokens = " +
		"\"headers\".",

	"plus_recipient=astray": "Mail to an address with a plus arrives in a folder of its own, " +
		"which nobody reads: set tokens = \"headers\".",

	"plus_sender=arrived": "An envelope sender with a plus is taken.",
	"plus_sender=refused": "An envelope sender with a plus is refused: set return_path = " +
		"\"mailbox\".",
	"plus_sender=failed": "The relay did not take mail whose envelope sender has a plus.",
	"plus_sender=bounced": "Mail whose envelope sender has a plus comes back: set return_path = " +
		"\"mailbox\".",
	"plus_sender=missing": "Mail whose envelope sender has a plus did not arrive: set " +
		"return_path = " +
		"\"mailbox\".",

	"plus_from=arrived": "A From with a plus is taken.",
	"plus_from=refused": "A From with a plus is refused; helpgate writes none.",
	"plus_from=failed":  "The relay did not take mail whose From has a plus.",
	"plus_from=bounced": "Mail whose From has a plus comes back; helpgate writes none.",
	"plus_from=missing": "Mail whose From has a plus did not arrive; helpgate writes none.",

	"junk=true": "A probe landed in the folder for junk: customers' mail may lie there too, " +
		"which " +
		"helpgate reads only if that folder is named.",
	"group=true": "The address is a group or list of the provider's: set group = true, or its mail " +
		"is list mail, which gets no acknowledgement.",
	"refusal": "The server said: %s",
	"rate_limited=true": "The relay said that it was too much mail: set rate_per_minute or " +
		"rate_per_day.",

	"message_id=kept": "Message-IDs are kept.",
	"message_id=rewritten": "Message-IDs are rewritten: threads are kept by reply addresses " +
		"or markers.",
	"message_id=dropped": "Message-IDs are taken away: threads are kept by reply addresses " +
		"or markers.",
	"references=kept":      "In-Reply-To and References are kept.",
	"references=rewritten": "In-Reply-To or References are rewritten.",
	"references=dropped":   "In-Reply-To or References are taken away.",
	"from=kept":            "From is kept.",
	"from=rewritten":       "From is rewritten: customers see another sender than this mailbox.",
	"from=dropped":         "From is taken away.",

	"plus_from_kept=kept":      "A From with a plus is kept.",
	"plus_from_kept=rewritten": "A From with a plus is rewritten; helpgate writes none.",
	"plus_from_kept=dropped":   "A From with a plus is taken away; helpgate writes none.",

	"reply_to=kept":      "Reply-To is kept, with its plus.",
	"reply_to=rewritten": "Reply-To is rewritten: set tokens = \"headers\".",
	"reply_to=dropped":   "Reply-To is taken away: set tokens = \"headers\".",
	"subject=kept":       "The subject is kept.",
	"subject=added":      "Something is added to the subject.",
	"subject=rewritten":  "The subject is rewritten.",
	"subject=dropped":    "The subject is taken away.",
	"body=kept":          "The text is kept.",
	"body=added":         "Something is added to the text: a banner or a footer.",
	"body=rewritten":     "The text is changed.",
	"body=dropped":       "The text is taken away.",
	"fields=kept":        "Fields of our own are kept.",
	"fields=rewritten":   "Fields of our own are changed.",
	"fields=dropped": "Fields of our own are taken away, so that loops are seen by other " +
		"signs.",

	"return_path=kept":      "The envelope sender is kept.",
	"return_path=rewritten": "The envelope sender is rewritten.",
	"return_path=dropped":   "Mail arrives without Return-Path.",
	"plus_return_path=kept": "An envelope sender with a plus is kept: return_path = " +
		"\"own\" works.",
	"plus_return_path=rewritten": "The envelope sender is forced: set return_path = \"mailbox\".",
	"plus_return_path=dropped":   "Mail arrives without Return-Path.",

	"auth_fields=0": "Mail arrives without Authentication-Results: senders cannot be " +
		"verified by it.",
	"auth_fields": "Mail arrives with Authentication-Results fields: %s.",
	"auth_id=none": "The provider's Authentication-Results names nobody: authserv's id " +
		"stays empty.",
	"auth_id": "The provider's Authentication-Results names %s: that is authserv's id.",
	"auth_position": "It is that name's field number %s from the top: that is authserv's " +
		"position.",
	"auth_verdicts":  "The provider's verdict on our own mail: %s.",
	"size=kept":      "The server's sizes are those of what is fetched.",
	"size=rewritten": "The server's sizes are not those of what is fetched.",
	"idle=true":      "The server tells of new mail at once (IDLE).",
	"idle=false": "The server does not tell of new mail (no IDLE): it is asked every " +
		"15 seconds.",
	"move=true":         "Mail is moved in one step (MOVE).",
	"move=false":        "Mail is copied and deleted in place of moved (no MOVE).",
	"uidplus=true":      "Deleted mail can be removed one by one (UIDPLUS).",
	"uidplus=false":     "Deleted mail cannot be removed one by one (no UIDPLUS): it stays marked.",
	"special_use=true":  "The server tells what its folders are for (SPECIAL-USE).",
	"special_use=false": "The server does not tell what its folders are for (no SPECIAL-USE).",
	"sent":              "The folder for sent mail is %s.",
	"junk_folder":       "The folder for junk is %s.",
	"size_limit":        "The relay takes mails of up to %s bytes.",
	"size_limit=0":      "The relay names no largest size.",
	"limits":            "The relay's limits: %s.",
	"extensions":        "The relay offers %s.",
}

// gone tell, of findings by name, that nothing is found any more: a change, of which a list of
// findings has no line.
var gone = map[string]string{
	"junk":          "No probe landed in the folder for junk.",
	"group":         "The address is no group or list of the provider's any more: group = true may go.",
	"rate_limited":  "The relay no longer says that it was too much mail.",
	"auth_id":       "The provider's Authentication-Results names nobody any more.",
	"auth_position": "No Authentication-Results field is the provider's any more.",
	"auth_verdicts": "The provider gives no verdict on our own mail any more.",
	"sent":          "No folder is marked as that for sent mail any more.",
	"junk_folder":   "There is no folder for junk any more.",
	"limits":        "The relay names no limits any more.",
}
