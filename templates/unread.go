package templates

// Unread tells of a mail of a polled mailbox that could not be taken, and where it lies. reason is
// "too-big", "refused" or "unreadable"; size is in bytes, 0 for one that is not known.
func (s *Set) Unread(locale, reason, mailbox, folder string, uid uint32, size int64) string {
	w := s.locale(locale).words
	bytes := w.text("unread.size")
	if size > 0 {
		bytes = w.size(size)
	}
	return w.text("unread", w.text("unread."+reason), mailbox, folder, uid, bytes)
}
