package rfc

import (
	"path"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	// MaxFilename is the longest file name in bytes; every file system takes 255.
	MaxFilename = 200
	// maxExtension is how long the end kept by a cut may be, with its dot.
	maxExtension = 20
	// defaultFilename names what has no usable name.
	defaultFilename = "attachment"
)

// reservedName matches device names, which Windows opens instead of a file.
var reservedName = regexp.MustCompile(`^(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?$`)

// SafeFilename gives the name under which an attachment may be shown and saved (THREATS S37): the
// last path element in Unicode NFC without controls, format characters, or dots at the beginning
// and the end; at most MaxFilename bytes with the extension kept; device names of Windows get an
// underscore in front; never empty. It takes decoded text and is for display, never a path of ours.
func SafeFilename(name string) string {
	name = CleanName(norm.NFC.String(name))
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.TrimRight(strings.TrimLeft(name, ". "), ". ")
	if reservedName.MatchString(name) {
		name = "_" + name
	}
	if len(name) > MaxFilename {
		ext := path.Ext(name)
		if len(ext) > maxExtension {
			ext = ""
		}
		stem := name[:MaxFilename-len(ext)]
		for !utf8.ValidString(stem) {
			stem = stem[:len(stem)-1]
		}
		name = stem + ext
	}
	if name == "" {
		return defaultFilename
	}
	return name
}
