package config

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// Redacted lists the whole configuration as "key = value" lines in the table's order, for the log;
// secrets, and what stands behind "://" in store URLs, are hidden.
func (c *Config) Redacted() string {
	var out strings.Builder
	dump(&out, place{}, reflect.ValueOf(c).Elem())
	return out.String()
}

func dump(out *strings.Builder, at place, from reflect.Value) {
	for i := range from.NumField() {
		name := from.Type().Field(i).Tag.Get("key")
		if name == "" {
			continue
		}
		field, here := from.Field(i), at.child(name)
		if sectionNamed(here.section) == nil {
			fmt.Fprintf(out, "%s = %s\n", here.shown, show(field))
			continue
		}
		switch field.Kind() {
		case reflect.Slice:
			for n := range field.Len() {
				one := place{here.section, fmt.Sprintf("%s[%d]", here.shown, n+1)}
				dump(out, one, field.Index(n))
			}
		case reflect.Pointer:
			if !field.IsNil() {
				dump(out, here, field.Elem())
			}
		default:
			dump(out, here, field)
		}
	}
}

// show prints a value on one line.
func show(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Struct:
		if v.IsZero() {
			return "none"
		}
	}
	if s, ok := v.Interface().(string); ok {
		return strconv.Quote(s)
	}
	return fmt.Sprint(v.Interface())
}
