package tnef

import (
	"bytes"
	"path"
	"regexp"
	"strings"
)

// attachment is a file while its stream is read.
type attachment struct {
	long, title, transport, short, display, extension text
	contentType, contentID                            text
	data                                              []byte
	object                                            bool // data begins with the id of its form
	hasData                                           bool
}

// ofFile reads an attribute of a file. attAttachRendData begins each file (MS-OXTNEF section
// 2.1.3.3.15); writers that leave it out begin with the title or the data.
func (r *reading) ofFile(a attribute) {
	f := r.current(a.id)
	if f == nil {
		return
	}
	switch a.id {
	case attAttachTitle:
		f.title = text{b: a.data}
	case attAttachTransport:
		f.transport = text{b: a.data}
	case attAttachData:
		f.data, f.object, f.hasData = a.data, false, true
	case attAttachProperties:
		r.properties(a.data, f.property)
	}
}

// current gives the file that an attribute belongs to, nil when there are too many.
func (r *reading) current(id uint16) *attachment {
	var f *attachment
	if n := len(r.attachments); n > 0 {
		f = r.attachments[n-1]
	}
	if f != nil && id != attAttachRendData && !(id == attAttachTitle && !f.title.empty()) &&
		!(id == attAttachData && f.hasData && !f.object) {
		return f
	}
	if r.files == 0 {
		r.warn("more files than the limit")
		return nil
	}
	r.files--
	f = &attachment{}
	r.attachments = append(r.attachments, f)
	return f
}

func (f *attachment) property(p property) {
	switch p.id {
	case pidAttachLongName:
		f.long.prefer(p.text())
	case pidAttachFilename:
		f.short.prefer(p.text())
	case pidDisplayName:
		f.display.prefer(p.text())
	case pidAttachExtension:
		f.extension = p.text()
	case pidAttachMIMETag:
		f.contentType = p.text()
	case pidAttachContentID:
		f.contentID = p.text()
	case pidAttachData:
		if !f.hasData {
			f.data, f.object, f.hasData = p.value, p.kind == typeObject, true
		}
	}
}

// The ids of the forms in which an object comes (MS-OXTNEF section 2.1.3.4.1).
var (
	formMessage = []byte("\x07\x03\x02\x00\x00\x00\x00\x00\xC0\x00\x00\x00\x00\x00\x00\x46")
	formStorage = []byte("\x0B\x00\x00\x00\x00\x00\x00\x00\xC0\x00\x00\x00\x00\x00\x00\x46")
	formStream  = []byte("\x0C\x00\x00\x00\x00\x00\x00\x00\xC0\x00\x00\x00\x00\x00\x00\x46")
)

// unpack gives the files that an attachment stands for.
func (r *reading) unpack(f *attachment) []File {
	data, nested := f.data, false
	if f.object {
		for _, form := range [][]byte{formMessage, formStorage, formStream} {
			if after, ok := bytes.CutPrefix(data, form); ok {
				data = after
				break
			}
		}
		nested = Is(data)
	}
	name := f.name(r.codePage)
	if nested {
		if r.depth < MaxDepth {
			return r.message(data, r.depth+1, r.codePage).asFiles(name)
		}
		r.warn("messages are nested deeper than the limit")
	}
	if name == "" && len(data) == 0 {
		return nil
	}
	id := strings.Trim(f.contentID.line(r.codePage), "<>")
	return []File{{
		Name: name, ContentType: f.mediaType(name, r.codePage), ContentID: id, Data: data,
	}}
}

// name gives the name of a file: the long one, in Unicode where there is one; else what else the
// stream calls it.
func (f *attachment) name(page uint32) string {
	for _, t := range []text{f.long, f.title, f.transport, f.short} {
		if name := t.line(page); name != "" {
			return name
		}
	}
	name := f.display.line(page)
	if name != "" && path.Ext(name) == "" {
		name += f.extension.line(page)
	}
	return name
}

// mediaTypeForm is what counts as a media type (RFC 6838 section 4.2).
var mediaTypeForm = regexp.MustCompile(`^[a-z0-9][\w!#$&^.+-]{0,63}/[a-z0-9][\w!#$&^.+-]{0,126}$`)

// mediaTypes are those of the files that people send, because Outlook often names none.
var mediaTypes = map[string]string{
	".txt": "text/plain", ".csv": "text/csv", ".htm": "text/html", ".html": "text/html",
	".ics": "text/calendar", ".vcf": "text/vcard", ".eml": "message/rfc822",
	".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".gif": "image/gif",
	".bmp": "image/bmp", ".tif": "image/tiff", ".tiff": "image/tiff", ".pdf": "application/pdf",
	".zip": "application/zip", ".rtf": "application/rtf", ".doc": "application/msword",
	".xls": "application/vnd.ms-excel", ".ppt": "application/vnd.ms-powerpoint",
	".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}

func (f *attachment) mediaType(name string, page uint32) string {
	if said := strings.ToLower(f.contentType.line(page)); mediaTypeForm.MatchString(said) {
		return said
	}
	if known, ok := mediaTypes[strings.ToLower(path.Ext(name))]; ok {
		return known
	}
	return "application/octet-stream"
}
