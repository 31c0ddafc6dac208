package tnef

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"unicode/utf16"
)

// What follows writes streams for the tests: well formed ones, that the tests then damage.

// Numbers of attributes with their types, as they stand in a stream.
const (
	writeCodePage   = 0x69007
	writeSubject    = 0x18004
	writeBody       = 0x2800C
	writeProperties = 0x69003
	writeRendData   = 0x69002
	writeTitle      = 0x18010
	writeData       = 0x6800F
	writeFileProps  = 0x69005
)

// stream is a TNEF stream of the given attributes.
func stream(attributes ...[]byte) []byte {
	b := binary.LittleEndian.AppendUint32(nil, signature)
	b = append(b, 1, 0)
	return append(b, bytes.Join(attributes, nil)...)
}

func ofMessage(id uint32, data []byte) []byte { return written(1, id, data) }
func ofFile(id uint32, data []byte) []byte    { return written(levelAttachment, id, data) }

func written(level byte, id uint32, data []byte) []byte {
	b := binary.LittleEndian.AppendUint32([]byte{level}, id)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(data)))
	var sum uint16
	for _, c := range data {
		sum += uint16(c)
	}
	return binary.LittleEndian.AppendUint16(append(b, data...), sum)
}

func codePage(page uint32) []byte {
	return ofMessage(writeCodePage, binary.LittleEndian.AppendUint64(nil, uint64(page)))
}

// file is a file with its data and properties.
func file(title string, data []byte, properties ...[]byte) []byte {
	b := ofFile(writeRendData, make([]byte, 14))
	if title != "" {
		b = append(b, ofFile(writeTitle, []byte(title+"\x00"))...)
	}
	if data != nil {
		b = append(b, ofFile(writeData, data)...)
	}
	return append(b, ofFile(writeFileProps, list(properties...))...)
}

// list is a list of properties.
func list(properties ...[]byte) []byte {
	b := binary.LittleEndian.AppendUint32(nil, uint32(len(properties)))
	return append(b, bytes.Join(properties, nil)...)
}

// long is a property whose value says its length.
func long(id, kind uint16, value []byte) []byte {
	b := binary.LittleEndian.AppendUint16(nil, kind)
	b = binary.LittleEndian.AppendUint16(b, id)
	b = binary.LittleEndian.AppendUint32(b, 1)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(value)))
	b = append(b, value...)
	return append(b, make([]byte, (4-len(value)%4)%4)...)
}

// short is a property of four bytes.
func short(id, kind uint16, value uint32) []byte {
	b := binary.LittleEndian.AppendUint16(nil, kind)
	b = binary.LittleEndian.AppendUint16(b, id)
	return binary.LittleEndian.AppendUint32(b, value)
}

func wide(id uint16, s string) []byte {
	var b []byte
	for _, u := range utf16.Encode([]rune(s + "\x00")) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return long(id, typeUnicode, b)
}

func narrow(id uint16, s string) []byte { return long(id, typeString8, []byte(s+"\x00")) }

// nested is a property that holds a message.
func nested(b []byte) []byte {
	return long(pidAttachData, typeObject, append(bytes.Clone(formMessage), b...))
}

// packed is RTF compressed without references.
func packed(rtf string) []byte {
	var body []byte
	for i := range len(rtf) {
		if i%8 == 0 {
			body = append(body, 0)
		}
		body = append(body, rtf[i])
	}
	end := (len(dictionary) + len(rtf)) % window << 4
	if len(rtf)%8 == 0 {
		body = append(body, 0)
	}
	flags := len(body) - 1 - len(rtf)%8
	body[flags] |= 1 << (len(rtf) % 8)
	body = append(body, byte(end>>8), byte(end))
	return withRTFHeader(body, len(rtf))
}

func withRTFHeader(body []byte, size int) []byte {
	b := binary.LittleEndian.AppendUint32(nil, uint32(len(body)+rtfHeader-4))
	b = binary.LittleEndian.AppendUint32(b, uint32(size))
	b = binary.LittleEndian.AppendUint32(b, marksCompressed)
	b = binary.LittleEndian.AppendUint32(b, ^crc32.Update(^uint32(0), crc32.IEEETable, body))
	return append(b, body...)
}

func rtfProperty(rtf string) []byte { return long(pidRTF, typeBinary, packed(rtf)) }
