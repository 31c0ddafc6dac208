// Package templates holds every text that a person reads, in English and Chinese: the templates
// of mails (mail/KIND.txt and mail/KIND.html, which share block, top, row and bottom) and the
// words they are made of (locales/LANGUAGE.json). Both are embedded.
//
// A folder named by the configuration may override each of these files: mail/KIND.txt for all
// languages, mail/KIND.zh.txt for one, and in locales/zh.json the strings that shall differ. Set is
// complete and tried out when it is loaded, so that a fault in an override stops the start and
// never a mail.
//
// What a customer or agent wrote is data only: it is never parsed as a template (THREATS S42), and
// the HTML side escapes it (html/template). Mails carry inline styles only, no images and nothing
// remote, because mail programs drop or block the rest.
//
// The composer calls it for mails. It imports no other part of helpgate and owns no goroutine; a
// Set is safe for use by several.
package templates
